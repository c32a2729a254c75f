"""Check, measure and transcode the audio of one track."""

import time
from collections.abc import Callable
from pathlib import Path

from django.db import transaction

from spotlight.ledger import files
from spotlight.ledger.events import log
from spotlight.ledger.models import StoredFile
from submissions import audio
from submissions.jobs.fingerprints import keep_fingerprint
from submissions.jobs.letters import write_to_artist
from submissions.models import Season, Submission, Track
from submissions.queries.processing import lazy_sentence

COLUMNS = 400
ASK_EVERY = 1.0
Report = Callable[[float], None]
Audio = Track.Audio


class Superseded(Exception):
    """A newer file came while this one was being read."""


def process_track(code: str, report: Report) -> None:
    """Bring a track's audio from waiting to ready or refused. A newer upload always wins; safe to run again.

    Raises `audio.Interrupted` and OSError, which say nothing about the file: the work is tried again later.
    """
    while (track := _unfinished(code)) is not None:
        try:
            _process_once(track, report)
        except Superseded:
            continue
        return


def _unfinished(code: str) -> Track | None:
    waiting = Track.objects.filter(
        code=code, audio__in=[Audio.WAITING, Audio.CHECKING], original__isnull=False
    )
    waiting.update(audio=Audio.CHECKING)
    return waiting.select_related("original").first()


def _process_once(track: Track, report: Report) -> None:
    assert track.original is not None
    rendition = files.scratch(".m4a")
    try:
        found = audio.process(
            files.absolute(track.original),
            rendition=rendition,
            limits=_limits(track),
            progress=_watched(track, report),
        )
        _keep(track, found, rendition)
    except audio.Refusal as refusal:
        _refuse(track, refusal)
    except FileNotFoundError:
        _raise_if_superseded(track)
        raise
    finally:
        rendition.unlink(missing_ok=True)


def _raise_if_superseded(track: Track) -> None:
    if not Track.objects.filter(pk=track.pk, original=track.original_id).exists():
        raise Superseded


def season_of(track: Track) -> Season:
    """The season of the track's newest entry: its limits hold."""
    newest = Submission.objects.filter(track=track).select_related("season").order_by("-pk").first()
    assert newest is not None, "a track is made with its entry"
    return newest.season


def _limits(track: Track) -> audio.Limits:
    season = season_of(track)
    return audio.Limits(
        max_bytes=season.largest_mb * 1_000_000,
        min_seconds=season.shortest_seconds,
        max_seconds=season.longest_seconds,
        min_bit_rate=season.lowest_kbps * 1000,
    )


def _watched(track: Track, report: Report) -> Report:
    asked_at = time.monotonic()

    def progress(share: float) -> None:
        nonlocal asked_at
        if time.monotonic() - asked_at < ASK_EVERY:
            return
        asked_at = time.monotonic()
        report(share)
        _raise_if_superseded(track)

    return progress


def _keep(track: Track, found: audio.Report, rendition: Path) -> None:
    with transaction.atomic():
        held = _hold(track)
        held.rendition = files.keep(
            rendition, kind=StoredFile.Kind.RENDITION, media_type="audio/mp4", suffix=".m4a"
        )
        held.audio = Audio.READY
        held.refusal = {}
        held.duration_ms = round(found.seconds * 1000)
        held.format = _format(found)
        held.kbps = round(found.bit_rate / 1000)
        held.sample_rate, held.channels = found.sample_rate, found.channels
        held.loudness, held.true_peak = found.loudness, found.true_peak
        held.peaks = bytes(round(255 * bar) for bar in found.waveform.bars(COLUMNS))
        held.save()
        keep_fingerprint(held, found.fingerprint)
        log("track.audio_ready", held, by=None, season=season_of(held).slug, seconds=round(found.seconds, 1))


def _format(found: audio.Report) -> str:
    """`FLAC`, `WAV 24 bit` or `OGG opus`: the container, and what is in it where that is not plain."""
    container, codec = found.container.upper(), found.codec
    if codec.startswith("pcm_"):
        bits = "".join(filter(str.isdigit, codec))
        return f"{container} {bits} bit"
    return container if codec in (found.container, "aac", "mp3float") else f"{container} {codec}"


def _refuse(track: Track, refusal: audio.Refusal) -> None:
    with transaction.atomic():
        held = _hold(track)
        held.audio = Audio.REFUSED
        held.refusal = {"code": str(refusal.code), **refusal.params}
        held.save(update_fields=["audio", "refusal", "updated_at"])
        log("track.audio_refused", held, by=None, season=season_of(held).slug, code=str(refusal.code))
        _tell_if_sent(held)


def _tell_if_sent(track: Track) -> None:
    """Who sent the entry while the audio was still being checked has left the page: a mail says what to do."""
    sent = Submission.objects.filter(track=track, state=Submission.State.SUBMITTED)
    for submission in sent.select_related("season", "artist", "track"):
        write_to_artist("audio_refused", submission, sentence=lazy_sentence(track.refusal))


def _hold(track: Track) -> Track:
    """The track, locked. Raises Superseded if another file has taken its place."""
    held = Track.objects.select_for_update().get(pk=track.pk)
    if held.original_id != track.original_id:
        raise Superseded
    return held
