"""The admin panel's lists and set-up forms of this app, by subject."""

from submissions.admin import records, roles, seasons

__all__ = ["records", "roles", "seasons"]
