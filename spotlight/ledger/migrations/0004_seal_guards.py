"""Every event waits to be sealed, with the number of its transaction; seals are only ever added."""

from django.db import migrations

FORWARD = """
INSERT INTO ledger_unsealed (event_id, transaction) SELECT id, 0 FROM ledger_event;

CREATE FUNCTION spotlight_await_seal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO ledger_unsealed (event_id, transaction) VALUES (NEW.id, pg_current_xact_id()::text::bigint);
  RETURN NULL;
END $$;
CREATE TRIGGER await_seal AFTER INSERT ON ledger_event FOR EACH ROW EXECUTE FUNCTION spotlight_await_seal();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON ledger_seal FOR EACH ROW EXECUTE FUNCTION spotlight_append_only();
CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON ledger_seal FOR EACH STATEMENT EXECUTE FUNCTION spotlight_append_only();
"""

BACKWARD = """
DROP TRIGGER await_seal ON ledger_event;
DROP FUNCTION spotlight_await_seal();
DROP TRIGGER append_only ON ledger_seal;
DROP TRIGGER append_only_whole ON ledger_seal;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_seals")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
