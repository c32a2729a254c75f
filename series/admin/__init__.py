"""The editors' side in the admin panel."""

from series.admin import episodes, records

__all__ = ["episodes", "records"]
