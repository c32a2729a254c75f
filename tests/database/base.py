"""PostgreSQL as ever, but emptied between transactional tests in milliseconds.

TRUNCATE of a hundred tables is slow and refused by the append-only guards. With triggers and foreign keys asleep
(`session_replication_role`, granted to the owner role on the tests' server alone) each table is emptied by itself.
Rows that migrations made stay: the clock, content types and permissions.
"""

from collections.abc import Sequence
from typing import Any

from django.db.backends.postgresql import base, creation, operations

KEPT = frozenset({"ledger_clock", "django_content_type", "auth_permission"})


class DatabaseOperations(operations.DatabaseOperations):
    def sql_flush(
        self, style: Any, tables: Sequence[str], *, reset_sequences: bool = False, allow_cascade: bool = False
    ) -> list[str]:
        emptied = [table for table in tables if table not in KEPT]
        if not emptied:
            return []
        deletions = "".join(f"DELETE FROM {self.quote_name(table)};" for table in emptied)
        return [
            f"SET LOCAL session_replication_role = replica; {deletions}",
            "UPDATE ledger_clock SET \"offset\" = interval '0';" if "ledger_clock" in tables else "SELECT 1;",
            *(self._restarted(style, emptied) if reset_sequences else []),
        ]

    def _restarted(self, style: Any, tables: Sequence[str]) -> list[str]:
        """Asks for each table's sequences, which takes longer than emptying them all."""
        sequences = self.connection.introspection.sequence_list()
        return self.sequence_reset_by_name_sql(style, [s for s in sequences if s["table"] in tables])


class DatabaseCreation(creation.DatabaseCreation):
    def _destroy_test_db(self, test_database_name: str, verbosity: int) -> None:
        """Also when a thread of a live server still holds a connection."""
        name = self.connection.ops.quote_name(test_database_name)
        with self._nodb_cursor() as cursor:  # type: ignore[attr-defined]  # the stubs leave it out
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations
    creation_class = DatabaseCreation
