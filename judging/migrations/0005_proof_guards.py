"""What was published as proof of a round is never changed."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON judging_proof FOR EACH ROW EXECUTE FUNCTION spotlight_append_only();
CREATE TRIGGER guard_whole BEFORE TRUNCATE ON judging_proof FOR EACH STATEMENT EXECUTE FUNCTION spotlight_guard_emptying();
"""
BACKWARD = """
DROP TRIGGER append_only ON judging_proof;
DROP TRIGGER guard_whole ON judging_proof;
"""


class Migration(migrations.Migration):
    dependencies = [("judging", "0004_proof")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
