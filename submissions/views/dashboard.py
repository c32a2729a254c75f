"""Home of who is signed in: where each entry stands, what comes next, what was written to them, what they like, saved and follow."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from spotlight.accounts.models import Person
from spotlight.ledger import clock
from spotlight.web.answers import person_behind
from spotlight.web.cards import Step, TrackCard
from submissions.models import ClearanceDecision, Submission, Track
from submissions.queries.appeals import Refusal, refusal_of
from submissions.queries.artists import own_artists
from submissions.queries.cards import cards_of, with_card_parts
from submissions.queries.consent import Checks, checks_of
from submissions.queries.entries import (
    changes_end_at,
    mails_to,
    may_change,
    may_withdraw,
    own_entries,
    seasons_accepting,
)
from submissions.queries.entry_path import Standing, offered_prize, path_of, standing
from submissions.queries.following import followed
from submissions.queries.listening import uses_made_by
from submissions.queries.media import released_tracks
from submissions.queries.processing import AudioState, audio_state
from submissions.views.cards import own_card

State = Submission.State
LIKES = 12
USES = 20
SAVED_A_PAGE = 50
WAITING = (State.SUBMITTED, State.CHANGES)
WIDTH = {State.CLEARED: "cleared"}


@dataclass(frozen=True)
class Ticket:
    """One entry as the dashboard shows it."""

    submission: Submission
    card: TrackCard
    standing: Standing
    path: list[Step]
    audio: AudioState
    decision: ClearanceDecision | None
    refusal: Refusal | None
    may_appeal: bool
    may_change: bool
    may_withdraw: bool
    changes_end_at: Any
    award: Any
    checks: Checks | None
    set_aside: list[Any]
    introductions: list[Any]


@login_required
@require_GET
def me(request: HttpRequest) -> HttpResponse:
    """Everything of one's own, the entry that needs something first."""
    person, at = person_behind(request), clock.now()
    entries = own_entries(person).prefetch_related(
        "track__billing__artist",
        "decisions__appeal",
        "entries__round",
        "entries__decision",
        "entries__move_up",
        "entries__awards__prize",
        "season__rounds",
        "track__suspicions__source",
        "track__suspicions__round",
        "introductions__organisation",
    )
    tickets = [_ticket(submission, at) for submission in entries]
    season = tickets[0].submission.season if tickets else seasons_accepting(at).first()
    liked = with_card_parts(released_tracks().filter(likes__person=person).order_by("-likes__at"))[:LIKES]
    context = {
        "tickets": tickets,
        "artists": list(own_artists(person)),
        "mails": list(mails_to(person)),
        "likes": cards_of(liked),
        "saved": cards_of(_saved(person)[:LIKES]),
        "followed": followed(person)[:LIKES],
        "uses": list(uses_made_by(person)[:USES]),
        "accepting": list(seasons_accepting(at)),
        "season": season,
        "now": at,
    }
    return render(request, "submissions/portal/me.html", context)


@login_required
@require_GET
def saved(request: HttpRequest) -> HttpResponse:
    """The tracks that one saved, the latest first."""
    page = Paginator(_saved(person_behind(request)), SAVED_A_PAGE).get_page(request.GET.get("page"))
    return render(
        request, "submissions/portal/saved.html", {"page": page, "cards": cards_of(page.object_list)}
    )


def _saved(person: Person) -> QuerySet[Track]:
    return with_card_parts(released_tracks().filter(saves__person=person).order_by("-saves__at", "code"))


def _ticket(submission: Submission, at: Any) -> Ticket:
    decisions, refusal = list(submission.decisions.all()), refusal_of(submission)
    return Ticket(
        submission=submission,
        card=own_card(submission.track, obi=WIDTH.get(State(submission.state), "")),
        standing=standing(submission),
        path=path_of(submission),
        audio=audio_state(submission.track),
        decision=decisions[0] if decisions else None,
        refusal=refusal,
        may_appeal=refusal is not None and refusal.may_appeal(at),
        may_change=may_change(submission, at),
        may_withdraw=may_withdraw(submission),
        changes_end_at=changes_end_at(submission),
        award=offered_prize(submission),
        checks=checks_of(submission) if submission.state in WAITING else None,
        set_aside=_set_aside(submission),
        introductions=[one for one in submission.introductions.all() if one.state in ("asked", "accepted")],
    )


def _set_aside(submission: Submission) -> list[Any]:
    """Cases about readings of the entry that don't count or may be appealed, until their round is announced."""
    cases = [case for case in submission.track.suspicions.all() if case.season_id == submission.season_id]
    return [
        case
        for case in cases
        if (case.is_aside or case.awaits_answer)
        and (case.round is None or case.round.state != case.round.State.ANNOUNCED)
    ]
