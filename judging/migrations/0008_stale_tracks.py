"""Triggers that note which tracks' tallies of a running round are no longer true, in the transaction of the change."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION spotlight_readings_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO judging_readingmarket (source_id, market)
    SELECT source_id, market FROM changed GROUP BY source_id, market ORDER BY source_id, market ON CONFLICT DO NOTHING;
  END IF;
  IF EXISTS (SELECT FROM judging_round WHERE state IN ('open', 'locked')) THEN
    INSERT INTO judging_staletrack (round_id, track_id)
    SELECT r.id, c.track_id FROM (SELECT source_id, track_id FROM changed GROUP BY source_id, track_id) c
    JOIN judging_source o ON o.id = c.source_id
    JOIN judging_round r ON r.season_id = o.season_id AND r.state IN ('open', 'locked')
    JOIN submissions_submission s ON s.track_id = c.track_id
    JOIN judging_entry e ON e.submission_id = s.id AND e.round_id = r.id;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER note_added AFTER INSERT ON judging_reading REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION spotlight_readings_changed();
CREATE TRIGGER note_changed AFTER UPDATE ON judging_reading REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION spotlight_readings_changed();
CREATE TRIGGER note_gone AFTER DELETE ON judging_reading REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION spotlight_readings_changed();

CREATE FUNCTION spotlight_source_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO judging_staletrack (round_id, track_id)
  SELECT id, NULL FROM judging_round WHERE season_id = NEW.season_id AND state IN ('open', 'locked');
  RETURN NULL;
END $$;
CREATE TRIGGER note_switched AFTER UPDATE OF is_active, slug ON judging_source FOR EACH ROW
  WHEN ((OLD.is_active, OLD.slug) IS DISTINCT FROM (NEW.is_active, NEW.slug)) EXECUTE FUNCTION spotlight_source_changed();
CREATE TRIGGER note_market_renamed AFTER UPDATE OF code ON submissions_market FOR EACH ROW
  WHEN (OLD.code IS DISTINCT FROM NEW.code) EXECUTE FUNCTION spotlight_source_changed();

CREATE FUNCTION spotlight_submission_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO judging_staletrack (round_id, track_id)
  SELECT e.round_id, NEW.track_id FROM judging_entry e JOIN judging_round r ON r.id = e.round_id
  WHERE e.submission_id = NEW.id AND r.state IN ('open', 'locked');
  RETURN NULL;
END $$;
CREATE TRIGGER note_moved AFTER UPDATE OF market_id, track_id ON submissions_submission FOR EACH ROW
  WHEN ((OLD.market_id, OLD.track_id) IS DISTINCT FROM (NEW.market_id, NEW.track_id)) EXECUTE FUNCTION spotlight_submission_moved();

CREATE FUNCTION spotlight_entry_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO judging_staletrack (round_id, track_id) VALUES (NEW.round_id, NULL);
  RETURN NULL;
END $$;
CREATE TRIGGER note_moved AFTER UPDATE OF counts_from, submission_id, index, code ON judging_entry FOR EACH ROW
  WHEN ((OLD.counts_from, OLD.submission_id, OLD.index, OLD.code) IS DISTINCT FROM (NEW.counts_from, NEW.submission_id, NEW.index, NEW.code))
  EXECUTE FUNCTION spotlight_entry_moved();

ALTER TABLE judging_tallyblock ALTER tallies SET STORAGE EXTERNAL, ALTER codes SET STORAGE EXTERNAL,
  ALTER first SET STORAGE EXTERNAL, ALTER last SET STORAGE EXTERNAL;
ALTER TABLE judging_standings ALTER ranks SET STORAGE EXTERNAL, ALTER blends SET STORAGE EXTERNAL;

INSERT INTO judging_readingmarket (source_id, market) SELECT DISTINCT source_id, market FROM judging_reading;
"""
BACKWARD = """
DROP TRIGGER note_added ON judging_reading;
DROP TRIGGER note_changed ON judging_reading;
DROP TRIGGER note_gone ON judging_reading;
DROP TRIGGER note_switched ON judging_source;
DROP TRIGGER note_market_renamed ON submissions_market;
DROP TRIGGER note_moved ON submissions_submission;
DROP TRIGGER note_moved ON judging_entry;
DROP FUNCTION spotlight_readings_changed();
DROP FUNCTION spotlight_source_changed();
DROP FUNCTION spotlight_submission_moved();
DROP FUNCTION spotlight_entry_moved();
ALTER TABLE judging_standings ALTER ranks SET STORAGE EXTENDED, ALTER blends SET STORAGE EXTENDED;
"""


class Migration(migrations.Migration):
    dependencies = [("judging", "0007_tallies"), ("submissions", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
