"""A closed round cannot change: the database itself refuses, in raw SQL too.

Every guard takes the round row FOR SHARE. A guard that only read the state would let scores in while the round is
being closed; the foreign key's own lock does not help.
"""

from django.db import migrations

FORWARD = """
-- The state of a round, held until the end of this transaction.
CREATE FUNCTION spotlight_round_state(wanted bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE found text;
BEGIN
  SELECT state INTO found FROM judging_round WHERE id = wanted FOR SHARE;
  RETURN found;
END $$;

CREATE FUNCTION spotlight_refuse(what text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%', what USING ERRCODE = 'SL001';
END $$;

-- Rows with a round_id that feed a round: they change only while it is not closed.
CREATE FUNCTION spotlight_guard_feed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP IN ('UPDATE', 'DELETE') AND spotlight_round_state(OLD.round_id) IN ('closed', 'announced') THEN
    PERFORM spotlight_refuse(format('round is closed: %s can''t change', TG_TABLE_NAME));
  END IF;
  IF TG_OP IN ('INSERT', 'UPDATE') AND spotlight_round_state(NEW.round_id) IN ('closed', 'announced') THEN
    PERFORM spotlight_refuse(format('round is closed: %s can''t change', TG_TABLE_NAME));
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$;

-- What hangs together stays in one round, and never moves to another.
CREATE FUNCTION spotlight_round_of_entry(wanted bigint) RETURNS bigint LANGUAGE sql STABLE AS
$$ SELECT round_id FROM judging_entry WHERE id = wanted $$;

CREATE FUNCTION spotlight_guard_assignment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND (NEW.round_id, NEW.entry_id, NEW.seat_id) IS DISTINCT FROM (OLD.round_id, OLD.entry_id, OLD.seat_id) THEN
    PERFORM spotlight_refuse('an assignment stays with its entry and its judge');
  END IF;
  IF spotlight_round_of_entry(NEW.entry_id) IS DISTINCT FROM NEW.round_id
     OR (SELECT s.round_id FROM judging_seat s WHERE s.id = NEW.seat_id) IS DISTINCT FROM NEW.round_id THEN
    PERFORM spotlight_refuse('an assignment belongs to the round of its entry and its seat');
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION spotlight_guard_of_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF spotlight_round_of_entry(NEW.entry_id) IS DISTINCT FROM NEW.round_id THEN
    PERFORM spotlight_refuse(format('%s belongs to the round of its entry', TG_TABLE_NAME));
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION spotlight_guard_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.round_id IS DISTINCT FROM OLD.round_id THEN
    PERFORM spotlight_refuse(format('%s never moves to another round', TG_TABLE_NAME));
  END IF;
  RETURN NEW;
END $$;

-- The rubric and the metrics of a round stand still from the opening of the season.
CREATE FUNCTION spotlight_guard_rules() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  touched bigint;
  opened timestamptz;
BEGIN
  FOREACH touched IN ARRAY CASE TG_OP WHEN 'INSERT' THEN ARRAY[NEW.round_id] WHEN 'DELETE' THEN ARRAY[OLD.round_id] ELSE ARRAY[OLD.round_id, NEW.round_id] END
  LOOP
    IF spotlight_round_state(touched) IN ('closed', 'announced') THEN
      PERFORM spotlight_refuse(format('round is closed: %s can''t change', TG_TABLE_NAME));
    END IF;
    SELECT s.opened_at INTO opened FROM judging_round r JOIN submissions_season s ON s.id = r.season_id WHERE r.id = touched FOR SHARE OF s;
    IF opened IS NOT NULL THEN
      PERFORM spotlight_refuse('the season is open: its rules can''t change');
    END IF;
  END LOOP;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$;

-- New sheets only while a round is open; while it is locked, only on assignments dealt as repairs.
CREATE FUNCTION spotlight_guard_new_sheet() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  state text := spotlight_round_state(NEW.round_id);
BEGIN
  IF (SELECT a.round_id FROM judging_assignment a WHERE a.id = NEW.assignment_id) IS DISTINCT FROM NEW.round_id THEN
    PERFORM spotlight_refuse('a sheet belongs to the round of its assignment');
  END IF;
  IF state = 'open' THEN RETURN NEW; END IF;
  IF state = 'locked' AND (SELECT a.is_repair FROM judging_assignment a WHERE a.id = NEW.assignment_id) THEN RETURN NEW; END IF;
  PERFORM spotlight_refuse('round takes no new sheets');
  RETURN NULL;
END $$;

-- A sheet that is still a draft when the round locks stays one, unless it was dealt as a repair. No sheet changes hands.
CREATE FUNCTION spotlight_guard_filing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.assignment_id, NEW.round_id) IS DISTINCT FROM (OLD.assignment_id, OLD.round_id) THEN
    PERFORM spotlight_refuse('a sheet stays with its assignment');
  END IF;
  IF NEW.state = 'filed' AND OLD.state <> 'filed' AND spotlight_round_state(NEW.round_id) <> 'open'
     AND NOT (SELECT a.is_repair FROM judging_assignment a WHERE a.id = NEW.assignment_id) THEN
    PERFORM spotlight_refuse('round takes no new sheets');
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION spotlight_guard_score() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  sheet bigint;
BEGIN
  FOREACH sheet IN ARRAY CASE TG_OP WHEN 'INSERT' THEN ARRAY[NEW.sheet_id] WHEN 'DELETE' THEN ARRAY[OLD.sheet_id] ELSE ARRAY[OLD.sheet_id, NEW.sheet_id] END
  LOOP
    IF spotlight_round_state((SELECT s.round_id FROM judging_scoresheet s WHERE s.id = sheet)) IN ('closed', 'announced') THEN
      PERFORM spotlight_refuse('round is closed: scores can''t change');
    END IF;
  END LOOP;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$;

-- What is only ever added, and only before the close (the closing transaction writes first and closes last).
CREATE FUNCTION spotlight_guard_copy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' AND spotlight_round_state(NEW.round_id) IN ('open', 'locked') THEN RETURN NEW; END IF;
  IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'judging_standings' AND spotlight_round_state(OLD.round_id) IN ('open', 'locked') THEN RETURN OLD; END IF;
  PERFORM spotlight_refuse(format('%s rows are added while the round runs and never changed', TG_TABLE_NAME));
  RETURN NULL;
END $$;

CREATE FUNCTION spotlight_guard_standing() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  state text;
BEGIN
  IF TG_OP <> 'UPDATE' THEN
    SELECT spotlight_round_state(s.round_id) INTO state FROM judging_standings s
     WHERE s.id = CASE TG_OP WHEN 'INSERT' THEN NEW.standings_id ELSE OLD.standings_id END;
    -- state is null while a cascade removes pruned standings
    IF TG_OP = 'INSERT' AND state IN ('open', 'locked') THEN RETURN NEW; END IF;
    IF TG_OP = 'DELETE' AND coalesce(state, 'open') IN ('open', 'locked') THEN RETURN OLD; END IF;
  END IF;
  PERFORM spotlight_refuse('standings are added while the round runs and never changed');
  RETURN NULL;
END $$;

CREATE FUNCTION spotlight_guard_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' AND spotlight_round_state(NEW.round_id) = 'closed' THEN RETURN NEW; END IF;
  PERFORM spotlight_refuse('decisions are added to a closed round and never changed');
  RETURN NULL;
END $$;

CREATE FUNCTION spotlight_guard_round() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  stages text[] := ARRAY['planned', 'open', 'locked', 'closed', 'announced'];
  opened timestamptz;
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.state <> 'planned' THEN PERFORM spotlight_refuse('a round that began can''t be deleted'); END IF;
    RETURN OLD;
  END IF;
  IF NEW.state <> OLD.state AND array_position(stages, NEW.state::text) <> array_position(stages, OLD.state::text) + 1 THEN
    PERFORM spotlight_refuse(format('a round can''t go from %s to %s', OLD.state, NEW.state));
  END IF;
  IF OLD.state IN ('closed', 'announced') AND
     to_jsonb(NEW) - ARRAY['state', 'announced_at', 'cut_fixed', 'cut_fixed_reason', 'cut_fixed_by_id']
     <> to_jsonb(OLD) - ARRAY['state', 'announced_at', 'cut_fixed', 'cut_fixed_reason', 'cut_fixed_by_id'] THEN
    PERFORM spotlight_refuse('round is closed: it can''t change');
  END IF;
  IF OLD.state = 'announced' AND to_jsonb(NEW) <> to_jsonb(OLD) THEN
    PERFORM spotlight_refuse('round is announced: it can''t change');
  END IF;
  IF OLD.cut_fixed IS NOT NULL AND (NEW.cut_fixed, NEW.cut_fixed_reason, NEW.cut_fixed_by_id) IS DISTINCT FROM (OLD.cut_fixed, OLD.cut_fixed_reason, OLD.cut_fixed_by_id) THEN
    PERFORM spotlight_refuse('the number was fixed and can''t change');
  END IF;
  IF NEW.season_id <> OLD.season_id THEN PERFORM spotlight_refuse('a round never moves to another season'); END IF;
  SELECT s.opened_at INTO opened FROM submissions_season s WHERE s.id = NEW.season_id FOR SHARE;
  IF opened IS NOT NULL AND
     to_jsonb(NEW) - ARRAY['state', 'opens_at', 'locks_at', 'closes_at', 'opened_at', 'locked_at', 'closed_at', 'announced_at', 'cut_fixed', 'cut_fixed_reason', 'cut_fixed_by_id']
     <> to_jsonb(OLD) - ARRAY['state', 'opens_at', 'locks_at', 'closes_at', 'opened_at', 'locked_at', 'closed_at', 'announced_at', 'cut_fixed', 'cut_fixed_reason', 'cut_fixed_by_id'] THEN
    PERFORM spotlight_refuse('the season is open: the rules of its rounds can''t change');
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION spotlight_guard_emptying() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF spotlight_may_empty(TG_RELID) THEN RETURN NULL; END IF;
  PERFORM spotlight_refuse(format('%s can''t be emptied', TG_TABLE_NAME));
  RETURN NULL;
END $$;

CREATE TRIGGER guard BEFORE UPDATE OR DELETE ON judging_round FOR EACH ROW EXECUTE FUNCTION spotlight_guard_round();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON judging_entry FOR EACH ROW EXECUTE FUNCTION spotlight_guard_feed();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON judging_seat FOR EACH ROW EXECUTE FUNCTION spotlight_guard_feed();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON judging_assignment FOR EACH ROW EXECUTE FUNCTION spotlight_guard_feed();
CREATE TRIGGER guard_move BEFORE UPDATE ON judging_entry FOR EACH ROW EXECUTE FUNCTION spotlight_guard_move();
CREATE TRIGGER guard_move BEFORE UPDATE ON judging_seat FOR EACH ROW EXECUTE FUNCTION spotlight_guard_move();
CREATE TRIGGER guard_whole_row BEFORE INSERT OR UPDATE ON judging_assignment FOR EACH ROW EXECUTE FUNCTION spotlight_guard_assignment();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON judging_scoresheet FOR EACH ROW EXECUTE FUNCTION spotlight_guard_feed();
CREATE TRIGGER guard_new BEFORE INSERT ON judging_scoresheet FOR EACH ROW EXECUTE FUNCTION spotlight_guard_new_sheet();
CREATE TRIGGER guard_filing BEFORE UPDATE ON judging_scoresheet FOR EACH ROW EXECUTE FUNCTION spotlight_guard_filing();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON judging_score FOR EACH ROW EXECUTE FUNCTION spotlight_guard_score();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON judging_ruling FOR EACH ROW EXECUTE FUNCTION spotlight_guard_feed();
CREATE TRIGGER guard_entry BEFORE INSERT OR UPDATE ON judging_ruling FOR EACH ROW EXECUTE FUNCTION spotlight_guard_of_entry();
CREATE TRIGGER guard_entry BEFORE INSERT ON judging_decision FOR EACH ROW EXECUTE FUNCTION spotlight_guard_of_entry();
CREATE TRIGGER guard_entry BEFORE INSERT ON judging_roundsheet FOR EACH ROW EXECUTE FUNCTION spotlight_guard_of_entry();
CREATE TRIGGER guard_new BEFORE INSERT ON judging_sheetversion FOR EACH ROW EXECUTE FUNCTION spotlight_guard_score();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON judging_sheetversion FOR EACH ROW EXECUTE FUNCTION spotlight_append_only();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON judging_criterion FOR EACH ROW EXECUTE FUNCTION spotlight_guard_rules();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON judging_metric FOR EACH ROW EXECUTE FUNCTION spotlight_guard_rules();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON judging_standings FOR EACH ROW EXECUTE FUNCTION spotlight_guard_copy();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON judging_standing FOR EACH ROW EXECUTE FUNCTION spotlight_guard_standing();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON judging_roundrules FOR EACH ROW EXECUTE FUNCTION spotlight_guard_copy();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON judging_roundsheet FOR EACH ROW EXECUTE FUNCTION spotlight_guard_copy();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON judging_roundreading FOR EACH ROW EXECUTE FUNCTION spotlight_guard_copy();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON judging_decision FOR EACH ROW EXECUTE FUNCTION spotlight_guard_decision();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON judging_release FOR EACH ROW EXECUTE FUNCTION spotlight_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON judging_chartweek FOR EACH ROW EXECUTE FUNCTION spotlight_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON judging_chartrow FOR EACH ROW EXECUTE FUNCTION spotlight_append_only();
"""

GUARDED = (
    "round entry seat assignment scoresheet score ruling sheetversion criterion metric standings standing roundrules "
    "roundsheet roundreading decision release chartweek chartrow"
).split()

FORWARD += "".join(
    f"CREATE TRIGGER guard_whole BEFORE TRUNCATE ON judging_{table} FOR EACH STATEMENT EXECUTE FUNCTION spotlight_guard_emptying();\n"
    for table in GUARDED
)

BACKWARD = """
DROP FUNCTION spotlight_guard_feed() CASCADE;
DROP FUNCTION spotlight_guard_rules() CASCADE;
DROP FUNCTION spotlight_guard_assignment() CASCADE;
DROP FUNCTION spotlight_guard_of_entry() CASCADE;
DROP FUNCTION spotlight_guard_move() CASCADE;
DROP FUNCTION spotlight_guard_new_sheet() CASCADE;
DROP FUNCTION spotlight_guard_filing() CASCADE;
DROP FUNCTION spotlight_guard_score() CASCADE;
DROP FUNCTION spotlight_guard_copy() CASCADE;
DROP FUNCTION spotlight_guard_standing() CASCADE;
DROP FUNCTION spotlight_guard_decision() CASCADE;
DROP FUNCTION spotlight_guard_round() CASCADE;
DROP FUNCTION spotlight_guard_emptying() CASCADE;
DROP FUNCTION spotlight_round_of_entry(bigint);
DROP FUNCTION spotlight_refuse(text);
DROP FUNCTION spotlight_round_state(bigint);
""" + "".join(
    f"DROP TRIGGER append_only ON judging_{table};\n" for table in ("sheetversion", "release", "chartweek", "chartrow")
)


class Migration(migrations.Migration):
    dependencies = [("judging", "0001_initial"), ("ledger", "0002_guards")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
