"""Count the rows of each day that sources sent before they were counted as they came."""

from django.db import migrations

FORWARD = """
INSERT INTO judging_sourceday (source_id, day, rows)
SELECT r.source_id, r.day, count(*) FROM judging_reading r JOIN judging_source s ON s.id = r.source_id AND s.slug <> 'spotlight'
GROUP BY r.source_id, r.day
"""


class Migration(migrations.Migration):
    dependencies = [("judging", "0010_sources")]
    operations = [migrations.RunSQL(FORWARD, "DELETE FROM judging_sourceday")]
