"""Rows of new standings lie side by side in each index, and the database itself knows that a row has no parts.

Both are for the thousands of rows that every recompute writes. An entry's own rows are found by skipping from one
standings to the next, which PostgreSQL does by itself.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("judging", "0019_four_eyes")]
    operations = [
        migrations.RemoveConstraint("standing", "standing_entry_once"),
        migrations.AddConstraint(
            "standing", models.UniqueConstraint(fields=("standings", "entry"), name="standing_entry_once")
        ),
        migrations.AlterField(
            "standing",
            "parts",
            models.JSONField(
                db_default=models.Value({}, models.JSONField()), default=dict,
                help_text="What the explanation needs: marks as given and as read, metrics per region.",
            ),
        ),
    ]  # fmt: skip
