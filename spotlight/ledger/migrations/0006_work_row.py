from django.db import migrations


class Migration(migrations.Migration):
    """The model is called what it is everywhere else; its table keeps its name."""

    dependencies = [("ledger", "0005_proof_files")]

    operations = [
        migrations.AlterModelTable("Work", "ledger_work"),
        migrations.RenameModel("Work", "WorkRow"),
    ]
