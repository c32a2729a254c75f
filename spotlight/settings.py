"""Spotlight's settings, all from the environment. What differs between seasons is a row, never a setting.

Without DATABASE_URL the embedded servers are used and demo accounts may exist; with it this is production, and
whatever is unsafe refuses to start. Every name is described in docs/operations.md and `.env.example`.
"""

import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

from spotlight import embedded

BASE_DIR = Path(__file__).resolve().parent.parent
STATE_DIR = Path(os.environ.get("SPOTLIGHT_VAR") or BASE_DIR / "var").resolve()


def flag(name: str, default: bool = False) -> bool:
    """Read a yes/no setting."""
    return os.environ.get(name, "yes" if default else "no").lower() in {"1", "yes", "true", "on"}


def database(url: str) -> dict[str, object]:
    """Turn `postgresql://user:password@host:port/name?host=/socket/folder` into Django's form."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", None) or parts.hostname or "",
        "PORT": str(parts.port or query.pop("port", "")),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
        "OPTIONS": query,
    }


def broker(url: str) -> str:
    """Celery's spelling of a Redis address: a unix socket has a scheme of its own there."""
    parts = urlsplit(url)
    if parts.scheme != "unix":
        return url
    return f"redis+socket://{parts.path}?virtual_host={dict(parse_qsl(parts.query)).get('db', '0')}"


# Servers: named in the environment, or the embedded ones in the state folder.
EMBEDDED = not os.environ.get("DATABASE_URL")
if EMBEDDED:
    _addresses = embedded.addresses(STATE_DIR)
    DATABASE_URL, DATABASE_OWNER_URL = _addresses.database_url, _addresses.owner_url
    REDIS_URL = os.environ.get("REDIS_URL") or _addresses.redis_url
    SECRET_KEY = os.environ.get("SECRET_KEY") or embedded.secret_key(STATE_DIR)
else:
    DATABASE_URL = os.environ["DATABASE_URL"]
    DATABASE_OWNER_URL = os.environ.get("DATABASE_OWNER_URL") or DATABASE_URL
    REDIS_URL = os.environ.get("REDIS_URL") or "redis://127.0.0.1:6379/0"
    SECRET_KEY = os.environ.get("SECRET_KEY", "")
    if len(SECRET_KEY) < 50:
        raise ImproperlyConfigured(
            "SECRET_KEY must be set to a random text of 50 characters or more when DATABASE_URL is set."
        )

DEBUG = flag("DEBUG")
if DEBUG and not EMBEDDED:
    raise ImproperlyConfigured(
        "DEBUG may be on only with the embedded database. Unset DEBUG or DATABASE_URL."
    )
DEMO = flag("DEMO", default=EMBEDDED)
if DEMO and not EMBEDDED:
    raise ImproperlyConfigured(
        "Demo accounts exist only with the embedded database. Unset DEMO or DATABASE_URL."
    )

_is_owner = os.environ.get("SPOTLIGHT_DATABASE_ROLE") == "owner"
# Rehearsals make a database of their own with this role, which needs CREATEDB and no right on ours. Empty: none are run.
REHEARSAL_DATABASE_URL = os.environ.get("REHEARSAL_DATABASE_URL") or (DATABASE_OWNER_URL if EMBEDDED else "")
REHEARSAL_TEMPLATE = ""
IN_REHEARSAL = False
DATABASES = {"default": database(DATABASE_OWNER_URL if _is_owner else DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Where people find us
SITE_NAME = _("Spotlight")
SITE_URL = os.environ.get("SITE_URL", "http://127.0.0.1:8000").rstrip("/")
IS_HTTPS = SITE_URL.startswith("https://")
ALLOWED_HOSTS = [urlsplit(SITE_URL).hostname or "127.0.0.1", *os.environ.get("ALLOWED_HOSTS", "").split()]
if EMBEDDED:
    ALLOWED_HOSTS += ["127.0.0.1", "localhost", "[::1]", ".local", "0.0.0.0"]
CSRF_TRUSTED_ORIGINS = [SITE_URL]
# How many proxies stand in front: what that many say in X-Forwarded-For is believed, and -Proto.
TRUSTED_PROXIES = int(os.environ.get("TRUSTED_PROXIES", "0"))
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "spotlight.apps.SpotlightAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "spotlight.accounts",
    "spotlight.ledger",
    "spotlight.web",
    "submissions",
    "judging",
    "series",
    "spotlight.rehearsal",
]
if EMBEDDED:
    INSTALLED_APPS.append("spotlight.demo")

MIDDLEWARE = [
    "spotlight.web.proxies.ClientAddressMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "spotlight.web.headers.SecurityHeadersMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "spotlight.web.headers.UnfoldPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "spotlight.web.headers.NoStoreMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "spotlight.web.held.HeldFormMiddleware",
    "spotlight.web.nul.NulMiddleware",
]

ROOT_URLCONF = "spotlight.urls"
WSGI_APPLICATION = "spotlight.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "spotlight.context.shell",
                *(["spotlight.demo.context.bar"] if EMBEDDED else []),
            ],
        },
    }
]

# The look of django-unfold's pages: ours, see spotlight/admin.py.
UNFOLD = {
    "SITE_TITLE": SITE_NAME,
    "SITE_HEADER": SITE_NAME,
    "SITE_URL": "/",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "SHOW_BACK_BUTTON": True,
    "BORDER_RADIUS": "2px",
    "COLORS": {
        "primary": {
            str(step): f"oklch({light} {chroma} 215)"
            for step, light, chroma in (
                (50, 0.97, 0.008),
                (100, 0.94, 0.012),
                (200, 0.88, 0.02),
                (300, 0.79, 0.035),
                (400, 0.7, 0.05),
                (500, 0.58, 0.06),
                (600, 0.42, 0.055),
                (700, 0.35, 0.045),
                (800, 0.28, 0.035),
                (900, 0.22, 0.025),
                (950, 0.17, 0.02),
            )
        },
    },
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": "spotlight.panel.navigation",
    },
    "ACCOUNT": {"navigation": "spotlight.panel.account_links"},
}

FORM_RENDERER = "spotlight.web.forms.SpotlightRenderer"

# People
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True  # in the browser that signed up, and only there
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PREVENT_ENUMERATION = True
# Who shows demo accounts the code of a second factor; nobody does in production.
DEMO_FACTOR = "spotlight.demo.people.factor_secret" if DEMO else ""
LOGIN_REDIRECT_URL = "/start/"
LOGIN_URL = "account_login"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
MFA_TOTP_TOLERANCE = 1  # a code typed at the end of its half minute still counts (RFC 6238, 5.2)
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# Mail goes into the outbox; a work row hands it to "delivery", which exists when EMAIL_HOST is set.
MAILERS: dict[str, dict[str, object]] = {"default": {"BACKEND": "spotlight.ledger.mail.OutboxBackend"}}
if os.environ.get("EMAIL_HOST"):
    MAILERS["delivery"] = {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": os.environ["EMAIL_HOST"],
            "port": int(os.environ.get("EMAIL_PORT", "587")),
            "username": os.environ.get("EMAIL_USER", ""),
            "password": os.environ.get("EMAIL_PASSWORD", ""),
            "use_tls": flag("EMAIL_TLS", default=True),
            "timeout": 20,
        },
    }
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "Spotlight <spotlight@localhost>")

# Languages and time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ja", "日本語"), ("ko", "한국어")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
FORMAT_MODULE_PATH = ["spotlight.formats"]
USE_TZ = True
TIME_ZONE = "UTC"

# Files
STATIC_URL = "/static/"
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT", STATE_DIR / "static"))
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = Path(os.environ.get("MEDIA_ROOT", STATE_DIR / "media"))
# With nginx in front: the internal location that serves MEDIA_ROOT, for example "/protected-media/".
MEDIA_ACCEL_PREFIX = os.environ.get("MEDIA_ACCEL_PREFIX", "")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "spotlight.web.static.Storage"},
}
WHITENOISE_MAX_AGE = 300
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024

# Sessions live in PostgreSQL: Redis may be emptied at any time.
SESSION_ENGINE = "django.contrib.sessions.backends.db"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}

# What the browser is told
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = IS_HTTPS
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 365 * 86400 if IS_HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_CSP: dict[str, list[str]] = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:", "blob:"],
    "media-src": [CSP.SELF, "blob:"],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
    "form-action": [CSP.SELF],
}
# Alpine.js and inline styles of django-unfold's own pages; no page of ours gets this, see spotlight/web/headers.py.
UNFOLD_CSP: dict[str, list[str]] = SECURE_CSP | {
    "script-src": [CSP.SELF, CSP.UNSAFE_INLINE, CSP.UNSAFE_EVAL],
    "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
}

# Work: PostgreSQL holds it, Celery carries it.
CELERY_BROKER_URL = broker(REDIS_URL)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "max_retries": 0,  # who asks for work does not wait for a broker that is away: the sweep carries it
    "socket_connect_timeout": 5,
    "socket_timeout": 30,
}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_TASK_TIME_LIMIT = 1800
CELERY_TASK_SOFT_TIME_LIMIT = 1740
CELERY_TASK_IGNORE_RESULT = True
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE_FILENAME = str(STATE_DIR / "beat-schedule")

REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "spotlight.web.schema.Schema",
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["spotlight.web.rest.Session"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["spotlight.web.rest.Json"],
    "DEFAULT_PAGINATION_CLASS": "spotlight.web.rest.Cursor",
    "DEFAULT_THROTTLE_CLASSES": ["spotlight.web.rest.AnonymousRate", "spotlight.web.rest.PersonRate"],
    "DEFAULT_THROTTLE_RATES": {"anon": "120/min", "user": "600/min", "push": "60/min"},
    "EXCEPTION_HANDLER": "spotlight.web.rest.on_error",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Spotlight",
    "DESCRIPTION": "Seasons, tracks, artists, charts and episodes; and what is one's own.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
}

# What may be read at /metrics without signing in as an operator; empty: nothing.
METRICS_TOKEN = os.environ.get("METRICS_TOKEN", "")

# Logs name routes, codes and numbers; no addresses, mails or names of people. Django's request log prints paths only.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL", "INFO")},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
        "celery.app.trace": {"level": "WARNING"},
    },
}
