"""The calibration set at the desk: the same sheet as for entries, and afterwards how the panel spread."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from judging.forms.desk import SheetForm
from judging.models import CalibrationSheet, CalibrationTrack, Round
from judging.queries import calibration as queries
from judging.queries import desk as desk_queries
from judging.queries.rounds import round_by_code
from judging.services import calibration as services
from judging.services.desk import SheetConflict, marks_of
from judging.views import plots
from judging.views.desk import heard_so_far, sent, written
from judging.views.media import send
from spotlight.errors import SpotlightError
from spotlight.web.answers import account, invalid, refused
from submissions.models import Membership


@login_required
@require_GET
def index(request: HttpRequest, code: str) -> HttpResponse:
    """The judge's set; once it is done, how the panel marked it, without names."""
    round, membership = _place(request, code)
    own = queries.own_set(membership, round)
    if not own:
        raise Http404
    is_done = all(sheet and sheet.filed_at for _row, sheet in own)
    page = {
        "round": round, "season": round.season, "person": membership.person, "is_done": is_done,
        "rows": [(row, _label(row), sheet, _address(round, row)) for row, sheet in own],
        "waiting": queries.waiting(membership, round), "least": queries.LEAST_SHEETS,
    }  # fmt: skip
    if is_done:
        tied = queries.tied_tracks(membership, [row for row, _sheet in own])
        spreads = [
            s
            for s in queries.spreads(round, reader=membership)
            if s.track.track_id not in tied and s.own is not None
        ]
        labelled = [(_label(s.track), s) for s in spreads]
        page |= {"spreads": labelled, "plot": plots.calibration(labelled)}
    return render(request, "judging/desk/calibration.html", page)


@login_required
@require_http_methods(["GET", "POST"])
def sheet(request: HttpRequest, code: str, alias: str) -> HttpResponse:
    """One track of the set, on the desk's own sheet."""
    round, membership, track = _found(request, code, alias)
    own = CalibrationSheet.objects.filter(of=track, membership=membership).first()
    if request.method == "GET":
        return _page(request, round, membership, track, own)
    form = SheetForm(round, request.POST)
    is_script = "X-Autosave" in request.headers
    if not form.is_valid():
        words = form.problem()
        return invalid(form, words) if is_script else _page(request, round, membership, track, own, form=form, problem=words, status=400)  # fmt: skip
    files = request.headers["X-Autosave"] == "file" if is_script else "keep" not in request.POST
    version = form.cleaned_data["version"]
    try:
        saved = services.score(track, form.draft(), by=membership, version=version, filed=files)
    except SpotlightError as error:
        if is_script:
            return refused(error)
        return _refused(request, round, membership, track, form, error)
    if not is_script:
        return _go_on(request, round, membership) if files else redirect(_address(round, track))
    answer = {"saved_at": saved.updated_at.isoformat(), "version": saved.version}
    return JsonResponse(answer | ({"next": _go_on(request, round, membership)["Location"]} if files else {}))


@login_required
@require_safe
def audio(request: HttpRequest, code: str, alias: str) -> HttpResponseBase:
    """The sound of a track of the set, at an address bound to its alias."""
    _round, _membership, track = _found(request, code, alias)
    return send(request, track.track.rendition)


def _refused(
    request: HttpRequest, round: Round, membership: Membership, track: CalibrationTrack, form: SheetForm, error: SpotlightError
) -> HttpResponse:  # fmt: skip
    if isinstance(error, SheetConflict):
        theirs = error.sheet
        page = _facts(round, membership, track) | {
            "mine": form.draft(), "theirs": theirs, "fields": sent(request, version=theirs.version), "error": error,
            "rows": [(c.name, form.draft().marks.get(c.key), marks_of(theirs).get(c.key)) for c in round.criteria.all()],
        }  # fmt: skip
        return render(request, "judging/desk/conflict.html", page, status=error.status)
    try:
        own: CalibrationSheet | None = services.score(
            track, form.draft(), by=membership, version=form.cleaned_data["version"]
        )
    except SpotlightError as worse:
        own = CalibrationSheet.objects.filter(of=track, membership=membership).first()
        return _page(
            request, round, membership, track, own, form=form, problem=str(worse), status=worse.status
        )
    return _page(request, round, membership, track, own, problem=str(error), field=error.field or "", status=error.status)  # fmt: skip


def _go_on(request: HttpRequest, round: Round, membership: Membership) -> HttpResponse:
    following = queries.waiting(membership, round)
    if following:
        return redirect(_address(round, following))
    messages.success(request, _("The calibration set is done. This is how the panel marks it."))
    return redirect("desk_calibration", round.code)


def _page(
    request: HttpRequest, round: Round, membership: Membership, track: CalibrationTrack, own: CalibrationSheet | None, *, form: SheetForm | None = None, problem: str = "", field: str = "", status: int = 200
) -> HttpResponse:  # fmt: skip
    rows = [row for row, _sheet in queries.own_set(membership, round)]
    place = rows.index(track)
    after = rows[place + 1] if place + 1 < len(rows) else None
    takes = not round.has_locked and not (own and own.filed_at)
    page = _facts(round, membership, track) | {
        "sheet": own, **written(round, form, own, desk_queries.marks_of_draft(round, own.marks if own else {}, language=get_language() or "en")),
        "previous": _address(round, rows[place - 1]) if place else "", "next": _address(round, after) if after else "",
        "ahead": after and {"page": _address(round, after), "sound": _address(round, after, "desk_calibration_audio")},
        "steps": range(11), "takes_sheets": takes, "may_write": takes, "problem": problem, "field": field,
        **heard_so_far(round, own, track.track),
    }  # fmt: skip
    return render(request, "judging/desk/sheet.html", page, status=status)


def _facts(round: Round, membership: Membership, row: CalibrationTrack) -> dict[str, Any]:
    """What is said of a calibration track: nothing that names it."""
    track = row.track
    return {
        "round": round, "season": round.season, "is_calibration": True, "label": _label(row), "position": row.position,
        "person": membership.person, "here": _address(round, row), "sound": _address(round, row, "desk_calibration_audio"),
        "is_blind": True, "seconds": (track.duration_ms or 0) / 1000, "peaks": desk_queries.peaks_of(track), "genre": track.genre,
        "language": track.language, "language_name": desk_queries.language_name(track.language), "lyrics": track.lyrics,
        "is_explicit": track.is_explicit, "ready": track.rendition_id is not None,
    }  # fmt: skip


def _label(row: CalibrationTrack) -> str:
    return _("Calibration %(n)d") % {"n": row.position}


def _address(round: Round, row: CalibrationTrack, name: str = "desk_calibration_sheet") -> str:
    return reverse(name, args=[round.code, row.alias])


def _place(request: HttpRequest, code: str) -> tuple[Round, Membership]:
    round = round_by_code(code)
    membership = queries.judge_of(account(request), round.season) if round else None
    if round is None or membership is None:
        raise Http404
    return round, membership


def _found(request: HttpRequest, code: str, alias: str) -> tuple[Round, Membership, CalibrationTrack]:
    found = queries.own_track(account(request), code, alias)
    if found is None:
        raise Http404
    return found
