"""The artist portal: begin an entry, fill its steps, review, send, take back."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from spotlight.errors import SpotlightError
from spotlight.ledger import clock
from spotlight.web.answers import add_refusal, one_of, person_behind, refused, wants_json, whole
from spotlight.web.cards import Step
from submissions.forms.appeals import AppealForm
from submissions.forms.steps import STEP_FORMS, RightsForm, StepForm, open_step
from submissions.models import Submission
from submissions.queries.appeals import refusal_of
from submissions.queries.artists import own_artists
from submissions.queries.completeness import STEPS, gaps, local
from submissions.queries.consent import checks_of
from submissions.queries.entries import (
    IN_PLAY,
    changes_end_at,
    current_terms,
    may_change,
    may_withdraw,
    own_entries,
    places_left,
    seasons_accepting,
)
from submissions.queries.processing import audio_state
from submissions.services import appeals
from submissions.services.entries import (
    SENT,
    ChangedElsewhere,
    IncompleteEntry,
    begin_entry,
    save_entry,
    set_artwork,
    submit,
    withdraw,
)
from submissions.services.pictures import PictureRefused, keep_picture
from submissions.services.uploads import upload_whole
from submissions.views.cards import own_card

NEXT = {"track": "rights", "rights": "eligibility", "eligibility": "review"}
BEFORE = {"rights": "track", "eligibility": "rights", "review": "eligibility"}
State = Submission.State


def step_names() -> dict[str, str]:
    """The steps of an entry in words."""
    return {
        "track": _("Track"),
        "rights": _("Rights"),
        "eligibility": _("Eligibility"),
        "review": _("Review"),
    }


@login_required
@require_http_methods(["GET", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Where entering begins: choose season and artist, or go on with a draft."""
    person, at = person_behind(request), clock.now()
    seasons, artists = list(seasons_accepting(at)), list(own_artists(person))
    if request.method == "POST":
        return _begin(request)
    drafts = own_entries(person).filter(state__in=[State.DRAFT, State.CHANGES])
    offers = [(season, artist, places_left(season, artist)) for season in seasons for artist in artists]
    return render(
        request,
        "submissions/portal/start.html",
        {
            "seasons": seasons,
            "artists": artists,
            "offers": offers,
            "drafts": drafts,
            "now": at,
            "season": seasons[0] if seasons else None,
        },
    )


def _begin(request: HttpRequest) -> HttpResponse:
    person = person_behind(request)
    season = one_of(seasons_accepting(clock.now()), slug=request.POST.get("season", ""))
    artist = one_of(own_artists(person), slug=request.POST.get("artist", ""))
    try:
        submission = begin_entry(season, artist, by=person)
    except SpotlightError as refusal:
        messages.error(request, str(refusal))
        return redirect("submit")
    return redirect("submit_step", submission.code, "track")


@login_required
@require_GET
def entry(request: HttpRequest, code: str) -> HttpResponse:
    """An entry's address: the first step that lacks something, else the review."""
    submission = _own(request, code)
    if not may_change(submission, clock.now()):
        return redirect("submit_review", code)
    missing = gaps(submission)
    return redirect("submit_step", code, missing[0].step) if missing else redirect("submit_review", code)


@login_required
@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, code: str, step: str) -> HttpResponse:
    """One step: shown, saved by the form or by itself."""
    submission = _own(request, code)
    if step not in STEP_FORMS:
        raise Http404
    if not may_change(submission, clock.now()) and request.method == "GET":
        return redirect("submit_review", code)
    if request.method == "GET":
        form = open_step(step, submission, rows=whole(request.GET.get("lines", ""), digits=9) or 0)
        _mark_gaps(form, submission, step, shown=request.GET.get("fix") == "1")
        return _render_step(request, form)
    form = STEP_FORMS[step](request.POST, request.FILES, submission=submission)
    return _autosave(request, form) if wants_json(request) else _save(request, form)


def _own(request: HttpRequest, code: str) -> Submission:
    return one_of(own_entries(person_behind(request)), code=code)


def _mark_gaps(form: StepForm, submission: Submission, step: str, *, shown: bool) -> None:
    """Whoever comes back from the review sees at each field what is missing."""
    if not shown or form.is_bound:
        return
    form.gaps = [gap for gap in gaps(submission) if gap.step == step]  # type: ignore[attr-defined]


def _autosave(request: HttpRequest, form: StepForm) -> HttpResponse:
    form.is_valid()
    if form.submission.state in SENT:
        return refused(
            ChangedElsewhere(_("This entry was sent meanwhile. Load the page again to change it."))
        )
    try:
        saved = save_entry(
            form.submission, form.changes(), by=person_behind(request), version=_version(request)
        )
    except SpotlightError as refusal:
        return refused(refusal)
    return JsonResponse(
        {"saved_at": clock.now().isoformat(), "version": saved.version, "errors": form.all_errors()}
    )


def _version(request: HttpRequest) -> int | None:
    return whole(request.POST.get("version", ""), digits=9)


def _save(request: HttpRequest, form: StepForm) -> HttpResponse:
    valid, code = form.is_valid(), form.submission.code
    sent = form.submission.state in SENT
    if sent and not valid:
        return _render_step(request, form, status=400)
    try:
        saved = save_entry(
            form.submission, form.changes(), by=person_behind(request), version=_version(request)
        )
        _save_files(request, form)
    except IncompleteEntry as refusal:
        form.gaps = refusal.gaps  # type: ignore[attr-defined]
        return _render_step(request, form, status=400)
    except SpotlightError as refusal:
        return _refused(request, form, refusal)
    if not valid:
        form.submission.version = saved.version
        return _render_step(request, form, status=400)
    if saved.state == State.SUBMITTED and form.submission.state == State.CLEARED:
        messages.warning(
            request, _("Saved. Because a declaration changed, the entry waits for clearance again.")
        )
    if "more" in request.POST:
        lines = len(form.credits.forms) + 1 if isinstance(form, RightsForm) else 0
        return redirect(reverse("submit_step", args=[code, form.step]) + f"?lines={lines}#credits")
    return (
        redirect("submit_review", code)
        if form.step == "eligibility" or sent
        else redirect("submit_step", code, NEXT[form.step])
    )


def _save_files(request: HttpRequest, form: StepForm) -> None:
    person = person_behind(request)
    if picture := request.FILES.get("artwork"):
        set_artwork(
            form.submission, keep_picture(picture.read(), name=picture.name or "", owner=person), by=person
        )
    elif request.POST.get("artwork-clear"):
        set_artwork(form.submission, None, by=person)
    if audio := request.FILES.get("audio"):
        upload_whole(
            form.submission, by=person, name=audio.name or "", size=audio.size or 0, chunks=audio.chunks()
        )


def _refused(request: HttpRequest, form: StepForm, refusal: SpotlightError) -> HttpResponse:
    if isinstance(refusal, PictureRefused):
        form.add_error("artwork", str(refusal))
    elif refusal.field in form.fields:
        form.add_error(refusal.field, str(refusal))
    else:
        form.add_error(None, str(refusal))
    return _render_step(request, form, status=refusal.status)


def _render_step(request: HttpRequest, form: StepForm, status: int = 200) -> HttpResponse:
    submission = form.submission
    context = portal_context(submission, form.step) | {
        "form": form,
        "gaps": getattr(form, "gaps", []),
        "next": step_names()[NEXT[form.step]],
        "before": BEFORE.get(form.step),
        "before_name": step_names().get(BEFORE.get(form.step, ""), ""),
        "is_sent": submission.state in SENT,
        "is_cleared": submission.state == State.CLEARED,
        "audio": audio_state(submission.track),
        "terms_text": terms_text(submission) if form.step == "eligibility" else "",
        "upload_limit": submission.season.largest_mb * 1_000_000,
    }
    return render(request, f"submissions/portal/{form.step}.html", context, status=status)


def terms_text(submission: Submission) -> str:
    """The season's newest terms in the reader's language."""
    terms = current_terms(submission.season)
    return local(terms.texts, terms.text) if terms else ""


def portal_context(submission: Submission, current: str) -> dict[str, Any]:
    """What every page of the portal shows."""
    return {
        "submission": submission,
        "track": submission.track,
        "season": submission.season,
        "card": own_card(submission.track),
        "is_draft": submission.state == State.DRAFT,
        "steps": _steps(submission, current),
        "changes_end_at": changes_end_at(submission) if submission.state in IN_PLAY else None,
        "now": clock.now(),
    }


def _steps(submission: Submission, current: str) -> list[Step]:
    lacking = {gap.step for gap in gaps(submission)}
    names, code = step_names(), submission.code
    steps = [
        Step(_("Artist"), "done", reverse("submit_artist", args=[submission.artist.slug]) + f"?entry={code}")
    ]
    for name in STEPS:
        state = "current" if name == current else "to-come" if name in lacking else "done"
        steps.append(Step(names[name], state, reverse("submit_step", args=[code, name])))
    return [
        *steps,
        Step(
            names["review"],
            "current" if current == "review" else "to-come",
            reverse("submit_review", args=[code]),
        ),
    ]


@login_required
@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, code: str) -> HttpResponse:
    """Everything on one page, what is missing, and the button that sends it."""
    submission = _own(request, code)
    if request.method == "GET":
        return _render_review(request, submission)
    try:
        submit(submission, by=person_behind(request))
    except IncompleteEntry as refusal:
        return _render_review(request, submission, status=refusal.status, refused=True)
    except SpotlightError as refusal:
        return _render_review(request, submission, status=refusal.status, problem=str(refusal))
    return redirect("submit_sent", code)


def _render_review(
    request: HttpRequest, submission: Submission, status: int = 200, refused: bool = False, problem: str = "", form: AppealForm | None = None
) -> HttpResponse:  # fmt: skip
    context = portal_context(submission, "review") | {
        "gaps": gaps(submission) if submission.state in (State.DRAFT, State.CHANGES) else [],
        "refused": refused,
        "problem": problem,
        "audio": audio_state(submission.track),
        "may_change": may_change(submission, clock.now()),
        "may_withdraw": may_withdraw(submission),
        "may_send": submission.state in (State.DRAFT, State.CHANGES),
        "decision": submission.decisions.first(),
        **appeal_parts(submission, form),
        **entry_parts(submission),
    }
    return render(request, "submissions/portal/review.html", context, status=status)


def appeal_parts(submission: Submission, form: AppealForm | None = None) -> dict[str, Any]:
    """The refusal of an entry and the form of an appeal against it: as it was refused, or empty while one may appeal."""
    refusal = refusal_of(submission)
    may_appeal = refusal is not None and refusal.may_appeal(clock.now())
    return {
        "refusal": refusal,
        "may_appeal": may_appeal,
        "form": form or (AppealForm() if may_appeal else None),
    }


@login_required
@require_http_methods(["GET", "POST"])
def appeal(request: HttpRequest, code: str) -> HttpResponse:
    """Appeal against the refusal of an entry; the form stands on the entry's page."""
    submission = _own(request, code)
    if request.method == "GET":
        return redirect("submit_review", code)
    form = AppealForm(request.POST)
    if not form.is_valid():
        return _render_review(request, submission, status=400, form=form)
    try:
        appeals.appeal(submission, text=form.cleaned_data["text"], by=person_behind(request))
    except SpotlightError as refusal:
        add_refusal(form, refusal)
        return _render_review(request, submission, status=refusal.status, form=form)
    messages.success(request, _("Your appeal is sent. A second reviewer reads it, and we write to you."))
    return redirect(reverse("submit_review", args=[code]) + "#appeal")


def entry_parts(submission: Submission) -> dict[str, Any]:
    """What an entry declares, for the review and for clearance."""
    return {
        "credits": list(submission.track.credits.all()),
        "answers": list(
            submission.answers.select_related("question").order_by("question__order", "question__pk")
        ),
        "language": dict(_lyric_languages()).get(submission.track.language, submission.track.language),
        "peaks": [byte / 255 for byte in bytes(submission.track.peaks or b"")],
        "seconds": (submission.track.duration_ms or 0) / 1000,
    }


def _lyric_languages() -> list[tuple[str, Any]]:
    return STEP_FORMS["track"].base_fields["language"].choices  # type: ignore[attr-defined,no-any-return]


@login_required
@require_GET
def sent(request: HttpRequest, code: str) -> HttpResponse:
    """What happens now, after sending."""
    submission = _own(request, code)
    if submission.submitted_at is None:
        raise Http404
    context = portal_context(submission, "") | {"checks": checks_of(submission)}
    return render(request, "submissions/portal/sent.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def take_back(request: HttpRequest, code: str) -> HttpResponse:
    """Ask whether to withdraw, and do it."""
    submission = _own(request, code)
    if request.method == "POST":
        try:
            withdraw(submission, by=person_behind(request))
        except SpotlightError as refusal:
            messages.error(request, str(refusal))
            return redirect("me")
        messages.success(request, _("The entry is withdrawn."))
        return redirect("me")
    context = portal_context(submission, "") | {"may_withdraw": may_withdraw(submission)}
    return render(request, "submissions/portal/withdraw.html", context)
