"""`python -m tests.chaos.load JOURNAL PORT`: a small steady load until SIGTERM.

Each line of the journal is an effect that was acknowledged: `work KEY` and `mail KEY` after the commit, `play SESSION`
after the answer, `audio TRACK` after the last piece of the upload. Lines that begin with `control` are acknowledged
before the commit, which is wrong: the count must find some of them lost.
"""

import http.client
import io
import json
import os
import random
import signal
import sys
import threading
import time
import wave
from collections.abc import Callable
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.chaos.settings")
django.setup()

import numpy as np  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from spotlight.ledger import files, mail, work  # noqa: E402
from spotlight.ledger.models import StoredFile  # noqa: E402
from submissions.models import Season, Submission, Track  # noqa: E402
from submissions.services import uploads  # noqa: E402
from tests.making import make_artist, make_season, make_submission  # noqa: E402

RATE = 44_100
ended = threading.Event()


class Journal:
    """What was acknowledged, one line each, in a file that the counting reads."""

    def __init__(self, path: str) -> None:
        self._file = open(path, "a", encoding="utf-8")  # noqa: SIM115 (open as long as the load runs)
        self._lock = threading.Lock()

    def write(self, kind: str, key: str) -> None:
        with self._lock:
            self._file.write(f"{kind} {key}\n")
            self._file.flush()


def main(path: str, port: int) -> None:
    """Run all sources until told to end."""
    signal.signal(signal.SIGTERM, lambda number, frame: ended.set())
    journal = Journal(path)
    season = make_season(shortest_seconds=3, quota=50)
    sound = files.keep_bytes(_tune(), kind=StoredFile.Kind.RENDITION, media_type="audio/wav")
    heard = make_submission(season, duration_ms=1200, rendition=sound).track
    sources: list[Callable[[], None]] = [
        lambda: transfers(journal),
        lambda: careless(journal),
        lambda: hasty(journal),
        lambda: mails(journal),
        lambda: listeners(journal, heard, port),
        lambda: recordings(journal, season),
    ]
    threads = [threading.Thread(target=forever, args=[source]) for source in sources]
    for thread in threads:
        thread.start()
    while not ended.wait(0.2):
        pass
    for thread in threads:
        thread.join()


def forever(source: Callable[[], None]) -> None:
    """Begin again whenever something under it dies: what raises was not acknowledged."""
    while not ended.is_set():
        try:
            source()
        except Exception as problem:
            print(f"{type(problem).__name__}: {problem}"[:200], file=sys.stderr, flush=True)
            ended.wait(0.3)
        finally:
            connection.close()


def key() -> str:
    return random.randbytes(8).hex()


def transfers(journal: Journal) -> None:
    """Work in bursts, so that some always waits in Redis."""
    for _ in range(12):
        one = key()
        with transaction.atomic():
            work.enqueue("chaos.count", one)
        journal.write("work", one)
    ended.wait(4)


def careless(journal: Journal) -> None:
    """Work that breaks the rule, for the control."""
    one = key()
    with transaction.atomic():
        work.enqueue("chaos.careless", one)
    journal.write("control-careless", one)
    ended.wait(3)


def hasty(journal: Journal) -> None:
    """Work that is acknowledged before its commit, for the control."""
    one = key()
    with transaction.atomic():
        work.enqueue("chaos.count", one)
        journal.write("control-hasty", one)
        time.sleep(1)
    ended.wait(0.1)


def mails(journal: Journal) -> None:
    """A mail a second."""
    one = key()
    with transaction.atomic():
        mail.write("chaos", to=f"{one}@example.test", context={"key": one})
    journal.write("mail", one)
    ended.wait(1)


def listeners(journal: Journal, track: Track, port: int) -> None:
    """Five listeners open a session each; one beacon reports them all, again until it is acknowledged, as players do."""
    sessions = [
        _post(port, "/plays/sessions", {"track": track.code}, agent=f"Mozilla/5.0 ({key()})")["session"]
        for _ in range(5)
    ]
    events = [{"session": session, "listened": 1.2} for session in sessions]
    while not ended.is_set():
        try:
            _post(port, "/plays", {"events": events}, agent="Mozilla/5.0")
            break
        except (OSError, http.client.HTTPException):
            ended.wait(0.5)
    else:
        return
    for session in sessions:
        journal.write("play", session)
    ended.wait(0.5)


def _post(port: int, path: str, body: dict[str, Any], *, agent: str) -> dict[str, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("POST", path, json.dumps(body), {"User-Agent": agent})
        answer = connection.getresponse()
        content = answer.read()
        if answer.status >= 300:
            raise http.client.HTTPException(f"{path}: {answer.status}")
        return dict(json.loads(content)) if content else {}
    finally:
        connection.close()


def recordings(journal: Journal, season: Season) -> None:
    """A new recording every ten seconds."""
    submission = make_submission(
        season, make_artist(), state=Submission.State.DRAFT, audio=Track.Audio.NONE, duration_ms=None
    )
    sound = _tune()
    uploads.upload_whole(
        submission, by=submission.entered_by, name="tune.wav", size=len(sound), chunks=[sound]
    )
    journal.write("audio", submission.track.code)
    ended.wait(10)


def _tune() -> bytes:
    """Six seconds of two tones, as a WAV file; never the same twice."""
    at = np.arange(6 * RATE) / RATE
    low, high = random.uniform(100, 200), random.uniform(300, 900)
    sound = 0.3 * np.sin(2 * np.pi * low * at) + 0.3 * np.sin(2 * np.pi * high * at * (1 + at / 60))
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes((sound * 32_000).astype("<i2").tobytes())
    return file.getvalue()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
