from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.deletion import PROTECT


class Migration(migrations.Migration):
    """What two people decide has the same fields everywhere. In the database only one constraint gets another name."""

    dependencies = [("judging", "0018_sheet_blocks"), ("accounts", "0001_initial")]

    operations = [
        *(
            migrations.AlterField(model, name, field)
            for model in ("cut", "removal", "jointremoval")
            for name, field in {
                "proposed_by": models.ForeignKey("accounts.person", PROTECT, "+", verbose_name="proposed by"),
                "proposed_at": models.DateTimeField("proposed"),
                "approved_by": models.ForeignKey(
                    "accounts.person", PROTECT, "+", null=True, blank=True, verbose_name="approved by"
                ),
            }.items()
        ),
        migrations.RemoveConstraint("jointremoval", "joint_removal_two_people"),
        migrations.AddConstraint(
            "jointremoval",
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("proposed_by")),
                name="jointremoval_two_people",
            ),
        ),
    ]
