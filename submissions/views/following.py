"""Following an artist, the artists one follows, and the link that ends the mails about them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from spotlight.web.answers import account, found, person_behind
from submissions.models import Artist
from submissions.queries import following as queries
from submissions.queries.listening import public_artist, public_track
from submissions.services import following

ARTISTS_A_PAGE = 20


@login_required
@require_http_methods(["GET", "POST"])
def follow(request: HttpRequest, slug: str) -> HttpResponse:
    """Follow or unfollow; a GET after a sign-in as with a like. Goes back to the page whose button was pressed."""
    artist, person = found(public_artist(slug)), person_behind(request)
    if request.method == "POST":
        (following.unfollow if request.POST.get("undo") else following.follow)(artist, by=person)
    elif not queries.follows(person, artist):
        messages.info(request, _("You are signed in now. Press Follow once more."))
    return _back(request, artist)


def _back(request: HttpRequest, artist: Artist) -> HttpResponse:
    track = request.GET.get("track", "")
    if track and public_track(track):
        return redirect("track", code=track)
    if "list" in request.GET:
        return redirect("me_following")
    return redirect("artist", slug=artist.slug)


@login_required
@require_http_methods(["GET", "POST"])
def artists(request: HttpRequest) -> HttpResponse:
    """The artists that one follows with their newest tracks; a POST says whether one is mailed about them."""
    person = person_behind(request)
    if request.method == "POST":
        following.set_mails(person, wanted="mails" in request.POST)
        messages.success(request, _("Saved."))
        return redirect("me_following")
    page = Paginator(queries.followed(person), ARTISTS_A_PAGE).get_page(request.GET.get("page"))
    cards = queries.newest_cards(page.object_list)
    context = {
        "page": page,
        "rows": [(artist, cards.get(artist.pk, [])) for artist in page.object_list],
        "mails": account(request).mail_about_followed,
    }
    return render(request, "submissions/portal/following.html", context)


@csrf_exempt  # the link is the right to it, and mail programs press it from elsewhere (RFC 8058)
@never_cache
@require_http_methods(["GET", "POST"])
def stop_mails(request: HttpRequest, token: str) -> HttpResponse:
    """End the mails without signing in. Opening the link alone changes nothing: programs that check mails open links too."""
    person = found(queries.behind_stop_link(token))
    if request.method == "POST":
        following.set_mails(person, wanted=False)
        person.refresh_from_db()
    stopped = not found(person.user).mail_about_followed
    answer = render(request, "submissions/consent/stop_follow_mails.html", {"stopped": stopped})
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer
