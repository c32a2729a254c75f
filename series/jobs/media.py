"""Job: check a new video or sound file in a child process, and put it in place of the old one."""

import json
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.db import transaction

from series.formats.probe import Probe
from series.models import Clip, Episode, Recording
from spotlight.ledger import events, files
from spotlight.ledger.models import StoredFile

KIND = "series.check"
SECONDS = 600


def key_of(recording: Recording) -> str:
    """The key of the work row: `episode:<code>` or `clip:<code>`."""
    return f"{recording._meta.model_name}:{recording.code}"  # type: ignore[attr-defined]


def check_recording(key: str) -> None:
    """Probe the incoming file of an episode or clip. Does nothing when it was checked already."""
    recording = find(key)
    if recording is None or recording.incoming is None:
        return
    out, poster = files.scratch(), files.scratch()
    try:
        found = probe(files.absolute(recording.incoming), out=out, poster=poster)
        _settle(key, recording.incoming, found, out=out, poster=poster)
    finally:
        out.unlink(missing_ok=True)
        poster.unlink(missing_ok=True)


def find(key: str) -> Episode | Clip | None:
    """The episode or clip of a work row's key."""
    kind, _, code = key.partition(":")
    if kind == "clip":
        return Clip.objects.select_related("incoming").filter(code=code).first()
    return Episode.objects.select_related("incoming").filter(code=code).first()


def probe(source: Path, *, out: Path, poster: Path) -> Probe:
    """Run `series.formats.probe` on a file; a child that dies or hangs means an unreadable file."""
    command = [sys.executable, "-m", "series.formats.probe", str(source), str(out), str(poster)]
    try:
        done = subprocess.run(
            command, cwd=settings.BASE_DIR, capture_output=True, timeout=SECONDS, check=True
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        return Probe(refusal="unreadable")
    return Probe(**json.loads(done.stdout))


def _settle(key: str, incoming: StoredFile, found: Probe, *, out: Path, poster: Path) -> None:
    with transaction.atomic():
        recording = find(key)
        if recording is None:
            return
        model = type(recording)
        locked = model._default_manager.select_for_update().get(pk=recording.pk)
        if locked.incoming_id != incoming.pk:
            return  # another file was uploaded meanwhile; it has work of its own
        if found.refusal:
            locked.check_state, locked.refusal = Recording.Check.REFUSED, found.refusal
        else:
            _replace(locked, incoming, found, out=out, poster=poster)
        locked.save()
        events.log(
            "recording.checked",
            locked,
            by=None,
            season="",
            refusal=found.refusal,
            duration_ms=found.duration_ms,
        )


def _replace(recording: Recording, incoming: StoredFile, found: Probe, *, out: Path, poster: Path) -> None:
    if found.rewritten:
        stored = files.keep(
            out,
            kind=StoredFile.Kind.MEDIA,
            media_type=found.media_type,
            owner=incoming.owner,
            name=incoming.name,
            suffix=found.suffix,
        )
    else:
        stored = incoming
        stored.media_type = found.media_type
        stored.save(update_fields=["media_type"])
    if found.poster and recording.poster_id is None:
        recording.poster = files.keep(
            poster, kind=StoredFile.Kind.IMAGE, media_type="image/jpeg", owner=incoming.owner, suffix=".jpg"
        )
    recording.media, recording.incoming = stored, None
    recording.check_state, recording.refusal = Recording.Check.READY, ""
    recording.duration_ms, recording.width, recording.height = found.duration_ms, found.width, found.height
