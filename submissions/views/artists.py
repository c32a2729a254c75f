"""The artist page's editor."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from spotlight.accounts.models import Person
from spotlight.ledger import clock
from spotlight.ledger.models import StoredFile
from spotlight.web.answers import one_of, person_behind
from submissions.forms.artists import ArtistForm
from submissions.models import Artist, Season
from submissions.queries.artists import own_artists
from submissions.queries.completeness import local
from submissions.queries.entries import own_entries, seasons_accepting
from submissions.queries.seasons import current_season
from submissions.services.artists import create_artist, edit_artist, set_photo
from submissions.services.pictures import PHOTO, PictureRefused, keep_picture


@login_required
@require_http_methods(["GET", "POST"])
def new_artist(request: HttpRequest) -> HttpResponse:
    """The first step of who enters for the first time."""
    season = _season()
    initial = {"language": request.LANGUAGE_CODE}
    form = ArtistForm(request.POST or None, request.FILES or None, initial=initial, markets=_markets(season))
    if request.method == "POST" and form.is_valid():
        photo, refused = _picture(request, form)
        if not refused:
            artist = create_artist(by=person_behind(request), links=form.links(), **form.values())
            if photo:
                set_photo(artist, photo, by=person_behind(request))
            return redirect("submit")
    return _render(request, form, season, None)


@login_required
@require_http_methods(["GET", "POST"])
def artist(request: HttpRequest, slug: str) -> HttpResponse:
    """Change an artist page of one's own."""
    found, season = one_of(own_artists(person_behind(request)), slug=slug), _season()
    form = ArtistForm(request.POST or None, request.FILES or None, instance=found, markets=_markets(season))
    if request.method == "POST" and form.is_valid():
        photo, refused = _picture(request, form)
        if not refused:
            _save(request, Artist.objects.get(pk=found.pk), form, photo)
            return redirect(_way_on(request))
    return _render(request, form, season, Artist.objects.get(pk=found.pk))


def _save(request: HttpRequest, found: Artist, form: ArtistForm, photo: StoredFile | None) -> None:
    person = person_behind(request)
    edit_artist(found, by=person, links=form.links(), **form.values())
    if photo or request.POST.get("photo-clear"):
        set_photo(found, photo, by=person)
    messages.success(request, _("Saved."))


def _picture(request: HttpRequest, form: ArtistForm) -> tuple[StoredFile | None, bool]:
    sent = request.FILES.get("photo_file")
    if not sent:
        return None, False
    owner: Person = person_behind(request)
    try:
        return keep_picture(sent.read(), name=sent.name or "", owner=owner, limits=PHOTO), False
    except PictureRefused as refusal:
        form.add_error("photo_file", str(refusal))
        return None, True


def _way_on(request: HttpRequest) -> str:
    code = _entry_code(request)
    return reverse("submit_step", args=[code, "track"]) if code else reverse("me")


def _entry_code(request: HttpRequest) -> str:
    """The code of the own entry from which one came here; empty for anything else."""
    code = request.GET.get("entry", "")
    return code if code and own_entries(person_behind(request)).filter(code=code).exists() else ""


def _season() -> Season | None:
    return seasons_accepting(clock.now()).first() or current_season()


def _markets(season: Season | None) -> list[tuple[str, str]]:
    return [(m.code, local(m.names, m.name)) for m in season.markets.all()] if season else []


def _render(
    request: HttpRequest, form: ArtistForm, season: Season | None, found: Artist | None
) -> HttpResponse:
    context = {"form": form, "season": season, "artist": found, "entry_code": _entry_code(request)}
    return render(request, "submissions/artists/edit.html", context, status=400 if form.errors else 200)
