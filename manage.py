#!/usr/bin/env python
"""Spotlight's command line."""

import os
import sys

OWNER_COMMANDS = {"migrate", "flush", "sqlflush"}


def main() -> None:
    """Run one management command; those that change the schema connect as the owner role."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spotlight.settings")
    if len(sys.argv) > 1 and sys.argv[1] in OWNER_COMMANDS:
        os.environ["SPOTLIGHT_DATABASE_ROLE"] = "owner"
    from django.core.management import execute_from_command_line  # noqa: PLC0415 (settings must be named first)

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
