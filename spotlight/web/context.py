"""What every page knows: the season it belongs to, who is reading, and where they can go."""

from typing import Any

from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, Any]:
    """Safe defaults for ``templates/base.html``; the project's pages override them with more."""
    return {"season": None, "person": None, "nav": [], "brand_stylesheet": ""}
