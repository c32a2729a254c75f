"""Settings of the process inside a rehearsal's database: the product's own, with nothing to reach beyond it."""

from spotlight.settings import *  # noqa: F403
from spotlight.settings import MAILERS

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
MAILERS.pop("delivery", None)
REHEARSAL_DATABASE_URL = ""
IN_REHEARSAL = True
