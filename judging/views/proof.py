"""The proof of a season's results: hashes, heads and bundles, for everybody; the bundle so far, for organizers."""

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from judging.jobs import proof
from judging.queries import proof as queries
from spotlight.errors import SpotlightError
from spotlight.ledger import files
from submissions.models import Role, Season
from submissions.queries import rules as season_rules
from submissions.queries.seasons import public_seasons, season_as
from submissions.views.access import own_season


@require_GET
def page(request: HttpRequest, season: str) -> HttpResponse:
    """What was promised when, what was published since, and how to check it."""
    found = get_object_or_404(public_seasons(), slug=season)
    return _show(request, found)


def _show(request: HttpRequest, season: Season, *, problem: str = "", status: int = 200) -> HttpResponse:
    seed = queries.revealed_seed(season)
    context = {
        "season": season,
        "seed_sha256": season_rules.seed_commitment(season),
        "seed": seed,
        "proofs": queries.published_proofs(season),
        "cut_heads": queries.cut_heads(season),
        "head": None if seed else queries.head_of_day(season),  # later bundles would have to hold it
        "is_organizer": season_as(request.user, season.slug, Role.ORGANIZER) is not None,
        "problem": problem,
    }
    return render(request, "judging/proof.html", context, status=status)


@require_GET
def bundle(request: HttpRequest, season: str, number: int) -> HttpResponseBase:
    """The bundle published with the announcement of a round."""
    found = get_object_or_404(public_seasons(), slug=season)
    kept = get_object_or_404(queries.published_proofs(found), round__number=number)
    return FileResponse(
        files.absolute(kept.file).open("rb"),
        content_type="application/zip",
        as_attachment=True,
        filename=f"{found.slug}-proof-{number}.zip",
    )


@login_required
@require_GET
def bundle_so_far(request: HttpRequest, season: str) -> HttpResponse:
    """For organizers: everything that is closed and sealed by now."""
    found = own_season(request, season)
    try:
        packed = proof.as_zip(proof.bundle(found))
    except SpotlightError as refusal:
        return _show(request, found, problem=refusal.message, status=409)
    name = f"{found.slug}-proof-so-far.zip"
    return HttpResponse(
        packed,
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
