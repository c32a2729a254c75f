"""Popularity from outside: sources, files and their reports, keys for pushes, taking a source out and back in."""

import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from judging.forms.readings import KeyForm, ReadingsForm, SwitchForm
from judging.jobs import whatif
from judging.models import ImportBatch, Round, Source, SourceKey
from judging.permissions import scores_now
from judging.queries import sources as queries
from judging.queries.reasons import rejected_csv
from judging.queries.rounds import running_rounds
from judging.scoring.errors import ScoringError
from judging.services import feeds, popularity
from judging.sources import Form, form_of
from spotlight.accounts.models import Person
from spotlight.errors import SpotlightError
from spotlight.ledger import files, work
from spotlight.ledger.models import StoredFile
from spotlight.web.answers import add_refusal, back, person_behind
from submissions.models import Season
from submissions.views.access import own_season

ROWS = 100
MEDIA_TYPES = {
    Form.CSV: "text/csv",
    Form.JSON_LINES: "application/x-ndjson",
    Form.PARQUET: "application/vnd.apache.parquet",
}


@login_required
@require_http_methods(["GET", "POST"])
def index(request: HttpRequest, season: str) -> HttpResponse:
    """The season's imports, and the form for the next one."""
    found = own_season(request, season)
    form = ReadingsForm(found, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            batch = _receive(found, form, person_behind(request))
        except SpotlightError as refusal:
            add_refusal(form, refusal)
        else:
            return redirect("readings_batch", season=found.slug, code=batch.code)
    context = {"season": found, "form": form, "lines": queries.source_lines(found)}
    context |= _batches(request, queries.batches_of(found))
    return render(request, "judging/readings/index.html", context, status=422 if form.errors else 200)


def _batches(request: HttpRequest, batches: QuerySet[ImportBatch]) -> dict[str, Any]:
    page = Paginator(batches, 20).get_page(request.GET.get("page"))
    return {
        "page": page, "batches": queries.with_progress(page),
        "on_its_way": any(batch.is_on_its_way for batch in page),
    }  # fmt: skip


def _receive(season: Season, form: ReadingsForm, person: Person) -> ImportBatch:
    source = form.cleaned_data["source"]
    if source is None:
        name = form.cleaned_data["new_source"]
        source = popularity.add_source(
            season, slug=name, name=name, by=person, kind=form.cleaned_data["kind"] or Source.Kind.DAILY
        )
    return popularity.receive_readings(source, file=_keep(form.cleaned_data["file"], person), by=person)


def _keep(sent: "UploadedFile[bytes]", person: Person) -> StoredFile:
    path = files.scratch()
    with path.open("wb") as out:
        for chunk in sent.chunks():
            out.write(chunk)
    form = form_of(path)
    return files.keep(
        path, kind=StoredFile.Kind.READINGS, media_type=MEDIA_TYPES[form], owner=person,
        name=sent.name or f"readings.{form}", suffix=f".{form}",
    )  # fmt: skip


@login_required
@require_GET
def batch(request: HttpRequest, season: str, code: str) -> HttpResponse:
    """One import: how far it is, and every row that was left out, with its reason."""
    found = own_season(request, season)
    one = get_object_or_404(
        ImportBatch.objects.select_related("source", "by", "file"), source__season=found, code=code
    )
    page = Paginator(one.rejections.all(), ROWS).get_page(request.GET.get("page"))
    running = work.latest("readings.import", one.code) if one.is_on_its_way else None
    return render(
        request,
        "judging/readings/batch.html",
        {
            "season": found,
            "batch": one,
            "page": page,
            "work": running,
            "reasons": sorted(one.reasons.items()),
        },
    )


@login_required
@require_GET
def rejections(request: HttpRequest, season: str, code: str) -> HttpResponseBase:
    """All rejected rows as CSV, whatever their number."""
    found = own_season(request, season)
    one = get_object_or_404(
        ImportBatch.objects.select_related("rejected_file"), source__season=found, code=code
    )
    answer = StreamingHttpResponse(rejected_csv(one), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="rejected-{one.code}.csv"'
    return answer


@login_required
@require_GET
def source(request: HttpRequest, season: str, source: str) -> HttpResponse:
    """One source: what it sent, what is missing, its keys, and its imports."""
    return _source_page(request, _found(request, season, source))


@login_required
@require_POST
def new_key(request: HttpRequest, season: str, source: str) -> HttpResponse:
    """Make a key and show its secret, this once."""
    one = _found(request, season, source)
    form = KeyForm(request.POST)
    if not form.is_valid():
        return _source_page(request, one, keys=form)
    hours = datetime.timedelta(hours=int(form.cleaned_data["old_for"]))
    try:
        _, secret = feeds.make_key(one, old_for=hours, by=person_behind(request))
    except SpotlightError as refusal:
        return back(request, refusal, "readings_source", season, source)
    return _source_page(request, one, secret=secret)


@login_required
@require_POST
def end_key(request: HttpRequest, season: str, source: str, code: str) -> HttpResponse:
    """End a key at once."""
    one = _found(request, season, source)
    feeds.end_key(get_object_or_404(SourceKey, source=one, code=code), by=person_behind(request))
    messages.success(request, _("This key signs nothing any more."))
    return redirect("readings_source", season=season, source=source)


@login_required
@require_http_methods(["GET", "POST"])
def switch(request: HttpRequest, season: str, source: str) -> HttpResponse:
    """Take a source out whole, or back in, with a reason, after seeing what that changes."""
    one = _found(request, season, source)
    form = SwitchForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        popularity.switch_source(
            one, counts=not one.is_active, reason=form.cleaned_data["reason"], by=person_behind(request)
        )
        messages.success(request, _("Saved. The standings of running rounds are computed anew."))
        return redirect("readings_source", season=season, source=source)
    context = {"season": one.season, "source": one, "form": form, "previews": _previews(request, one)}
    return render(request, "judging/readings/switch.html", context, status=422 if form.errors else 200)


def _found(request: HttpRequest, season: str, source: str) -> Source:
    return get_object_or_404(
        Source.objects.select_related("season"), season=own_season(request, season), slug=source
    )


def _source_page(
    request: HttpRequest, one: Source, *, secret: str = "", keys: KeyForm | None = None
) -> HttpResponse:
    address = reverse("api_push_readings", args=[one.season.slug, one.slug])
    context = {
        "season": one.season, "source": one, "line": queries.source_line(one), "keys": queries.valid_keys(one),
        "key_form": keys or KeyForm(), "secret": secret, "address": f"{settings.SITE_URL}{address}",
        **_batches(request, queries.batches_of(one.season).filter(source=one)),
    }  # fmt: skip
    return render(request, "judging/readings/source.html", context, status=422 if keys else 200)


def _previews(request: HttpRequest, source: Source) -> list[tuple[Round, whatif.Outcome | None, str]]:
    """For each running round what the switch would change, or why that can't be said."""
    wish = (
        whatif.Wish(without_source=source.slug) if source.is_active else whatif.Wish(with_source=source.slug)
    )
    return [
        (round, None, whatif.no_ranks()) if scores_now(request.user, round) else (round, *_tried(round, wish))
        for round in running_rounds(source.season)
    ]


def _tried(round: Round, wish: whatif.Wish) -> tuple[whatif.Outcome | None, str]:
    try:
        return whatif.try_out(round, wish), ""
    except (SpotlightError, ScoringError) as refusal:
        return None, str(refusal)
