import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("judging", "0006_chart_points"), ("submissions", "0004_sounds")]

    operations = [
        migrations.CreateModel(
            name="ReadingMarket",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("market", models.CharField(blank=True, max_length=16)),
                ("source", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="reading_markets", to="judging.source")),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("source", "market"), name="reading_market_once")]},
        ),
        migrations.CreateModel(
            name="StaleTrack",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("round", models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name="stale_tracks", to="judging.round")),
                ("track", models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="submissions.track")),
            ],
        ),
        migrations.CreateModel(
            name="TallyBlock",
            fields=[
                ("round", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="tally_blocks", to="judging.round")),
                ("number", models.PositiveIntegerField(help_text="Index of its first entry / entries per block.")),
                ("pk", models.CompositePrimaryKey("round_id", "number", blank=True, editable=False, primary_key=True, serialize=False)),
                ("basis", models.CharField(help_text="Digest of the rules that the sums rest on.", max_length=64)),
                ("codes", models.BinaryField()),
                ("first", models.BinaryField()),
                ("last", models.BinaryField()),
                ("cells", models.JSONField(help_text="Metric, region and number of rows, in the order of the rows.")),
                ("tallies", models.BinaryField()),
                ("windows", models.BinaryField()),
                ("width", models.PositiveIntegerField()),
                ("item", models.PositiveSmallIntegerField()),
                ("windows_sha256", models.CharField(max_length=64)),
            ],
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(condition=models.Q(("state", "in"), _negated=True), fields=["round"], name="entry_out"),
        ),
    ]  # fmt: skip
