"""Many files through one process, without a new child for each: prints a verdict for every path given.

Run as a program by the tests, so that a decoder that crashes takes this process and not the tests with it.
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path

import av.logging

from submissions.audio import Limits, Refusal
from submissions.audio.analysis import analyze


def verdict(path: Path, limits: Limits) -> tuple[str, float]:
    """(reason or "accepted", seconds decoded)."""
    out = path.with_suffix(".out")
    with open(out, "wb") as target, open(out, "rb") as reread, open(path, "rb") as file:
        size = path.stat().st_size
        try:
            report = analyze(
                file,
                size=size,
                rendition=target,
                reread=reread,
                limits=limits,
                progress=lambda share: None,
            )
        except Refusal as refusal:
            return refusal.code.value, 0.0
    return "accepted", report.seconds


def main() -> None:
    av.logging.set_level(av.logging.PANIC)
    limits = Limits(**json.loads(sys.argv[1]))
    for line in sys.stdin:
        print(json.dumps(verdict(Path(line.strip()), limits)), flush=True)


def as_argument(limits: Limits) -> str:
    """What ``main`` reads."""
    return json.dumps(asdict(limits))


if __name__ == "__main__":
    main()
