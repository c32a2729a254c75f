"""What the code must not say, read from its syntax tree."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ("spotlight", "submissions", "judging", "series")
QUERYING = {
    "filter",
    "exclude",
    "get",
    "order_by",
    "values",
    "values_list",
    "annotate",
    "only",
    "defer",
    "extra",
}
SENDING = {"delay", "apply_async", "send_task"}
# Sends the carrier of work rows; everybody else writes a row.
CARRIER = "spotlight/ledger/work.py"
# Time that decides nothing: the wall clock of a process or a log, and the clock itself.
WALL_CLOCKS = {"now", "utcnow", "today"}
# The demo sets the movable clock, and so has to know both.
TIMELESS = "spotlight/demo/"
WITHOUT_REQUESTS = {"models", "queries", "permissions", "jobs", "services", "tasks"}
OF_REQUESTS = ("django.http", "django.shortcuts", "django.contrib.messages", "rest_framework")


def modules() -> list[str]:
    found = [p for app in APPS for p in (ROOT / app).rglob("*.py") if "migrations" not in p.parts]
    return sorted(str(path.relative_to(ROOT)) for path in found)


def tree(name: str) -> ast.Module:
    return ast.parse((ROOT / name).read_text())


def calls(node: ast.AST) -> Iterator[tuple[ast.Call, str, str]]:
    """Each call of a method: the call, the text before the dot, the name."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            yield call, ast.unparse(call.func.value), call.func.attr


def from_request(node: ast.AST) -> bool:
    """Whether an expression takes what was sent as it is."""
    words = ast.unparse(node)
    return any(f"request.{part}" in words for part in ("GET", "POST", "query_params", "data", "body"))


def offences(name: str) -> list[str]:
    found = []
    for call, before, method in calls(tree(name)):
        expanded = [k.value for k in call.keywords if k.arg is None] + [
            a for a in call.args if isinstance(a, ast.Starred)
        ]
        ordered = call.args if method in ("order_by", "values", "values_list") else []
        if method in QUERYING and any(from_request(part) for part in [*expanded, *ordered]):
            found.append(f"{name}:{call.lineno} puts what was sent into a query as it is")
        if method in SENDING and name != CARRIER:
            found.append(f"{name}:{call.lineno} sends work past the ledger")
        if (
            method in WALL_CLOCKS
            and not name.startswith(TIMELESS)
            and before in ("timezone", "datetime", "datetime.datetime", "datetime.date", "date")
        ):
            found.append(f"{name}:{call.lineno} asks the wrong clock")
    return found


@pytest.mark.parametrize("app", APPS)
def test_queries_work_and_time_are_what_they_should_be(app: str) -> None:
    mine = [name for name in modules() if name.startswith(f"{app}/")]
    assert len(mine) > 10
    assert [line for name in mine for line in offences(name)] == []


def test_no_page_is_cached() -> None:
    words = ("cache_page", "UpdateCacheMiddleware", "FetchFromCacheMiddleware")
    assert [n for n in modules() if any(word in (ROOT / n).read_text() for word in words)] == []


def test_nobody_below_the_views_sees_a_request() -> None:
    found = [
        f"{name}: {module}"
        for name in modules()
        if WITHOUT_REQUESTS & {Path(name).stem, *Path(name).parts[1:2]}
        and not name.startswith("spotlight/demo")
        for node in ast.walk(tree(name))
        if isinstance(node, ast.ImportFrom) and (module := node.module or "").startswith(OF_REQUESTS)
    ]
    assert found == []


def test_the_reader_of_syntax_sees_what_it_should(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.test_code.ROOT", tmp_path)
    (tmp_path / "bad.py").write_text(
        "rows.filter(**request.GET.dict())\nrows.order_by(request.GET['by'])\ntask.delay(1)\ntimezone.now()\n"
    )
    assert len(offences("bad.py")) == 4
