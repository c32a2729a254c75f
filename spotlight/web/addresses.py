"""Addresses by name where the other side may not be there (an app that is not installed, a page still to come)."""

from typing import Any

from django.urls import NoReverseMatch, reverse


def address(name: str, *args: Any) -> str:
    """The address, or the empty text if there is none of this name with these arguments."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
