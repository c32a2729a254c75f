"""A season that takes entries, and entries of every degree of completeness."""

import datetime
import io
from pathlib import Path
from typing import Any

from PIL import Image

from spotlight.accounts.models import Person
from spotlight.ledger import clock, work
from submissions.models import Artist, Season, Submission, Track
from submissions.services.artists import create_artist
from submissions.services.entries import Changes, CreditLine, begin_entry, save_entry, submit
from submissions.services.uploads import upload_whole
from tests.audio import sounds
from tests.making import make_person, make_season

DAY = datetime.timedelta(days=1)


def make_open_season(**extra: Any) -> Season:
    """Open for ten more days, with two questions, terms, genres and short tracks allowed."""
    now = clock.now()
    values = {
        "quota": 2,
        "genres": ["Pop", "Rock"],
        "shortest_seconds": 2,
        "longest_seconds": 60,
        "clearing_ends_at": now + 20 * DAY,
    }
    season = make_season(days=10, **{**values, **extra})
    season.questions.create(
        order=1, text="Are you free of a recording contract?", texts={"ja": "契約はありませんか？"}
    )
    season.questions.create(order=2, text="Did you play live before?", needs_yes=False)
    season.terms.create(dated_on=now.date(), text="You keep every right.")
    return season


def make_own_artist(person: Person | None = None, **extra: Any) -> Artist:
    """An artist page made through the service."""
    values = {
        "name": "夜凪",
        "name_romanised": "Yonagi",
        "name_reading": "よなぎ",
        "language": "ja",
        "market": "jp",
    }
    return create_artist(by=person or make_person(), **{**values, **extra})


def make_draft(season: Season | None = None, artist: Artist | None = None) -> Submission:
    """An empty draft."""
    artist = artist or make_own_artist()
    return begin_entry(season or make_open_season(), artist, by=member(artist))


def member(artist: Artist) -> Person:
    """The first person behind an artist."""
    return artist.members.select_related("person__user").order_by("pk")[0].person


def fill(submission: Submission, **track: Any) -> Submission:
    """Everything but the audio."""
    by = member(submission.artist)
    season = submission.season
    values = {"title": "潮どけい", "title_romanised": "Shiodokei", "genre": "Pop", "language": "ja", **track}
    save_entry(submission, Changes("track", track=values), by=by)
    credits = [
        CreditLine("夜凪", "composer", 6000),
        CreditLine("三宅", "arranger", 4000),
        CreditLine("Rin", "mixer"),
    ]
    rights = {"is_original": True, "has_rights": True}
    save_entry(
        submission,
        Changes("rights", track={"ai_use": "none", "licence": "clips"}, submission=rights, credits=credits),
        by=by,
    )
    answers = {question.pk: True for question in season.questions.all()}
    return save_entry(submission, Changes("eligibility", answers=answers, accepts_terms=True), by=by)


def give_audio(submission: Submission, path: Path) -> None:
    """Upload a file as the entry's audio."""
    content = path.read_bytes()
    upload_whole(
        submission, by=member(submission.artist), name=path.name, size=len(content), chunks=[content]
    )


def make_sent(
    season: Season | None = None, artist: Artist | None = None, sound: Path | None = None, **track: Any
) -> Submission:
    """A complete entry that was sent; with `sound` really checked, else marked as checked."""
    submission = fill(make_draft(season, artist), **track)
    if sound:
        give_audio(submission, sound)
        work.run_due()
    else:
        pretend_audio(submission)
    submission.refresh_from_db()
    return submit(submission, by=member(submission.artist))


def pretend_audio(submission: Submission) -> None:
    """Mark the entry's audio as uploaded and checked, without a file worth hearing."""
    from_bytes = io.BytesIO(b"not heard " + submission.code.encode())
    upload_whole(
        submission, by=member(submission.artist), name="a.wav", size=20, chunks=[from_bytes.getvalue()]
    )
    Track.objects.filter(pk=submission.track_id).update(
        audio=Track.Audio.READY, duration_ms=180_000, peaks=bytes([9, 200, 90])
    )


def write_sound(folder: Path, *, seconds: float = 4, **extra: Any) -> Path:
    """A short piece of sound on disk."""
    kind = extra.get("kind", "wav")
    return sounds.write(folder / f"master.{kind}", sounds.tone(seconds), **extra)


def picture(side: int = 700) -> bytes:
    """A small PNG."""
    out = io.BytesIO()
    Image.new("RGB", (side, side), "teal").save(out, "PNG")
    return out.getvalue()
