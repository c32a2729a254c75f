"""An open season's rules stand still: the database itself refuses, in raw SQL too.

A season is frozen from the moment the hash of its rules is stored. Afterwards a window moves only to what the newest
approved amendment of that window says. Guards of rows below a season take the season row FOR SHARE, so that nothing
slips in while it is being opened.
"""

from django.db import migrations

FORWARD = """
-- Whether the rules of a season are frozen, held until the end of this transaction.
CREATE FUNCTION spotlight_is_frozen(wanted bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE found text;
BEGIN
  SELECT rules_sha256 INTO found FROM submissions_season WHERE id = wanted FOR SHARE;
  RETURN coalesce(found, '') <> '';
END $$;

-- Whether the newest approved amendment of a window says exactly this time.
CREATE FUNCTION spotlight_is_amended(wanted bigint, window_name text, moment timestamptz) RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT coalesce((SELECT a.after = moment FROM submissions_amendment a
   WHERE a.season_id = wanted AND a.field = window_name AND a.approved_at IS NOT NULL AND a.approved_by_id IS NOT NULL
   ORDER BY a.approved_at DESC, a.id DESC LIMIT 1), false) $$;

CREATE FUNCTION spotlight_guard_season() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  windows text[] := ARRAY['entries_open_at', 'entries_close_at', 'clearing_ends_at', 'results_at'];
  free text[] := windows || ARRAY['state', 'name', 'hashtag', 'language', 'brand_color', 'logo_id'];
  name text;
BEGIN
  IF OLD.rules_sha256 = '' THEN
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
  END IF;
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'a season that was opened can''t be deleted' USING ERRCODE = 'SL001';
  END IF;
  IF to_jsonb(NEW) - free <> to_jsonb(OLD) - free THEN
    RAISE EXCEPTION 'the season is open: its rules can''t change' USING ERRCODE = 'SL001';
  END IF;
  IF NEW.state <> OLD.state AND NOT (OLD.state = 'open' AND NEW.state = 'finished') THEN
    RAISE EXCEPTION 'a season can''t go from % to %', OLD.state, NEW.state USING ERRCODE = 'SL001';
  END IF;
  FOREACH name IN ARRAY windows LOOP
    IF to_jsonb(NEW)->name IS DISTINCT FROM to_jsonb(OLD)->name
       AND NOT spotlight_is_amended(OLD.id, name, (to_jsonb(NEW)->>name)::timestamptz) THEN
      RAISE EXCEPTION 'the season is open: % moves only by an approved amendment', name USING ERRCODE = 'SL001';
    END IF;
  END LOOP;
  RETURN NEW;
END $$;

-- Markets, divisions, questions, terms (and, above, prizes): part of the rules.
CREATE FUNCTION spotlight_guard_season_part() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP IN ('UPDATE', 'DELETE') AND spotlight_is_frozen(OLD.season_id) THEN
    RAISE EXCEPTION 'the season is open: % can''t change', TG_TABLE_NAME USING ERRCODE = 'SL001';
  END IF;
  IF TG_OP IN ('INSERT', 'UPDATE') AND spotlight_is_frozen(NEW.season_id) THEN
    RAISE EXCEPTION 'the season is open: % can''t change', TG_TABLE_NAME USING ERRCODE = 'SL001';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$;

-- An approved amendment is public and stays; a proposal may only be approved.
CREATE FUNCTION spotlight_guard_amendment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.approved_at IS NOT NULL THEN
    RAISE EXCEPTION 'an approved amendment can''t change' USING ERRCODE = 'SL001';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  IF to_jsonb(NEW) - ARRAY['approved_at', 'approved_by_id'] <> to_jsonb(OLD) - ARRAY['approved_at', 'approved_by_id'] THEN
    RAISE EXCEPTION 'a proposed amendment can''t change' USING ERRCODE = 'SL001';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER guard BEFORE UPDATE OR DELETE ON submissions_season FOR EACH ROW EXECUTE FUNCTION spotlight_guard_season();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON submissions_market FOR EACH ROW EXECUTE FUNCTION spotlight_guard_season_part();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON submissions_division FOR EACH ROW EXECUTE FUNCTION spotlight_guard_season_part();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON submissions_question FOR EACH ROW EXECUTE FUNCTION spotlight_guard_season_part();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON submissions_terms FOR EACH ROW EXECUTE FUNCTION spotlight_guard_season_part();
CREATE TRIGGER guard BEFORE UPDATE OR DELETE ON submissions_amendment FOR EACH ROW EXECUTE FUNCTION spotlight_guard_amendment();
"""

BACKWARD = """
DROP FUNCTION spotlight_guard_season() CASCADE;
DROP FUNCTION spotlight_guard_season_part() CASCADE;
DROP FUNCTION spotlight_guard_amendment() CASCADE;
DROP FUNCTION spotlight_is_amended(bigint, text, timestamptz);
DROP FUNCTION spotlight_is_frozen(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("submissions", "0001_initial"), ("ledger", "0002_guards")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
