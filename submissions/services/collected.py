"""Tracks that a program collected elsewhere, entered by an organizer. The deadline is theirs to answer for: the reason is logged.

An entry is a draft until its audio was checked; then it waits for clearance like any other. A file is entered once in a
season, known by its SHA-256.
"""

from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from spotlight.accounts.models import Person
from spotlight.errors import InvalidInput, SpotlightError
from spotlight.ledger import clock, files, work
from spotlight.ledger.events import log
from spotlight.ledger.models import StoredFile, WorkRow
from submissions.audio import Tags
from submissions.models import Artist, Credit, Season, Submission, Track
from submissions.queries.completeness import gaps
from submissions.queries.entries import current_terms
from submissions.queries.processing import KIND, refusal_sentence
from submissions.services.artists import create_artist
from submissions.services.entries import (
    Changes,
    CreditLine,
    IncompleteEntry,
    JudgingBegan,
    apply_changes,
    make_draft,
    mark_sent,
)
from submissions.services.locks import hold_season, hold_submission
from submissions.services.uploads import put_audio

State = Submission.State
NO_WORDS = "zxx"


class AudioRefused(SpotlightError):
    """The file is not fit to enter; the message says why."""

    code = "audio_refused"


@dataclass(frozen=True)
class Collected:
    """A file with what its tags say; `market` and `language` are used where the tags are silent."""

    path: Path
    sha256: str
    tags: Tags
    market: str = ""
    language: str = NO_WORDS


def entry_of_file(season: Season, sha256: str) -> Submission | None:
    """The entry that this file came in with, whoever sent it; withdrawn ones don't count."""
    found = Submission.objects.filter(season=season, track__original__sha256=sha256).exclude(
        state=State.WITHDRAWN
    )
    return found.select_related("track", "season", "artist").order_by("pk").first()


def take_in(
    season: Season, found: Collected, *, by: Person, reason: str
) -> tuple[Submission, WorkRow | None]:
    """Make a draft of a collected file. The check of its audio is leased to this process: do it with `carry_leased`.

    Raises InvalidInput without title, artist or reason, SpotlightError if the season is not open, JudgingBegan.
    """
    if not reason.strip():
        raise InvalidInput(_("Say why these tracks are entered by the organizer."), field="reason")
    if not found.tags.artist:
        raise InvalidInput(_("The file does not say whose it is: its artist tag is empty."), field="artist")
    original = _keep(found)
    with transaction.atomic():
        season = hold_season(season.pk)
        _check_season(season)
        artist = _artist(found)
        draft = make_draft(season, artist, by=by)
        held = hold_submission(draft)
        for changes in _changes(season, found):
            apply_changes(held, changes)
        put_audio(held, original, by=by)
        log(
            "entry.collected",
            held,
            by=by,
            season=season.slug,
            reason=reason.strip()[:300],
            sha256=found.sha256,
        )
        row = work.latest(KIND, held.track.code)
        return held, work.lease(row.pk) if row else None


def send(submission: Submission, *, by: Person) -> Submission:
    """Let a collected entry wait for clearance, once its audio is checked. Raises AudioRefused, IncompleteEntry.

    An entry whose audio was refused is withdrawn, so that nobody is asked to clear it.
    """
    with transaction.atomic():
        held = hold_submission(submission)
        refused = held.track.audio == Track.Audio.REFUSED
        if refused:
            held.state = State.WITHDRAWN
            held.save(update_fields=["state"])
            log("entry.withdrawn", held, by=by, season=held.season.slug)
        elif held.state == State.DRAFT:
            if missing := gaps(held):
                raise IncompleteEntry(missing)
            mark_sent(held, clock.now())
            log("entry.submitted", held, by=by, season=held.season.slug)
    if refused:
        raise AudioRefused(str(refusal_sentence(held.track.refusal)))
    return held


def _check_season(season: Season) -> None:
    if season.state != Season.State.OPEN:
        raise SpotlightError(_("The season is not open, so nothing can be entered."))
    judged = Submission.objects.filter(season=season, entries__isnull=False).exclude(
        entries__round__state="planned"
    )
    if judged.exists():
        raise JudgingBegan(_("Judging has begun; nothing can be entered any more."))


def _keep(found: Collected) -> StoredFile:
    copy = files.scratch(found.path.suffix.lower())
    copy.write_bytes(found.path.read_bytes())
    return files.keep(
        copy, kind=StoredFile.Kind.ORIGINAL, media_type="application/octet-stream", name=found.path.name,
        suffix=found.path.suffix.lower(),
    )  # fmt: skip


def _artist(found: Collected) -> Artist:
    """The artist of this name who was collected before, else a new one with a person who has no account yet."""
    name = found.tags.artist[:120]
    known = Artist.objects.filter(name=name, members__person__user=None).order_by("pk").first()
    if known is not None:
        return known
    person = Person.objects.create(name=name, market=found.market)
    return create_artist(by=person, name=name, market=found.market)


def _changes(season: Season, found: Collected) -> list[Changes]:
    """What the tags say, and what the artist declared to the program when it collected the track."""
    tags = found.tags
    market = season.markets.filter(code=found.market).first() or season.markets.first()
    title = tags.title or found.path.stem
    track = {
        "title": title[:160], "genre": _genre(season, tags.genre), "language": _language(found), "isrc": tags.isrc,
    }  # fmt: skip
    composer = CreditLine(tags.artist[:120], Credit.Part.COMPOSER, 10_000)
    return [
        Changes(step="track", track=track),
        Changes(
            step="rights", track={"ai_use": Track.AiUse.NONE}, submission={"is_original": True, "has_rights": True},
            credits=[composer, CreditLine(tags.artist[:120], Credit.Part.PERFORMER)],
        ),
        Changes(
            step="eligibility", answers={q.pk: True for q in season.questions.all()},
            submission={"market": market, "division": season.divisions.first()},
            accepts_terms=current_terms(season) is not None,
        ),
    ]  # fmt: skip


def _genre(season: Season, tagged: str) -> str:
    known = {genre.lower(): genre for genre in season.genres}
    return (
        known.get(tagged.lower())
        or known.get("other")
        or (season.genres[0] if season.genres else tagged[:40])
        or "other"
    )


def _language(found: Collected) -> str:
    tagged = found.tags.language.lower()
    return {"eng": "en", "jpn": "ja", "kor": "ko"}.get(tagged, tagged[:2]) or found.language
