"""A removal that was made stands; after a close of a round with the entry it takes two people. Moves up are only ever added."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION spotlight_guard_removal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  free text[] := ARRAY['state', 'approved_by_id', 'made_at'];
  entry_round record;
BEGIN
  IF TG_OP = 'DELETE' THEN PERFORM spotlight_refuse('a removal can''t be deleted'); END IF;
  IF TG_OP = 'UPDATE' AND (OLD.state <> 'proposed' OR to_jsonb(NEW) - free <> to_jsonb(OLD) - free) THEN
    PERFORM spotlight_refuse('a removal can''t change: it is only made or dropped, once');
  END IF;
  IF NEW.state = 'made' AND NEW.approved_by_id IS NULL THEN
    FOR entry_round IN SELECT round_id FROM judging_entry WHERE submission_id = NEW.submission_id LOOP
      IF spotlight_round_state(entry_round.round_id) IN ('closed', 'announced') THEN
        PERFORM spotlight_refuse('a round with this entry is closed: two people decide a removal');
      END IF;
    END LOOP;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON judging_removal FOR EACH ROW EXECUTE FUNCTION spotlight_guard_removal();
CREATE TRIGGER guard_whole BEFORE TRUNCATE ON judging_removal FOR EACH STATEMENT EXECUTE FUNCTION spotlight_guard_emptying();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON judging_moveup FOR EACH ROW EXECUTE FUNCTION spotlight_append_only();
CREATE TRIGGER guard_whole BEFORE TRUNCATE ON judging_moveup FOR EACH STATEMENT EXECUTE FUNCTION spotlight_guard_emptying();
"""
BACKWARD = """
DROP FUNCTION spotlight_guard_removal() CASCADE;
DROP TRIGGER guard_whole ON judging_removal;
DROP TRIGGER append_only ON judging_moveup;
DROP TRIGGER guard_whole ON judging_moveup;
"""


class Migration(migrations.Migration):
    dependencies = [("judging", "0013_removals")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
