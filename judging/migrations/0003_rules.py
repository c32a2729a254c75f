"""The rounds and prizes of an open season stand still: no round is added or removed, a window moves only by an
approved amendment. (What else of a round may change is guarded by `0002_guards`.)"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION spotlight_guard_round_rules() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  name text;
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF spotlight_is_frozen(OLD.season_id) THEN PERFORM spotlight_refuse('the season is open: its rounds can''t be removed'); END IF;
    RETURN OLD;
  END IF;
  IF NOT spotlight_is_frozen(NEW.season_id) THEN RETURN NEW; END IF;
  IF TG_OP = 'INSERT' THEN PERFORM spotlight_refuse('the season is open: no round can be added'); END IF;
  FOREACH name IN ARRAY ARRAY['opens_at', 'locks_at', 'closes_at'] LOOP
    IF to_jsonb(NEW)->name IS DISTINCT FROM to_jsonb(OLD)->name
       AND NOT spotlight_is_amended(OLD.season_id, format('round:%s:%s', OLD.number, name), (to_jsonb(NEW)->>name)::timestamptz) THEN
      PERFORM spotlight_refuse(format('the season is open: %s moves only by an approved amendment', name));
    END IF;
  END LOOP;
  RETURN NEW;
END $$;

CREATE TRIGGER guard_rules BEFORE INSERT OR UPDATE OR DELETE ON judging_round FOR EACH ROW EXECUTE FUNCTION spotlight_guard_round_rules();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON judging_prize FOR EACH ROW EXECUTE FUNCTION spotlight_guard_season_part();
"""

BACKWARD = """
DROP FUNCTION spotlight_guard_round_rules() CASCADE;
DROP TRIGGER guard ON judging_prize;
"""


class Migration(migrations.Migration):
    dependencies = [("judging", "0002_guards"), ("submissions", "0002_guards")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
