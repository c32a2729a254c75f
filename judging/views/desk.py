"""The judging desk: next entry, sheet, own list, stepping back. Nothing here knows of other judges."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from judging.forms.desk import ReasonForm, SheetForm
from judging.models import Assignment, CalibrationSheet, Criterion, Round, ScoreSheet
from judging.queries import calibration, panel
from judging.queries import desk as queries
from judging.queries.history import history_of
from judging.services import desk as services
from judging.services import panel as panel_services
from judging.views import plots
from spotlight.accounts.models import User
from spotlight.errors import SpotlightError
from spotlight.web.answers import add_refusal, invalid, person_behind, refused
from submissions.models import Track


@login_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The judge's rounds; straight to the next entry where only one round waits."""
    user = _judge(request)
    unsigned = queries.judge_memberships(user).filter(confidential_at__isnull=True).first()
    if unsigned:
        return redirect("desk_welcome", unsigned.season.slug)
    rounds = list(queries.desk_rounds(user))
    waiting = [duty for duty in (queries.next_to_file(user, round) for round in rounds) if duty]
    to_calibrate = calibration.rounds_to_calibrate(user)
    if len(waiting) == 1 and not to_calibrate and "all" not in request.GET:
        return redirect("desk_sheet", waiting[0].round.code, waiting[0].entry.alias)
    following = {duty.round_id: duty for duty in waiting}
    page = {
        "rows": [{"round": round, "next": following.get(round.pk)} for round in rounds],
        "to_calibrate": to_calibrate,
        "seasons": [membership.season for membership in queries.judge_memberships(user)],
    }
    return render(request, "judging/desk/index.html", page)


@login_required
@require_GET
def own_list(request: HttpRequest, code: str) -> HttpResponse:
    """Own marks in the judge's order."""
    user = _judge(request)
    round = queries.own_round(user, code)
    if round is None:
        raise Http404
    criteria = [(c, queries.name_of(c, get_language() or "en")) for c in round.criteria.all()]
    rows = [_row(duty, round, criteria) for duty in queries.own_list(user, round)]
    own = history_of(user, round)
    page = {
        "round": round, "season": round.season, "rows": rows, "criteria": criteria,
        "progress": queries.progress(user, round), "next": queries.next_to_file(user, round), "person": person_behind(request),
        "history": own, "plot": plots.own_marks(own), "has_calibration": calibration.set_of(round).exists(),
    }  # fmt: skip
    return render(request, "judging/desk/list.html", page)


@login_required
@require_http_methods(["GET", "POST"])
def sheet(request: HttpRequest, code: str, alias: str) -> HttpResponse:
    """One entry: play, mark, save, file. A script's save answers JSON, everything else is a page."""
    tied = queries.tied_duty(_judge(request), code, alias)
    if tied:
        return _let_go(request, tied)
    duty = _duty(request, code, alias)
    if request.method == "GET":
        if _takes_sheets(duty) and calibration.waiting(duty.seat.membership, duty.round):
            return redirect("desk_calibration", code)
        return _sheet_page(request, duty)
    form = SheetForm(duty.round, request.POST)
    is_script = "X-Autosave" in request.headers
    if not form.is_valid():
        words = form.problem()
        return (
            invalid(form, words)
            if is_script
            else _sheet_page(request, duty, form=form, problem=words, status=400)
        )
    return _autosave(request, duty, form) if is_script else _submit(request, duty, form)


def _let_go(request: HttpRequest, duty: Assignment) -> HttpResponse:
    words = _("You are tied to this entry’s artist, label or employer. It has left your list.")
    panel_services.let_go(duty.seat)
    if "X-Autosave" in request.headers:
        return refused(services.AssignmentEnded(words))
    messages.warning(request, words)
    return redirect("desk_list", duty.round.code)


def _autosave(request: HttpRequest, duty: Assignment, form: SheetForm) -> JsonResponse:
    files = request.headers["X-Autosave"] == "file"
    act = services.file_sheet if files else services.save_sheet
    try:
        saved = act(duty, form.draft(), version=form.cleaned_data["version"], by=person_behind(request))
    except SpotlightError as error:
        return refused(error)
    answer = {"saved_at": saved.updated_at.isoformat(), "version": saved.version, "state": saved.state}
    if files:
        progress = {"round": duty.round, "progress": queries.progress(_judge(request), duty.round)}
        answer |= {
            "next": _go_on(request, duty)["Location"],
            "progress": render_to_string("judging/desk/_progress.html", progress, request),
        }
    return JsonResponse(answer)


def _address(duty: Assignment, name: str = "desk_sheet") -> str:
    return reverse(name, args=[duty.round.code, duty.entry.alias])


def _submit(request: HttpRequest, duty: Assignment, form: SheetForm) -> HttpResponse:
    person, data = person_behind(request), form.cleaned_data
    try:
        if duty.round.state == Round.State.LOCKED and not _takes_sheets(duty):
            services.revise_sheet(
                duty, form.draft(), version=data["version"], reason=data["reason"], by=person
            )
            messages.success(request, _("Changed. Both versions and your reason are kept."))
            return redirect("desk_list", duty.round.code)
        if "keep" in request.POST:
            services.save_sheet(duty, form.draft(), version=data["version"], by=person)
            return redirect("desk_sheet", duty.round.code, duty.entry.alias)
        services.file_sheet(duty, form.draft(), version=data["version"], by=person)
    except services.SheetConflict as error:
        return _both_versions(request, duty, form, error)
    except (services.SheetIncomplete, services.NotHeardEnough) as error:
        return _kept_as_draft(request, duty, form, error)
    except (services.CalibrationFirst, services.RoundClosed, services.AssignmentEnded) as error:
        return _not_counted(request, duty, form, error)
    except SpotlightError as error:
        return _sheet_page(
            request, duty, form=form, problem=str(error), field=error.field or "", status=error.status
        )
    return _go_on(request, duty)


def _go_on(request: HttpRequest, duty: Assignment) -> HttpResponse:
    following = queries.next_to_file(_judge(request), duty.round, after=duty.position)
    if following:
        return redirect("desk_sheet", duty.round.code, following.entry.alias)
    messages.success(request, _("Every sheet is filed. You can adjust them until the round locks."))
    return redirect("desk_list", duty.round.code)


def _kept_as_draft(
    request: HttpRequest, duty: Assignment, form: SheetForm, error: SpotlightError
) -> HttpResponse:
    try:
        services.save_sheet(
            duty, form.draft(), version=form.cleaned_data["version"], by=person_behind(request)
        )
    except SpotlightError as worse:
        return _sheet_page(request, duty, form=form, problem=str(worse), status=worse.status)
    fresh = _duty(request, duty.round.code, duty.entry.alias)
    return _sheet_page(request, fresh, problem=str(error), field=error.field or "", status=error.status)


def _both_versions(
    request: HttpRequest, duty: Assignment, form: SheetForm, error: services.SheetConflict
) -> HttpResponse:
    theirs = error.sheet
    page = _page(duty) | {
        "mine": form.draft(), "theirs": theirs, "fields": sent(request, version=theirs.version), "error": error,
        "rows": [
            (c.name, form.draft().marks.get(c.key), services.marks_of(theirs).get(c.key)) for c in duty.round.criteria.all()
        ],
    }  # fmt: skip
    return render(request, "judging/desk/conflict.html", page, status=error.status)


def _not_counted(
    request: HttpRequest, duty: Assignment, form: SheetForm, error: SpotlightError
) -> HttpResponse:
    page = _page(duty) | {
        "mine": form.draft(), "error": error, "rows": [(c.name, form.draft().marks.get(c.key), None) for c in duty.round.criteria.all()],
    }  # fmt: skip
    return render(request, "judging/desk/conflict.html", page, status=error.status)


def sent(request: HttpRequest, *, version: int) -> dict[str, str]:
    """The fields of a sheet as they came, to be sent again at another version."""
    kept = {
        key: str(value)
        for key, value in request.POST.items()
        if key not in ("csrfmiddlewaretoken", "version")
    }
    return kept | {"version": str(version), "keep": "1"}


@login_required
@require_http_methods(["GET", "POST"])
def step_back(request: HttpRequest, code: str, alias: str, how: str) -> HttpResponse:
    """Recuse ("I know this artist") or abstain, with a reason; the entry goes to another judge at once."""
    duty = _duty(request, code, alias)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        act = services.recuse if how == "recuse" else services.abstain
        try:
            act(duty, reason=form.cleaned_data["reason"], by=person_behind(request))
        except SpotlightError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("Thank you. The entry has left your list."))
            return _go_on(request, duty)
    page = _page(duty) | {"form": form, "how": how}
    return render(request, "judging/desk/step_back.html", page, status=422 if form.errors else 200)


def _sheet_page(
    request: HttpRequest, duty: Assignment, *, form: SheetForm | None = None, problem: str = "", field: str = "", status: int = 200
) -> HttpResponse:  # fmt: skip
    """The sheet: as it is kept, or as it was sent in a form that was refused."""
    user = _judge(request)
    before, after = queries.neighbors(user, duty)
    ahead = queries.next_to_file(user, duty.round, after=duty.position) or after
    if ahead and ahead.pk == duty.pk:
        ahead = after
    sheet = _sheet_of(duty)
    takes, revises = _takes_sheets(duty), _may_revise(duty, sheet)
    page = _page(duty) | {
        "sheet": sheet, **written(duty.round, form, sheet, queries.marks(duty.round, sheet, language=get_language() or "en")),
        "progress": queries.progress(user, duty.round), "previous": before and _address(before), "next": after and _address(after),
        "ahead": ahead and {"page": _address(ahead), "sound": _address(ahead, "desk_audio")}, "steps": range(11),
        "takes_sheets": takes, "may_revise": revises, "may_write": takes or revises, "problem": problem, "field": field,
        **heard_so_far(duty.round, sheet, duty.entry.submission.track),
    }  # fmt: skip
    return render(request, "judging/desk/sheet.html", page, status=status)


def written(
    round: Round, form: SheetForm | None, sheet: ScoreSheet | CalibrationSheet | None, kept: Sequence[queries.Mark]
) -> dict[str, Any]:  # fmt: skip
    """Marks, texts and version of what is kept, or those of a form that was refused."""
    if form is None:
        return {"marks": kept, "texts": sheet, "version": sheet.version if sheet else 0}
    marks = {key: str(mark) for key, mark in form.marks().items()}
    return {
        "marks": queries.marks_of_draft(round, marks, language=get_language() or "en"),
        "texts": form.data, "version": form.cleaned_data.get("version", 0),
    }  # fmt: skip


def heard_so_far(round: Round, sheet: ScoreSheet | CalibrationSheet | None, track: Track) -> dict[str, Any]:
    """What the page shows of the parts heard: `0-1200,5000-9000` ms, percent, and what the round asks."""
    length, parts = track.duration_ms or 0, sheet.heard if sheet else []
    return {
        "heard": ",".join(f"{start}-{end}" for start, end in parts),
        "heard_percent": (sheet.heard_ms if sheet else 0) * 100 // length if length else 0,
        "share_percent": queries.round_up(round.heard_share * 100),
    }


def _page(duty: Assignment) -> dict[str, Any]:
    track = duty.entry.submission.track
    page: dict[str, Any] = {
        "round": duty.round, "season": duty.round.season, "duty": duty, "label": queries.label_of(duty.entry),
        "position": duty.position, "person": duty.seat.membership.person, "here": _address(duty), "sound": _address(duty, "desk_audio"),
        "seconds": (track.duration_ms or 0) / 1000, "peaks": queries.peaks_of(track), "is_blind": duty.round.is_blind, "genre": track.genre,
        "language": track.language, "language_name": queries.language_name(track.language), "lyrics": track.lyrics, "is_explicit": track.is_explicit, "ready": track.rendition_id is not None,
    }  # fmt: skip
    if not duty.round.is_blind:
        page |= {
            "title": track.title,
            "artwork": _address(duty, "desk_artwork"),
            "artist": duty.entry.submission.artist,
        }
    return page


def _row(duty: Assignment, round: Round, criteria: list[tuple[Criterion, str]]) -> dict[str, Any]:
    sheet = _sheet_of(duty)
    given = {s.criterion_id: f"{s.value.normalize():f}" for s in sheet.scores.all()} if sheet else {}
    track = duty.entry.submission.track
    return {
        "duty": duty, "label": queries.label_of(duty.entry), "sheet": sheet,
        "marks": [(name, given.get(c.pk)) for c, name in criteria], "is_open": duty.state == Assignment.State.OPEN,
        "title": "" if round.is_blind else f"{track.title}, {duty.entry.submission.artist.name}",
    }  # fmt: skip


def _sheet_of(duty: Assignment) -> ScoreSheet | None:
    return getattr(duty, "sheet", None)


def _takes_sheets(duty: Assignment) -> bool:
    state = duty.round.state
    return state == Round.State.OPEN or (state == Round.State.LOCKED and duty.is_repair and not _leads(duty))


def _may_revise(duty: Assignment, sheet: ScoreSheet | None) -> bool:
    is_filed = sheet is not None and sheet.state == ScoreSheet.State.FILED
    return duty.round.state == Round.State.LOCKED and is_filed and not duty.is_repair and not _leads(duty)


def _leads(duty: Assignment) -> bool:
    """Whether the judge leads the season too, and so sees how the locked round stands."""
    return duty.seat.membership.person_id in panel.leaders(duty.round.season_id)


def _duty(request: HttpRequest, code: str, alias: str) -> Assignment:
    duty = queries.own_duty(_judge(request), code, alias)
    if duty is None or duty.seat.membership.confidential_at is None:
        raise Http404
    return duty


def _judge(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User) or not queries.judge_memberships(user).exists():
        raise Http404
    return user
