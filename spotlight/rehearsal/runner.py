"""Runs a rehearsal: makes its database, starts a process in it, follows that, and keeps the report.

The process speaks in lines of JSON: `{"share": 0.4, "step": "round-1"}`, at last `{"report": …}` or `{"problem": …}`.
"""

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _

from spotlight.errors import SpotlightError
from spotlight.ledger import clock
from spotlight.rehearsal.models import Rehearsal
from spotlight.rehearsal.scratch import Busy, scratch_environment

Say = Callable[[float, str], None]
INSIDE = [sys.executable, "manage.py", "rehearse_inside"]


class RehearsalFailed(SpotlightError):
    """The rehearsal came to no end; the message says why."""

    code = "rehearsal_failed"


class Canceled(Exception):
    """Somebody does not want it any more."""


def run(rehearsal: Rehearsal, *, say: Say = lambda share, step: None, kindly: bool = False) -> Rehearsal:
    """Run to the end and write the outcome into the row; `kindly` lets everything else on the machine go first.

    Raises Busy, with nothing changed, if another one runs.
    """
    try:
        with scratch_environment(rehearsal.code) as environment:
            _change(rehearsal, state=Rehearsal.State.RUNNING, problem="")
            report = _follow(rehearsal, environment, say, os.nice if kindly else int)
    except Busy:
        raise
    except Canceled:
        _end(rehearsal, Rehearsal.State.CANCELED)
    except SpotlightError as refusal:
        _end(rehearsal, Rehearsal.State.FAILED, problem=refusal.message[:500])
    except BaseException:  # the worker's time is over, or the command was interrupted
        _end(rehearsal, Rehearsal.State.FAILED, problem=_("It was interrupted."))
        raise
    else:
        _end(rehearsal, Rehearsal.State.DONE, report=report, progress=1.0)
    rehearsal.refresh_from_db()
    return rehearsal


def task_of(rehearsal: Rehearsal) -> dict[str, Any]:
    """What the process inside is told."""
    names = ("artists", "judges", "fans", "seed", "attack", "preset", "rules")
    return {name: getattr(rehearsal, name) for name in names}


def _follow(
    rehearsal: Rehearsal, environment: dict[str, str], say: Say, nice: Callable[[int], int]
) -> dict[str, Any]:
    process = subprocess.Popen(
        INSIDE, cwd=settings.BASE_DIR, env=environment, text=True, bufsize=1, preexec_fn=partial(nice, 10),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    heard: queue.Queue[str] = queue.Queue()
    reader = threading.Thread(target=_read, args=(process.stdout, heard), daemon=True)
    try:
        assert process.stdin is not None
        process.stdin.write(json.dumps(task_of(rehearsal)))
        process.stdin.close()
        reader.start()
        return _report(rehearsal, heard, say)
    finally:
        process.kill()
        process.wait()
        reader.join(timeout=10)


def _report(rehearsal: Rehearsal, heard: "queue.Queue[str]", say: Say) -> dict[str, Any]:
    """Listen until the report comes. Raises RehearsalFailed, Canceled."""
    for line in _lines(heard):
        _check_wanted(rehearsal)
        if "report" in line:
            found: dict[str, Any] = line["report"]
            return found
        if "problem" in line:
            raise RehearsalFailed(line["problem"])
        if "step" in line:
            _change(rehearsal, progress=line["share"], step=line["step"])
            say(line["share"], line["step"])
    raise RehearsalFailed(_("It stopped without a report."))


def _lines(heard: "queue.Queue[str]") -> Iterator[dict[str, Any]]:
    """What the process says, until it ends; an empty line each second in which it says nothing."""
    while True:
        try:
            line = heard.get(timeout=1)
        except queue.Empty:
            yield {}
            continue
        if not line:
            return
        yield json.loads(line)


def _read(stream: IO[str], heard: "queue.Queue[str]") -> None:
    with stream:
        for line in stream:
            heard.put(line)
    heard.put("")


def _check_wanted(rehearsal: Rehearsal) -> None:
    states = Rehearsal.objects.filter(pk=rehearsal.pk).values_list("state", flat=True)
    if states.first() != Rehearsal.State.RUNNING:
        raise Canceled


def _change(rehearsal: Rehearsal, **values: Any) -> None:
    """Unless somebody canceled it."""
    unwanted = Rehearsal.objects.exclude(state=Rehearsal.State.CANCELED)
    unwanted.filter(pk=rehearsal.pk).update(**values)


def _end(rehearsal: Rehearsal, state: Rehearsal.State, **values: Any) -> None:
    Rehearsal.objects.filter(pk=rehearsal.pk).update(state=state, finished_at=clock.now(), **values)
