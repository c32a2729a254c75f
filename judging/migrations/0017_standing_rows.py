"""Rows of standings are checked once for all rows of a statement: thousands come at a time, every few minutes.

What the two foreign keys and the guard of each row held is held by triggers: rows are added to standings that exist, of a
round that is open or locked, for entries of that round; standings with rows and entries in standings can't go.
"""

import django.db.models.deletion
from django.db import migrations, models

FORWARD = """
CREATE FUNCTION spotlight_guard_standings_rows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  one bigint;
  round bigint;
BEGIN
  FOR one IN SELECT DISTINCT standings_id FROM changed LOOP
    SELECT round_id INTO round FROM judging_standings WHERE id = one FOR KEY SHARE;
    IF TG_OP = 'DELETE' AND round IS NULL THEN CONTINUE; END IF;
    IF round IS NULL THEN
      RAISE EXCEPTION 'rows of standings that do not exist' USING ERRCODE = 'foreign_key_violation';
    END IF;
    IF spotlight_round_state(round) NOT IN ('open', 'locked') THEN
      PERFORM spotlight_refuse('standings are added while the round runs and never changed');
    END IF;
    IF TG_OP = 'INSERT' AND EXISTS (
      SELECT FROM changed WHERE standings_id = one AND (SELECT e.round_id FROM judging_entry e WHERE e.id = entry_id) IS DISTINCT FROM round
    ) THEN
      RAISE EXCEPTION 'rows of standings belong to entries of their round' USING ERRCODE = 'foreign_key_violation';
    END IF;
  END LOOP;
  RETURN NULL;
END $$;

CREATE FUNCTION spotlight_guard_standing_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM spotlight_refuse('standings are added while the round runs and never changed');
  RETURN NULL;
END $$;

CREATE FUNCTION spotlight_guard_standings_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM judging_standing WHERE standings_id = OLD.id) THEN
    RAISE EXCEPTION 'these standings have rows' USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN OLD;
END $$;

-- The round row before all else, and FOR UPDATE: whoever adds rows holds it FOR SHARE until the end.
CREATE FUNCTION spotlight_guard_standing_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE found text;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF NEW.id = OLD.id THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'an entry keeps its key' USING ERRCODE = 'foreign_key_violation';
  END IF;
  SELECT state INTO found FROM judging_round WHERE id = OLD.round_id FOR UPDATE;
  IF found IN ('closed', 'announced') THEN RETURN OLD; END IF;  -- the next guard refuses
  IF EXISTS (SELECT FROM judging_standing WHERE entry_id = OLD.id) THEN
    RAISE EXCEPTION 'this entry is in standings' USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN OLD;
END $$;

DROP TRIGGER guard ON judging_standing;
CREATE TRIGGER guard AFTER INSERT ON judging_standing REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION spotlight_guard_standings_rows();
CREATE TRIGGER guard_gone AFTER DELETE ON judging_standing REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION spotlight_guard_standings_rows();
CREATE TRIGGER guard_change BEFORE UPDATE ON judging_standing FOR EACH ROW EXECUTE FUNCTION spotlight_guard_standing_change();
CREATE TRIGGER guard_rows BEFORE DELETE ON judging_standings FOR EACH ROW EXECUTE FUNCTION spotlight_guard_standings_gone();
CREATE TRIGGER a_standing BEFORE DELETE OR UPDATE OF id ON judging_entry FOR EACH ROW EXECUTE FUNCTION spotlight_guard_standing_entry();
DROP FUNCTION spotlight_guard_standing();
"""
BACKWARD = """
DROP FUNCTION spotlight_guard_standings_rows() CASCADE;
DROP FUNCTION spotlight_guard_standing_change() CASCADE;
DROP FUNCTION spotlight_guard_standings_gone() CASCADE;
DROP FUNCTION spotlight_guard_standing_entry() CASCADE;
CREATE FUNCTION spotlight_guard_standing() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  state text;
BEGIN
  IF TG_OP <> 'UPDATE' THEN
    SELECT spotlight_round_state(s.round_id) INTO state FROM judging_standings s
     WHERE s.id = CASE TG_OP WHEN 'INSERT' THEN NEW.standings_id ELSE OLD.standings_id END;
    IF TG_OP = 'INSERT' AND state IN ('open', 'locked') THEN RETURN NEW; END IF;
    IF TG_OP = 'DELETE' AND coalesce(state, 'open') IN ('open', 'locked') THEN RETURN OLD; END IF;
  END IF;
  PERFORM spotlight_refuse('standings are added while the round runs and never changed');
  RETURN NULL;
END $$;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON judging_standing FOR EACH ROW EXECUTE FUNCTION spotlight_guard_standing();
"""


class Migration(migrations.Migration):
    dependencies = [("judging", "0016_rejected_file")]
    operations = [
        migrations.RemoveConstraint("standing", "standing_entry_once"),
        migrations.AlterField(
            "standing",
            "standings",
            models.ForeignKey(
                db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE,
                related_name="rows", to="judging.standings",
            ),
        ),
        migrations.AlterField(
            "standing",
            "entry",
            models.ForeignKey(
                db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT,
                related_name="standings", to="judging.entry",
            ),
        ),
        migrations.AddConstraint(
            "standing", models.UniqueConstraint(fields=("entry", "standings"), name="standing_entry_once")
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]  # fmt: skip
