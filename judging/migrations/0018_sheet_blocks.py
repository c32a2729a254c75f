"""Filed sheets of a running round in arrays, and triggers that note which of them are no longer true."""

import django.db.models.deletion
from django.db import migrations, models

FORWARD = """
CREATE FUNCTION spotlight_sheets_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO judging_stalesheet (round_id, assignment_id)
  SELECT DISTINCT round_id, assignment_id FROM changed WHERE state = 'filed';
  RETURN NULL;
END $$;
CREATE TRIGGER note_added AFTER INSERT ON judging_scoresheet REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION spotlight_sheets_changed();
CREATE TRIGGER note_changed AFTER UPDATE ON judging_scoresheet REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION spotlight_sheets_changed();
CREATE TRIGGER note_changed_from AFTER UPDATE ON judging_scoresheet REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION spotlight_sheets_changed();
CREATE TRIGGER note_gone AFTER DELETE ON judging_scoresheet REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION spotlight_sheets_changed();

CREATE FUNCTION spotlight_scores_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO judging_stalesheet (round_id, assignment_id)
  SELECT s.round_id, s.assignment_id FROM (SELECT DISTINCT sheet_id FROM changed) c
  JOIN judging_scoresheet s ON s.id = c.sheet_id WHERE s.state = 'filed';
  RETURN NULL;
END $$;
CREATE TRIGGER note_added AFTER INSERT ON judging_score REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION spotlight_scores_changed();
CREATE TRIGGER note_changed AFTER UPDATE ON judging_score REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION spotlight_scores_changed();
CREATE TRIGGER note_changed_from AFTER UPDATE ON judging_score REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION spotlight_scores_changed();
CREATE TRIGGER note_gone AFTER DELETE ON judging_score REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION spotlight_scores_changed();

CREATE FUNCTION spotlight_assignment_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO judging_stalesheet (round_id, assignment_id) VALUES (NEW.round_id, NEW.id);
  RETURN NULL;
END $$;
CREATE TRIGGER note_changed AFTER UPDATE OF state, pool ON judging_assignment FOR EACH ROW
  WHEN ((OLD.state, OLD.pool) IS DISTINCT FROM (NEW.state, NEW.pool)) EXECUTE FUNCTION spotlight_assignment_changed();

CREATE OR REPLACE FUNCTION spotlight_entry_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO judging_staletrack (round_id, track_id) VALUES (NEW.round_id, NULL);
  INSERT INTO judging_stalesheet (round_id, assignment_id) VALUES (NEW.round_id, NULL);
  RETURN NULL;
END $$;

ALTER TABLE judging_sheetblock ALTER rows SET STORAGE EXTERNAL;
"""
BACKWARD = """
DROP TRIGGER note_added ON judging_scoresheet;
DROP TRIGGER note_changed ON judging_scoresheet;
DROP TRIGGER note_changed_from ON judging_scoresheet;
DROP TRIGGER note_gone ON judging_scoresheet;
DROP TRIGGER note_added ON judging_score;
DROP TRIGGER note_changed ON judging_score;
DROP TRIGGER note_changed_from ON judging_score;
DROP TRIGGER note_gone ON judging_score;
DROP TRIGGER note_changed ON judging_assignment;
DROP FUNCTION spotlight_sheets_changed();
DROP FUNCTION spotlight_scores_changed();
DROP FUNCTION spotlight_assignment_changed();
CREATE OR REPLACE FUNCTION spotlight_entry_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO judging_staletrack (round_id, track_id) VALUES (NEW.round_id, NULL);
  RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("judging", "0017_standing_rows")]
    operations = [
        migrations.CreateModel(
            "StaleSheet",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("assignment_id", models.BigIntegerField(null=True)),
                (
                    "round",
                    models.ForeignKey(
                        db_constraint=False, on_delete=django.db.models.deletion.CASCADE,
                        related_name="stale_sheets", to="judging.round",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            "SheetBlock",
            [
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "round_id", "number", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveIntegerField(help_text="Index of its first entry / entries per block.")),
                ("layout", models.JSONField()),
                ("rows", models.BinaryField()),
                (
                    "round",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE,
                        related_name="sheet_blocks", to="judging.round",
                    ),
                ),
            ],
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]  # fmt: skip
