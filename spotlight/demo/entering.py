"""Artists sign up, make a page, enter a track, and clearance decides, all by the services that the pages call."""

import random
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from django.db import connection, transaction

from spotlight.accounts.models import Person
from spotlight.demo import people
from spotlight.demo.cast import Entrant, chance
from spotlight.demo.studio import PROCESSES, Studio
from spotlight.errors import SpotlightError
from spotlight.ledger import files, work
from spotlight.ledger.models import StoredFile, WorkRow
from submissions.models import Artist, Credit, Season, Submission, Track
from submissions.queries.entries import current_terms
from submissions.queries.processing import KIND
from submissions.services import artists, clearance, entries, uploads
from submissions.services.entries import Changes, CreditLine

State = Submission.State
LICENCES = (Track.Licence.CLIPS, Track.Licence.CLIPS, Track.Licence.NONE, Track.Licence.CC_BY)
ABOUT = {
    "en": "{name} record at home, mostly after midnight, and play {genre} wherever there is a socket.",
    "ja": "{name}。夜ふけの部屋で録音し、コンセントのある場所ならどこでも演奏します。ジャンルは{genre}。",
    "ko": "{name}. 자정이 지난 방에서 녹음하고, 콘센트만 있으면 어디서든 연주합니다. 장르는 {genre}.",
}
Tick = Callable[[], None]


def enter_all(
    season: Season, group: Sequence[Entrant], *, studio: Studio, tick: Tick = lambda: None
) -> list[Submission]:
    """Bring every entrant's track into the season, sent and checked. What is done already is left alone."""
    begun = {e.key: submission_of(season, e) for e in group}
    wanted = [e for e in group if needs_audio(begun[e.key])]
    tapes = {e.key: studio.record(files.scratch(".flac"), e.tune, e.seconds) for e in wanted}
    with ThreadPoolExecutor(PROCESSES, thread_name_prefix="check") as checkers:
        checks = []
        for entrant in group:
            submission = begun[entrant.key] or begin(season, entrant)
            if entrant.key in tapes:
                checks.append(checkers.submit(_check, *_send_audio(submission, tapes[entrant.key].result())))
            submission.refresh_from_db()
            if submission.state == State.DRAFT:
                entries.submit(submission, by=submission.entered_by)
            begun[entrant.key] = submission
            tick()
        for check in checks:
            check.result()
    return [submission for submission in begun.values() if submission is not None]


def submission_of(season: Season, entrant: Entrant) -> Submission | None:
    """The entrant's entry in the season."""
    mine = Submission.objects.filter(season=season, entered_by__user__email=entrant.email)
    return mine.select_related("track", "artist", "entered_by", "season").first()


def needs_audio(submission: Submission | None) -> bool:
    """Whether there is no audio yet."""
    return submission is None or submission.track.original_id is None


def begin(season: Season, entrant: Entrant) -> Submission:
    """A draft with everything but the audio, in one transaction, so that a half-written one is never found."""
    person = people.person_behind(entrant)
    with transaction.atomic():
        submission = entries.begin_entry(season, artist_of(entrant, person), by=person)
        for changes in _steps(season, entrant):
            entries.save_entry(submission, changes, by=person)
    found = submission_of(season, entrant)
    assert found is not None
    return found


def artist_of(entrant: Entrant, person: Person) -> Artist:
    """The entrant's artist page, made on first need."""
    found = Artist.objects.filter(members__person=person).first()
    if found is not None:
        return found
    name = entrant.name
    return artists.create_artist(
        by=person, name=name.text, name_romanised=name.romanised, language=name.language, market=entrant.market,
        name_reading=name.reading if name.language == "ja" else "",
        about=ABOUT[name.language].format(name=name.text, genre=entrant.genre),
        links=[artists.Link(url=f"https://{entrant.key}.example/", label="Web")],
    )  # fmt: skip


def _steps(season: Season, entrant: Entrant) -> list[Changes]:
    rng = random.Random(str(chance("entry", entrant.key)))
    title = entrant.title
    words = rng.choice([entrant.name.language, entrant.name.language, "zxx"])
    ai = rng.random() < 0.06
    track = {
        "title": title.text, "title_romanised": title.romanised, "genre": entrant.genre, "language": words,
        "isrc": f"QZZZZ{entrant.number % 100:02d}{entrant.number:05d}" if rng.random() < 0.4 else "",
        "is_explicit": rng.random() < 0.04,
    }  # fmt: skip
    rights = {
        "ai_use": "partial" if ai else "none", "ai_note": "A first idea for the bass line." if ai else "",
        "licence": rng.choice(LICENCES),
    }  # fmt: skip
    return [
        Changes(step="track", track=track),
        Changes(
            step="rights", track=rights, submission={"is_original": True, "has_rights": True}, credits=_credits(entrant, rng)
        ),
        Changes(
            step="eligibility", answers={q.pk: True for q in season.questions.all()},
            accepts_terms=current_terms(season) is not None,
        ),
    ]  # fmt: skip


def _credits(entrant: Entrant, rng: random.Random) -> list[CreditLine]:
    name = entrant.name.text
    share = rng.choice([10_000, 6_000, 5_000])
    lines = [CreditLine(name, Credit.Part.COMPOSER, share), CreditLine(name, Credit.Part.PERFORMER)]
    if share < 10_000:
        lines.insert(
            1,
            CreditLine(
                rng.choice(["Mio Ferrer", "한서우", "三枝 れん"]), Credit.Part.LYRICIST, 10_000 - share
            ),
        )
    return lines


def _send_audio(submission: Submission, tape: Path) -> tuple[WorkRow | None, int]:
    """Give the entry its audio and take the check of it upon ourselves before any worker sees it."""
    stored = files.keep(
        tape, kind=StoredFile.Kind.ORIGINAL, media_type="audio/flac", owner=submission.entered_by,
        name=f"{submission.track.title}.flac", suffix=".flac",
    )  # fmt: skip
    with transaction.atomic():
        uploads.set_audio(submission, stored, by=submission.entered_by)
        row = work.latest(KIND, submission.track.code)
        assert row is not None
        return work.lease(row.pk), row.pk


def _check(leased: WorkRow | None, pk: int) -> None:
    try:
        if leased is not None:
            work.carry_leased(leased)
    finally:
        connection.close()


def check_waiting(season: Season) -> None:
    """Check what an interrupted run left unchecked."""
    stuck = Track.objects.filter(
        submissions__season=season, audio__in=[Track.Audio.WAITING, Track.Audio.CHECKING]
    )
    for code in list(stuck.values_list("code", flat=True)):
        work.KINDS[KIND].run(code, lambda share: None) if work.known(KIND) else None


def clear_all(submissions: Iterable[Submission], *, by: Sequence[Person]) -> int:
    """Clearance clears what waits and can be cleared; returns how many."""
    cleared = 0
    for number, submission in enumerate(submissions):
        submission.refresh_from_db()
        if submission.state != State.SUBMITTED:
            continue
        try:
            clearance.clear(submission, by=by[number % len(by)])
        except SpotlightError:  # a visitor has it open, or its audio was not accepted
            continue
        cleared += 1
    return cleared
