"""Is it alive, can it serve, and how much waits."""

import hmac
from collections.abc import Callable, Iterator

import redis
from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

# Ours are read by plain SQL: this package must not know the ledger's models.
GAUGES = (
    (
        "spotlight_work",
        "Work rows by kind and state.",
        "SELECT kind, state, count(*) FROM ledger_work GROUP BY 1, 2",
    ),
    (
        "spotlight_work_overdue_seconds",
        "How long the oldest due work row waits.",
        "SELECT 'all', 'waiting', coalesce(extract(epoch FROM spotlight_now() - min(due_at)), 0) "
        "FROM ledger_work WHERE state = 'waiting' AND due_at <= spotlight_now()",
    ),
    (
        "spotlight_mail",
        "Mails by template and state.",
        "SELECT template, state, count(*) FROM ledger_mail GROUP BY 1, 2",
    ),
)


@never_cache
@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """200 while this process answers; touches nothing else."""
    return HttpResponse("alive\n", content_type="text/plain")


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """200 when the database answers with every migration applied and Redis answers; else 503 and what is missing."""
    state = {name: check() for name, check in CHECKS.items()}
    return JsonResponse({"ready": all(state.values()), **state}, status=200 if all(state.values()) else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return False
    return True


def _redis_answers() -> bool:
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2) as client:
            return bool(client.ping())
    except (redis.RedisError, OSError):
        return False


_migrated = False  # once true it stays so for this process: new code comes in a new one


def _is_migrated() -> bool:
    global _migrated
    try:
        if not _migrated:
            executor = MigrationExecutor(connection)
            _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Error:
        return False
    return _migrated


CHECKS: dict[str, Callable[[], bool]] = {
    "database": _database_answers,
    "migrations": _is_migrated,
    "redis": _redis_answers,
}


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Gauges in Prometheus' text format, for an operator or with `Authorization: Bearer $METRICS_TOKEN`."""
    if not _may_read_metrics(request):
        if request.user.is_authenticated:
            raise Http404
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse("".join(_gauges()), content_type="text/plain; version=0.0.4; charset=utf-8")


def _may_read_metrics(request: HttpRequest) -> bool:
    if request.user.is_authenticated and request.user.is_active and request.user.is_staff:
        return True
    offered = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(settings.METRICS_TOKEN) and hmac.compare_digest(
        offered.encode(), settings.METRICS_TOKEN.encode()
    )


def _gauges() -> Iterator[str]:
    with connection.cursor() as cursor:
        for name, text, query in GAUGES:
            yield f"# HELP {name} {text}\n# TYPE {name} gauge\n"
            cursor.execute(query)
            for kind, state, value in cursor.fetchall():
                yield f'{name}{{kind="{kind}",state="{state}"}} {float(value):g}\n'
