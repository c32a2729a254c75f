"""Measuring: processor time of a piece of work against a limit in the same run. Nothing here asserts a time."""

import os
import resource
import time
from collections.abc import Callable
from pathlib import Path

from django.db import connection

WorkRow = Callable[[], object]


def cpu(work: WorkRow, repeats: int = 3) -> float:
    """The least processor time of several runs, in seconds, children included."""
    return min(_once(work) for _ in range(repeats))


def _once(work: WorkRow) -> float:
    before = time.process_time() + _children()
    work()
    return time.process_time() + _children() - before


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def cpu_with_server(work: WorkRow) -> float:
    """Processor time of one run in seconds: this process, its children, and every process of the test's PostgreSQL."""
    before = time.process_time() + _children() + _server()
    work()
    return time.process_time() + _children() + _server() - before


def _server() -> float:
    """Seconds that the postmaster, its children and those that have ended have used so far (proc(5), fields 14 to 17)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    postmaster = int(Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()[1])
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(stat.parent.name) == postmaster:
            ticks += sum(map(int, fields[11:15]))
        elif int(fields[1]) == postmaster:
            ticks += sum(map(int, fields[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def peak_memory() -> int:
    """The most memory that this process ever held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def say(capsys: object, name: str, seconds: float, limit_name: str, limit: float, goal: str = "") -> None:
    """Print one figure beside its limit."""
    ratio = seconds / limit if limit else float("nan")
    with capsys.disabled():  # type: ignore[attr-defined]
        print(
            f"\n{name}: {seconds * 1000:.1f} ms, {ratio:.2f} x {limit_name} ({limit * 1000:.1f} ms){'; goal ' + goal if goal else ''}"
        )
