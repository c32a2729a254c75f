"""The admin panel's lists and set-up forms of judging, by subject."""

from judging.admin import rounds

__all__ = ["rounds"]
