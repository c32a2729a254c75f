"""The clock's function and the guard of the event log."""

from django.db import migrations

FORWARD = """
INSERT INTO ledger_clock (id, movable, "offset") VALUES (1, false, interval '0') ON CONFLICT DO NOTHING;

CREATE FUNCTION spotlight_now() RETURNS timestamptz LANGUAGE sql VOLATILE AS
$$ SELECT clock_timestamp() + coalesce((SELECT c."offset" FROM ledger_clock c WHERE c.id = 1), interval '0') $$;

-- Whether a clock may move is the owner's to say, once, when the database is made.
CREATE FUNCTION spotlight_guard_clock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'UPDATE' OR NEW.movable IS DISTINCT FROM OLD.movable THEN
    IF NOT pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'MEMBER') THEN
      RAISE EXCEPTION 'only the owner of the database decides whether its clock may move' USING ERRCODE = 'SL002';
    END IF;
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON ledger_clock FOR EACH ROW EXECUTE FUNCTION spotlight_guard_clock();

-- A test database may be emptied between tests, by its owner alone; a database with a fixed clock never.
CREATE FUNCTION spotlight_may_empty(relation oid) RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT coalesce((SELECT c.movable FROM ledger_clock c WHERE c.id = 1), true)
   AND pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = relation), 'MEMBER') $$;

CREATE FUNCTION spotlight_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' AND spotlight_may_empty(TG_RELID) THEN RETURN NULL; END IF;
  RAISE EXCEPTION '% rows are only ever added', TG_TABLE_NAME USING ERRCODE = 'SL003';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON ledger_event FOR EACH ROW EXECUTE FUNCTION spotlight_append_only();
CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON ledger_event FOR EACH STATEMENT EXECUTE FUNCTION spotlight_append_only();
"""

BACKWARD = """
DROP TRIGGER append_only ON ledger_event;
DROP TRIGGER append_only_whole ON ledger_event;
DROP FUNCTION spotlight_append_only();
DROP FUNCTION spotlight_may_empty(oid);
DROP TRIGGER guard ON ledger_clock;
DROP FUNCTION spotlight_guard_clock();
DROP FUNCTION spotlight_now();
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
