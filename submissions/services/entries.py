"""What an artist does with an entry: begin, save, send, take back."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from spotlight.accounts.models import Person
from spotlight.errors import SpotlightError
from spotlight.ledger import clock
from spotlight.ledger.events import log
from spotlight.ledger.models import StoredFile
from submissions.jobs.letters import write_to_artist
from submissions.models import Artist, Credit, Guardian, Season, Submission, Terms, Track
from submissions.models.search_key import search_key
from submissions.queries.completeness import Gap, gaps
from submissions.queries.consent import asks_birthday, guardian_age, guardian_of, needs_guardian
from submissions.queries.entries import (
    changes_end_at,
    current_terms,
    is_accepting,
    is_being_judged,
    may_change,
    may_withdraw,
    places_left,
)
from submissions.services.asking import ask_everybody
from submissions.services.locks import hold_artist, hold_season, hold_submission

State = Submission.State
SENT = (State.SUBMITTED, State.CLEARED)
NEEDS_CLEARANCE = {
    "credits", "isrc", "ai_use", "ai_note", "is_original", "has_rights", "answers", "audio", "guardian",
}  # fmt: skip
"""What was cleared: a change of any of these sends a cleared entry back to the queue; titles and lyrics don't."""


class EntriesClosed(SpotlightError):
    """The season takes no entries now."""

    code = "entries_closed"


class QuotaReached(SpotlightError):
    """The artist has entered as many tracks as the season allows."""

    code = "quota_reached"


class EntryFixed(SpotlightError):
    """The entry can't be changed any more."""

    code = "entry_fixed"


class ChangedElsewhere(SpotlightError):
    """Somebody saved a newer version meanwhile."""

    code = "changed_elsewhere"


class IncompleteEntry(SpotlightError):
    """Something is missing; `gaps` says what and where."""

    code = "incomplete"
    status = 400

    def __init__(self, found: Sequence[Gap]) -> None:
        super().__init__(_("Something is missing before this can be sent."), field=found[0].field)
        self.gaps = list(found)


class JudgingBegan(SpotlightError):
    """An entry can't be taken back once a round with it was opened."""

    code = "judging_began"


@dataclass(frozen=True)
class CreditLine:
    """One credit as typed; `share` in hundredths of a percent."""

    name: str
    part: str
    share: int | None = None
    email: str = ""


@dataclass(frozen=True)
class AgeStated:
    """The age as far as the season asks, and whom to ask where it is too low."""

    birth_year: int | None = None
    born_on: datetime.date | None = None
    email: str = ""


@dataclass
class Changes:
    """New values of one step. `unread` holds what could not be read, kept as typed until it can (drafts only)."""

    step: str
    track: dict[str, Any] = field(default_factory=dict)
    submission: dict[str, Any] = field(default_factory=dict)
    credits: list[CreditLine] | None = None
    answers: dict[int, bool | None] | None = None
    accepts_terms: bool | None = None
    age: AgeStated | None = None
    unread: dict[str, Any] = field(default_factory=dict)


def begin_entry(season: Season, artist: Artist, *, by: Person) -> Submission:
    """A new draft of the artist in the season. Raises EntriesClosed, QuotaReached."""
    with transaction.atomic():
        season = hold_season(season.pk)
        artist = hold_artist(artist)
        _check_window(season, clock.now())
        _check_quota(season, artist)
        return make_draft(season, artist, by=by)


def make_draft(season: Season, artist: Artist, *, by: Person) -> Submission:
    """A new draft in the caller's transaction, which holds season and artist and has checked that it may be."""
    track = Track.objects.create()
    track.billing.create(artist=artist)
    submission = Submission.objects.create(season=season, artist=artist, track=track, entered_by=by)
    submission.market = season.markets.filter(code=artist.market).first()
    submission.save(update_fields=["market"])
    log("entry.begun", submission, by=by, season=season.slug, artist=artist.slug)
    return submission


def save_entry(
    submission: Submission, changes: Changes, *, by: Person, version: int | None = None
) -> Submission:
    """Store one step of an entry. A draft may be incomplete, an entry that was sent may not.

    A changed declaration of a cleared entry returns it to the queue. `version` is the one that the form was opened
    with. Raises EntryFixed, ChangedElsewhere, IncompleteEntry.
    """
    with transaction.atomic():
        held = hold_submission(submission)
        check_changeable(held)
        if version is not None and version != held.version:
            raise ChangedElsewhere(
                _("This was changed in another window. Load it again to see the newer version.")
            )
        changed = apply_changes(held, changes)
        if not changed:
            return held
        _check_still_complete(held)
        held.version += 1
        held.save(update_fields=["version"])
        if held.state == State.CLEARED and changed & NEEDS_CLEARANCE:
            return_to_queue(held, by=by)
        if held.state in SENT:
            ask_everybody(held, by=by)
        log("entry.saved", held, by=by, season=held.season.slug, step=changes.step, fields=sorted(changed))
    return held


def submit(submission: Submission, *, by: Person) -> Submission:
    """Send a complete entry to clearance. Raises EntriesClosed, EntryFixed, QuotaReached, IncompleteEntry."""
    with transaction.atomic():
        held = hold_submission(submission)
        at = clock.now()
        if held.state in SENT:
            return held
        check_changeable(held)
        if missing := gaps(held):
            raise IncompleteEntry(missing)
        mark_sent(held, at)
        log("entry.submitted", held, by=by, season=held.season.slug)
        write_to_artist("entry_received", held)
        ask_everybody(held, by=by)
    return held


def withdraw(submission: Submission, *, by: Person) -> Submission:
    """Take an entry back, for good; its track leaves the playlist. Raises JudgingBegan, EntryFixed."""
    with transaction.atomic():
        held = hold_submission(submission)
        if held.state == State.WITHDRAWN:
            return held
        if not may_withdraw(held):
            raise _why_not_withdrawn(held)
        was_draft = held.state == State.DRAFT
        held.state = State.WITHDRAWN
        held.save(update_fields=["state"])
        Track.objects.filter(pk=held.track_id, released_at__isnull=False).update(hidden_at=clock.now())
        log("entry.withdrawn", held, by=by, season=held.season.slug)
        if not was_draft:
            write_to_artist("entry_withdrawn", held)
    return held


def return_to_queue(held: Submission, *, by: Person | None) -> None:
    """A cleared entry was changed where it matters: it waits for clearance again and can't be heard until then."""
    held.state = State.SUBMITTED
    held.decided_at = None
    held.save(update_fields=["state", "decided_at"])
    Track.objects.filter(pk=held.track_id).update(released_at=None)
    held.track.released_at = None
    log("entry.returned_to_queue", held, by=by, season=held.season.slug)


def set_artwork(submission: Submission, picture: StoredFile | None, *, by: Person) -> None:
    """Give the track a picture, or take it away. Raises EntryFixed."""
    with transaction.atomic():
        held = hold_submission(submission)
        check_changeable(held)
        Track.objects.filter(pk=held.track_id).update(artwork=picture)
        log("entry.artwork_set", held, by=by, season=held.season.slug, present=picture is not None)


def check_changeable(held: Submission) -> None:
    """Raise EntriesClosed or EntryFixed unless the artist may change the locked entry now."""
    at = clock.now()
    if may_change(held, at):
        return
    ends = changes_end_at(held)
    if held.state in (*SENT, State.DRAFT, State.CHANGES) and ends and at >= ends:
        raise EntriesClosed(
            _("Entries closed on %(date)s. Nothing can be changed any more.")
            % {"date": _date(ends, held.season)}
        )
    if is_being_judged(held):
        raise EntryFixed(_("Judging of this entry has begun, so it can’t be changed any more."))
    raise EntryFixed(_("This entry can’t be changed any more."))


def _check_window(season: Season, at: datetime.datetime) -> None:
    if is_accepting(season, at):
        return
    if season.entries_close_at and at >= season.entries_close_at:
        raise EntriesClosed(
            _("Entries closed on %(date)s.") % {"date": _date(season.entries_close_at, season)}
        )
    raise EntriesClosed(_("This season does not take entries yet."))


def _date(at: datetime.datetime, season: Season) -> str:
    with timezone.override(season.zone):
        return f"{formats.date_format(timezone.localtime(at), 'DATETIME_FORMAT')} ({season.zone})"


def _check_quota(season: Season, artist: Artist) -> None:
    if places_left(season, artist):
        return
    raise QuotaReached(
        _(
            "%(artist)s has entered %(quota)d already, which is as many as this season takes. Withdraw one to enter another."
        )
        % {"artist": artist.name, "quota": season.quota}
    )


def _check_still_complete(held: Submission) -> None:
    if held.state not in SENT:
        return
    if missing := gaps(held):
        raise IncompleteEntry(missing)


def mark_sent(held: Submission, at: datetime.datetime) -> None:
    """A held, complete entry waits for clearance from now on."""
    held.state = State.SUBMITTED
    held.submitted_at = held.submitted_at or at
    held.decided_at = None
    held.save(update_fields=["state", "submitted_at", "decided_at"])


def _why_not_withdrawn(held: Submission) -> SpotlightError:
    if held.state in (*SENT, State.CHANGES):
        return JudgingBegan(
            _(
                "Judging of this entry has begun, so it can’t be withdrawn here any more. Write to the organizer."
            )
        )
    return EntryFixed(_("This entry can’t be withdrawn any more."))


def apply_changes(held: Submission, changes: Changes) -> set[str]:
    """Store the values of one step on a held entry. Returns the names of what changed."""
    changed = _set(held.track, changes.track) | _set(held, changes.submission)
    if changes.credits is not None and _replace_credits(held.track, changes.credits):
        changed.add("credits")
    if changes.answers is not None and _replace_answers(held, changes.answers):
        changed.add("answers")
    if changes.accepts_terms is not None and _accept_terms(held, changes.accepts_terms):
        changed.add("terms")
    age = changes.age if changes.age or "market" not in changed else _stated(held)
    if age is not None and _state_age(held, age):
        changed.add("guardian")
    if held.unread.get(changes.step, {}) != changes.unread:
        held.unread = {**held.unread, changes.step: changes.unread}
        held.save(update_fields=["unread"])
        changed.add("unread")
    if changed & {"title", "title_romanised"}:
        index_track(held.track)
    return changed


def index_track(track: Track) -> None:
    """Renew what search compares: the track's titles and its artists' names."""
    names = [
        n
        for b in track.billing.select_related("artist")
        for n in (b.artist.name, b.artist.name_romanised, b.artist.name_reading)
    ]
    track.search_key = search_key(track.title, track.title_romanised, *names)
    track.save(update_fields=["search_key"])


def _set(thing: Track | Submission, values: dict[str, Any]) -> set[str]:
    changed = {name for name, value in values.items() if getattr(thing, name) != value}
    for name in changed:
        setattr(thing, name, values[name])
    if changed:
        thing.save(update_fields=sorted(changed))
    return changed


def _replace_credits(track: Track, lines: list[CreditLine]) -> bool:
    before = [CreditLine(c.name, c.part, c.share, c.email) for c in track.credits.all()]
    if before == lines:
        return False
    track.credits.all().delete()
    Credit.objects.bulk_create(
        Credit(track=track, name=line.name, part=line.part, share=line.share, email=line.email, order=order)
        for order, line in enumerate(lines)
    )
    return True


def _replace_answers(held: Submission, answers: dict[int, bool | None]) -> bool:
    before = {answer.question_id: answer.is_yes for answer in held.answers.all()}
    changed = {key: said for key, said in answers.items() if before.get(key) != said}
    for key, said in changed.items():
        held.answers.update_or_create(question_id=key, defaults={"is_yes": said})
    return bool(changed)


def _accept_terms(held: Submission, accepts: bool) -> bool:
    newest = current_terms(held.season)
    wanted: Terms | None = newest if accepts else None
    if held.terms_id == (wanted.pk if wanted else None):
        return False
    held.terms = wanted
    held.terms_accepted_at = clock.now() if wanted else None
    held.save(update_fields=["terms", "terms_accepted_at"])
    return True


def _stated(held: Submission) -> AgeStated | None:
    """What is stored; another market may need less of it."""
    row = guardian_of(held)
    return AgeStated(row.birth_year, row.born_on, row.email) if row else None


def _state_age(held: Submission, stated: AgeStated) -> bool:
    """Keep no more than is needed: the birthday only where the year leaves it open, an address only under age."""
    before = guardian_of(held)
    if not guardian_age(held):
        return bool(before and before.delete())
    row = before or Guardian(submission=held)
    kept = (row.birth_year, row.born_on, row.email)
    row.birth_year, row.born_on = stated.birth_year, None
    if asks_birthday(held, row):
        row.born_on = stated.born_on
    email = stated.email.lower() if needs_guardian(held, row) else ""
    if email != row.email:
        row.email, row.name, row.token_sha256 = email, "", ""
        row.state = Guardian.State.WAITING
        row.asked_at = row.answered_at = row.expires_at = row.terms = None
    if before is not None and kept == (row.birth_year, row.born_on, row.email):
        return False
    row.save()
    return before is not None or row.birth_year is not None
