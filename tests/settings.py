"""Settings of the tests: the product's own, on servers and files of their own. Importing starts nothing."""

import os
from pathlib import Path

_root = Path(__file__).resolve().parent.parent
os.environ.setdefault(
    "SPOTLIGHT_TEST_VAR", str(Path(os.environ.get("SPOTLIGHT_VAR") or _root / "var").resolve() / "test")
)
os.environ["SPOTLIGHT_VAR"] = os.environ["SPOTLIGHT_TEST_VAR"]
for name in (
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "DEBUG",
    "SITE_URL",
    "EMAIL_HOST",
    "MEDIA_ROOT",
):
    os.environ.pop(name, None)
os.environ["SPOTLIGHT_DATABASE_ROLE"] = "owner"
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright keeps an event loop in the thread of the tests

from spotlight.settings import *  # noqa: E402, F403
from spotlight.settings import DATABASES, STATE_DIR  # noqa: E402

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")

DATABASES["default"]["ENGINE"] = "tests.database"
DATABASES["default"]["CONN_MAX_AGE"] = 0
# No commit waits for the disk: what a test wrote need not outlive the machine.
DATABASES["default"]["OPTIONS"] = {"options": "-c synchronous_commit=off"}
if template := os.environ.get("SPOTLIGHT_TEST_TEMPLATE"):  # set while the template is migrated, see conftest
    DATABASES["default"]["NAME"] = template

ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
MEDIA_ROOT = STATE_DIR / "media" / WORKER
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
CELERY_BROKER_URL = "memory://"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
