"""The child process: ``python -m submissions.audio``, started by ``sandbox`` and by nothing else.

It gets its files as open descriptors, takes every right from itself before it looks at the first byte, and answers on
standard output, one JSON object a line: ``{"progress": 0.25}`` and at last ``{"report"|"probe"|"refusal": {…}}``.
"""

import importlib
import json
import os
import pkgutil
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, BinaryIO

import av
import av.logging

from submissions.audio.analysis import analyze
from submissions.audio.decoding import describe, open_source
from submissions.audio.limits import Limits
from submissions.audio.report import Reason, Refusal, report_as_json

NOBODY = 65_534
PROGRESS_EVERY = 0.2


def main() -> None:
    """Read the order from the command line, obey, answer."""
    order = json.loads(sys.argv[1])
    limits = Limits(**order["limits"])
    source = os.fdopen(order["source"], "rb", buffering=0)
    files = [
        os.fdopen(fd, mode, buffering=0) for fd, mode in zip(order["rendition"], ("wb", "rb"), strict=False)
    ]
    av.logging.set_level(av.logging.PANIC)
    load_everything()
    give_up_rights(limits)
    try:
        say(obey(source, files, limits))
    except Refusal as refusal:
        say({"refusal": {"code": refusal.code, "params": refusal.params}})
    except MemoryError:
        say({"refusal": {"code": Reason.TOO_HARD, "params": {}}})
    sys.stdout.flush()
    os._exit(0)  # what a hostile file left half open in the decoder is not worth closing


def obey(source: BinaryIO, files: list[Any], limits: Limits) -> dict[str, Any]:
    """Probe if there is no file to write to, process otherwise."""
    size = os.fstat(source.fileno()).st_size
    if not files:
        return {"probe": asdict(describe(open_source(source, size=size, limits=limits)))}
    rendition, reread = files
    report = analyze(
        source, size=size, rendition=rendition, reread=reread, limits=limits, progress=spoken_progress()
    )
    return {"report": report_as_json(report)}


def load_everything() -> None:
    """Import what PyAV would import at need: later no file can be opened."""
    for module in pkgutil.walk_packages(av.__path__, "av."):
        if not module.name.endswith(("__main__", ".datasets")):
            importlib.import_module(module.name)


def give_up_rights(limits: Limits) -> None:
    """No new descriptor (so no file, no socket, no pipe), bounded time, memory and output, nobody's account.

    A descriptor limit of zero also stops the network: a socket is a descriptor.
    """
    caps = {
        resource.RLIMIT_CPU: (limits.cpu_seconds, limits.cpu_seconds + 2),
        resource.RLIMIT_AS: (limits.memory_bytes, limits.memory_bytes),
        resource.RLIMIT_FSIZE: (limits.max_rendition_bytes, limits.max_rendition_bytes),
        resource.RLIMIT_CORE: (0, 0),
        resource.RLIMIT_NOFILE: (0, 0),
    }
    for kind, (soft, hard) in caps.items():
        ceiling = resource.getrlimit(kind)[1]
        fit = hard if ceiling == resource.RLIM_INFINITY else min(hard, ceiling)
        resource.setrlimit(kind, (min(soft, fit), fit))
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)


def spoken_progress() -> Callable[[float], None]:
    """A callback that says the share read, a few times a second. Fails, and so ends the child, if nobody listens."""
    said_at = time.monotonic()

    def progress(share: float) -> None:
        nonlocal said_at
        if time.monotonic() - said_at >= PROGRESS_EVERY:
            said_at = time.monotonic()
            say({"progress": round(share, 3)})

    return progress


def say(message: dict[str, Any]) -> None:
    """One line on standard output."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
