"""Popularity from outside: import a CSV, read its report, take a source out."""

import csv

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from judging.forms.readings import ReadingsForm, SwitchForm
from judging.models import ImportBatch, Source
from judging.services import popularity
from spotlight.accounts.models import Person
from spotlight.errors import SpotlightError
from spotlight.ledger import files, work
from spotlight.ledger.models import StoredFile
from spotlight.web.answers import add_refusal, person_behind
from submissions.models import Season
from submissions.views.access import own_season

ROWS = 100


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
    batches = ImportBatch.objects.filter(source__season=found).select_related("source", "by")
    context = {
        "season": found, "form": form, "page": Paginator(batches, 20).get_page(request.GET.get("page")),
        "sources": Source.objects.filter(season=found), "switch": SwitchForm(auto_id=False),
    }  # fmt: skip
    return render(request, "judging/readings/index.html", context, status=422 if form.errors else 200)


def _receive(season: Season, form: ReadingsForm, person: Person) -> ImportBatch:
    source = form.cleaned_data["source"]
    if source is None:
        name = form.cleaned_data["new_source"]
        source = popularity.add_source(season, slug=name, name=name, by=person)
    return popularity.receive_readings(source, file=_keep(form.cleaned_data["file"], person), by=person)


def _keep(sent: "UploadedFile[bytes]", person: Person) -> StoredFile:
    path = files.scratch(".csv")
    with path.open("wb") as out:
        for chunk in sent.chunks():
            out.write(chunk)
    name = sent.name or "readings.csv"
    return files.keep(
        path, kind=StoredFile.Kind.READINGS, media_type="text/csv", owner=person, name=name, suffix=".csv"
    )


@login_required
@require_GET
def batch(request: HttpRequest, season: str, code: str) -> HttpResponse:
    """One import: how far it is, and every row that was left out, with its reason."""
    found = own_season(request, season)
    one = get_object_or_404(
        ImportBatch.objects.select_related("source", "by", "file"), source__season=found, code=code
    )
    page = Paginator(one.rejections.all(), ROWS).get_page(request.GET.get("page"))
    running = work.latest("readings.import", one.code) if one.state in ("waiting", "running") else None
    return render(
        request, "judging/readings/batch.html", {"season": found, "batch": one, "page": page, "work": running}
    )


@login_required
@require_GET
def rejections(request: HttpRequest, season: str, code: str) -> HttpResponse:
    """The rejected rows as CSV."""
    found = own_season(request, season)
    one = get_object_or_404(ImportBatch, source__season=found, code=code)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="rejected-{one.code}.csv"'
    table = csv.writer(answer)
    table.writerow(["row", "reason", "line"])
    for rejection in one.rejections.iterator():
        table.writerow([rejection.row, rejection.reason, _harmless(rejection.line)])
    return answer


def _harmless(text: str) -> str:
    """Spreadsheets must not take a line for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


@login_required
@require_POST
def switch(request: HttpRequest, season: str, source: str) -> HttpResponse:
    """Take a source out whole, or back in, with a reason."""
    found = own_season(request, season)
    one = get_object_or_404(Source, season=found, slug=source)
    form = SwitchForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say why: the reason is kept in the event log."))
    else:
        popularity.switch_source(
            one, counts=not one.is_active, reason=form.cleaned_data["reason"], by=person_behind(request)
        )
        messages.success(request, _("Saved. The standings of running rounds are computed anew."))
    return redirect("readings", season=found.slug)
