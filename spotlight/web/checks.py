"""What a real database must be like before Spotlight serves from it: `manage.py check --database default`."""

import os
from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.db import connections

DURABLE = ("fsync", "synchronous_commit", "full_page_writes")

MAY_ALTER = """
SELECT 'is a superuser' FROM pg_roles WHERE rolname = current_user AND rolsuper
UNION ALL
SELECT 'may create objects in schema public' WHERE has_schema_privilege('public', 'CREATE')
UNION ALL
SELECT 'owns ' || relname FROM pg_class
 WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND pg_has_role(relowner, 'MEMBER')
UNION ALL
SELECT 'may truncate ' || relname FROM pg_class
 WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND has_table_privilege(oid, 'TRUNCATE')
LIMIT 3
"""


def check_databases(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **options: Any
) -> list[CheckMessage]:
    """Errors for settings that lose commits, rights that could rewrite results, and demo accounts."""
    if "default" not in (databases or ()):
        return []
    with connections["default"].cursor() as cursor:
        found = _forgets(cursor)
        if os.environ.get("SPOTLIGHT_DATABASE_ROLE") != "owner":
            found += _alters(cursor)
        if not settings.EMBEDDED:
            found += _demo(cursor)
    return found


def _forgets(cursor: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    for name in DURABLE:
        cursor.execute(f"SHOW {name}")
        value = cursor.fetchone()[0]
        if value == "off":
            found.append(
                Error(
                    f"PostgreSQL's {name} is {value}: committed scores could be lost.",
                    hint=f"Set {name} = on.",
                    id="spotlight.E001",
                )
            )
    return found


def _alters(cursor: Any) -> list[CheckMessage]:
    cursor.execute(MAY_ALTER)
    return [
        Error(
            f"The application's database role {row[0]}: it could rewrite closed results.",
            hint="Let DATABASE_URL name a role without ownership, and DATABASE_OWNER_URL the owner. See docs/operations.md.",
            id="spotlight.E002",
        )
        for row in cursor.fetchall()
    ]


def _demo(cursor: Any) -> list[CheckMessage]:
    cursor.execute("SELECT to_regclass('accounts_person')")
    if cursor.fetchone()[0] is None:
        return []
    cursor.execute("SELECT EXISTS (SELECT 1 FROM accounts_person WHERE is_demo)")
    if not cursor.fetchone()[0]:
        return []
    return [
        Error(
            "This database holds demo accounts with published passwords.",
            hint="Start from an empty database.",
            id="spotlight.E003",
        )
    ]
