"""Measuring: processor time of a piece of work against a limit in the same run. Nothing here asserts a time."""

import resource
import time
from collections.abc import Callable

Work = Callable[[], object]


def cpu(work: Work, repeats: int = 3) -> float:
    """The least processor time of several runs, in seconds, children included."""
    return min(_once(work) for _ in range(repeats))


def _once(work: Work) -> float:
    before = time.process_time() + _children()
    work()
    return time.process_time() + _children() - before


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def say(capsys: object, name: str, seconds: float, limit_name: str, limit: float, goal: str = "") -> None:
    """Print one figure beside its limit."""
    ratio = seconds / limit if limit else float("nan")
    with capsys.disabled():  # type: ignore[attr-defined]
        print(
            f"\n{name}: {seconds * 1000:.1f} ms, {ratio:.2f} x {limit_name} ({limit * 1000:.1f} ms){'; goal ' + goal if goal else ''}"
        )
