"""The clearance desk: the queue, one entry with everything on the page, decisions."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from spotlight.accounts.models import Person
from spotlight.errors import SpotlightError
from spotlight.ledger import clock
from spotlight.web.answers import Typed, account, add_refusal, one_of, person_behind
from submissions.forms.appeals import ANSWERS, AnswerForm
from submissions.forms.clearance import AfterwardsForm, DecisionForm, LabelForm
from submissions.models import Season, Submission
from submissions.queries.appeals import deciders, refusal_of, waiting_appeals
from submissions.queries.clearance import (
    clearance_queue,
    cleared_seasons,
    entries_to_clear,
    free_for,
    likenesses,
    live_claim,
    open_reports,
    seen_mark,
    waiting_uses,
)
from submissions.queries.consent import checks_of, waits_for_others
from submissions.queries.entries import places_left
from submissions.queries.fingerprints import is_compared, sounds_like
from submissions.queries.media import originals_for
from submissions.queries.processing import audio_state
from submissions.services import appeals
from submissions.services import artists as artist_pages
from submissions.services import clearance as desk
from submissions.views.cards import own_card
from submissions.views.entries import entry_parts

State = Submission.State
AFTERWARDS = {
    "contest": desk.contest,
    "reinstate": desk.reinstate,
    "revoke": desk.revoke_badge,
    "disqualify": desk.disqualify,
}
SHOWN = 100


def _season(request: HttpRequest) -> Season | None:
    """The season asked for, or None for all. 404 for whoever clears nowhere."""
    seasons = cleared_seasons(account(request))
    if not seasons.exists():
        raise Http404
    slug = request.GET.get("season")
    return one_of(seasons, slug=slug) if slug else None


@login_required
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """What waits, oldest first. Coming here gives back what one had open."""
    user, person, season = account(request), person_behind(request), _season(request)
    desk.release_claims(by=person)
    waiting = clearance_queue(user, season)
    decided = entries_to_clear(user).filter(decided_at__isnull=False).order_by("-decided_at")
    context = {
        "appeals": list(waiting_appeals(user, season)[:SHOWN]),
        "entries": list(waiting.annotate(waits=waits_for_others())[:SHOWN]),
        "waiting": waiting.count(),
        "free": free_for(person, waiting).count(),
        "decided": list(decided[:10]),
        "seasons": list(cleared_seasons(user)),
        "season": season,
        "now": clock.now(),
        "reports": open_reports(user).count(),
        "uses": waiting_uses(user).count(),
    }
    return render(request, "submissions/clearance/queue.html", context)


@login_required
@require_POST
def take_next(request: HttpRequest) -> HttpResponse:
    """Open the oldest entry that nobody else has open."""
    season = _season(request)
    return _go_on(request, season)


def _go_on(request: HttpRequest, season: Season | None) -> HttpResponse:
    found = desk.claim_next(clearance_queue(account(request), season), by=person_behind(request))
    if found is None:
        messages.info(request, _("Nothing else waits for you."))
        return redirect("clearance")
    return redirect("clearance_entry", found.code)


@login_required
@require_http_methods(["GET", "POST"])
def entry(request: HttpRequest, code: str) -> HttpResponse:
    """One entry: opened for 15 minutes, decided with the form; so is an appeal against its refusal."""
    submission = one_of(entries_to_clear(account(request)), code=code)
    if request.method == "POST":
        return (_answer if _is_answer(request, submission) else _decide)(request, submission)
    if submission.state == State.SUBMITTED:
        try:
            desk.claim(submission, by=person_behind(request))
        except desk.ClaimedElsewhere as refusal:
            return entry_page(request, submission, problem=str(refusal))
    return entry_page(request, submission)


def _decide(request: HttpRequest, submission: Submission) -> HttpResponse:
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return entry_page(request, submission, form=form, status=400)
    try:
        _carry_out(submission, form.cleaned_data, request)
    except SpotlightError as refusal:
        add_refusal(form, refusal)
        return entry_page(request, submission, form=form, status=refusal.status)
    messages.success(
        request,
        _("%(title)s: %(outcome)s.")
        % {"title": submission.track, "outcome": _said(form.cleaned_data["outcome"])},
    )
    return _go_on(request, submission.season)


def _is_answer(request: HttpRequest, submission: Submission) -> bool:
    """Whether a form is about an appeal: one waits, or somebody else was faster."""
    refusal = refusal_of(submission)
    waits = refusal is not None and refusal.waiting is not None
    return waits or request.POST.get("outcome") in dict(ANSWERS)


def _answer(request: HttpRequest, submission: Submission) -> HttpResponse:
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return entry_page(request, submission, answer=form, status=400)
    do = appeals.uphold if form.cleaned_data["outcome"] == "upheld" else appeals.reopen
    try:
        do(submission, by=person_behind(request), reason=form.cleaned_data["reason"])
    except SpotlightError as refusal:
        add_refusal(form, refusal)
        return entry_page(request, submission, answer=form, status=refusal.status)
    messages.success(request, _("Decided. The artist gets a mail."))
    return redirect("clearance")


def _said(outcome: str) -> str:
    return {"cleared": _("cleared"), "changes": _("changes asked"), "refused": _("refused")}[outcome]


def _carry_out(submission: Submission, read: dict[str, Any], request: HttpRequest) -> None:
    by, seen, note = person_behind(request), read["seen"], read["note"]
    if read["outcome"] == "cleared":
        desk.clear(submission, by=by, seen=seen, note=note)
    elif read["outcome"] == "changes":
        desk.ask_changes(submission, by=by, seen=seen, note=note, reasons=read["reasons"])
    else:
        desk.refuse(submission, by=by, seen=seen, note=note, reasons=read["reasons"])


def entry_page(
    request: HttpRequest, submission: Submission, *, form: Any = None, answer: Any = None, afterwards: Any = None, typed: Typed | None = None, problem: str = "", status: int = 200
) -> HttpResponse:  # fmt: skip
    """The page of an entry, with a form as it was refused, or what was written beside a co-writer's credits."""
    at = clock.now()
    submission = one_of(entries_to_clear(account(request)), code=submission.code)
    checks = checks_of(submission)
    context = {
        "submission": submission,
        "checks": checks,
        "blockers": checks.blockers if submission.state == State.SUBMITTED else [],
        "track": submission.track,
        "artist": submission.artist,
        "season": submission.season,
        "card": own_card(submission.track),
        "audio": audio_state(submission.track),
        "claim": live_claim(submission, at),
        "problem": problem,
        "typed": typed,
        "now": at,
        "answer": answer or AnswerForm(),
        **_appeal_parts(submission, person_behind(request)),
        "form": form or DecisionForm(initial={"seen": seen_mark(submission), "outcome": "cleared"}),
        "seen": seen_mark(submission),
        "afterwards": afterwards
        or (AfterwardsForm(submission=submission) if submission.state == State.CLEARED else None),
        "likenesses": likenesses(submission),
        "sounds_like": sounds_like(submission, account(request)),
        "is_compared": is_compared(submission.track),
        "label_form": LabelForm(initial={"organisation": submission.artist.organisation_id}),
        "decisions": list(submission.decisions.select_related("by", "appeal__decided_by")),
        "earlier": list(
            submission.artist.submissions.exclude(pk=submission.pk)
            .exclude(state=State.DRAFT)
            .select_related("track", "season")
        ),
        "may_have_original": originals_for(account(request)).filter(pk=submission.pk).exists(),
        "is_own": submission.artist.members.filter(person=person_behind(request)).exists(),
        "can_decide": submission.state == State.SUBMITTED and not problem,
        **entry_parts(submission),
    }
    return render(request, "submissions/clearance/entry.html", context, status=status)


def _appeal_parts(submission: Submission, person: Person) -> dict[str, Any]:
    """The appeal that waits, who may decide on it, and what stands in the way of reopening."""
    refusal = refusal_of(submission)
    if refusal is None or refusal.waiting is None:
        return {"appeal": None}
    ends = submission.season.clearing_ends_at
    return {
        "appeal": refusal.waiting,
        "refusal": refusal.decision,
        "may_answer": refusal.waiting.refused_by_id != person.pk,
        "deciders": list(deciders(refusal.waiting)),
        "is_full": not places_left(submission.season, submission.artist),
        "has_ended": ends is not None and clock.now() >= ends,
    }


@login_required
@require_POST
def renew(request: HttpRequest, code: str) -> HttpResponse:
    """Keep an entry open, or give it back (`release=1`); answers with the line that says so."""
    submission = one_of(entries_to_clear(account(request)), code=code)
    person = person_behind(request)
    if request.POST.get("release"):
        desk.release_claims(by=person, submission=submission)
        return redirect("clearance") if request.POST["release"] == "go" else HttpResponse(status=204)
    problem = ""
    if submission.state == State.SUBMITTED:
        try:
            desk.claim(submission, by=person)
        except desk.ClaimedElsewhere as refusal:
            problem = str(refusal)
    context = {
        "submission": submission,
        "season": submission.season,
        "claim": live_claim(submission, clock.now()),
        "problem": problem,
    }
    return render(request, "submissions/clearance/_claim.html", context)


@login_required
@require_POST
def afterwards(request: HttpRequest, code: str) -> HttpResponse:
    """Contest, reinstate, revoke or disqualify a cleared entry."""
    submission = one_of(entries_to_clear(account(request)), code=code)
    form = AfterwardsForm(request.POST, submission=submission)
    if form.is_valid():
        try:
            AFTERWARDS[form.cleaned_data["action"]](
                submission, by=person_behind(request), note=form.cleaned_data["note"]
            )
            messages.success(request, _("Done. The artist gets a mail with the reason."))
            return redirect("clearance_entry", code)
        except SpotlightError as refusal:
            add_refusal(form, refusal)
    return entry_page(request, submission, afterwards=form, status=400)


@login_required
@require_POST
def label(request: HttpRequest, code: str) -> HttpResponse:
    """Say which label or agency stands behind the artist of an entry."""
    submission, person = one_of(entries_to_clear(account(request)), code=code), person_behind(request)
    if submission.artist.members.filter(person=person).exists():
        raise Http404
    form = LabelForm(request.POST)
    if form.is_valid():
        chosen = form.cleaned_data["organisation"]
        artist_pages.set_organisation(submission.artist, chosen, season=submission.season, by=person)
        messages.success(request, _("Saved who stands behind %(artist)s.") % {"artist": submission.artist})
    else:
        messages.error(request, _("Choose an organization from the list."))
    return redirect("clearance_entry", code)
