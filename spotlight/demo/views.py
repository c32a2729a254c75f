"""The demo's bar: sign in as one of its people, move the season on, see how far that is."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from judging.models import Round
from spotlight.accounts.models import Person
from spotlight.demo import advance, context, people
from submissions.models import Submission

BACKEND = "django.contrib.auth.backends.ModelBackend"
View = Callable[..., HttpResponse]


def demo_only(view: View) -> View:
    """404 where no demo was made."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not people.accounts_file().exists():
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@require_POST
@demo_only
def sign_in_as(request: HttpRequest, role: str) -> HttpResponse:
    """Become one of the demo's people and arrive at something to do."""
    if role not in TASKS:
        raise Http404
    try:
        person = people.demo_person(role)
    except Person.DoesNotExist:
        raise Http404 from None
    assert person.user is not None
    login(request, person.user, backend=BACKEND)
    return redirect(TASKS[role]())


@require_POST
@demo_only
def move_on(request: HttpRequest) -> HttpResponse:
    """Ask for the season's next window; the bar then shows how far it is."""
    advance.ask()
    if request.headers.get("HX-Request") and not request.headers.get("HX-Boosted"):
        return state(request)
    return redirect(_back(request))


@require_GET
@never_cache
@demo_only
def show_state(request: HttpRequest) -> HttpResponse:
    """The bar's middle, asked for every other second while something runs."""
    return state(request)


@require_POST
@demo_only
def hide(request: HttpRequest) -> HttpResponse:
    """Put the bar away until the browser is closed."""
    answer = redirect(_back(request))
    answer.set_cookie(context.HIDDEN, "hidden", httponly=True, samesite="Lax")
    return answer


def state(request: HttpRequest) -> HttpResponse:
    """The bar's middle as a fragment."""
    return render(request, "demo/_state.html", {"demo": context.state()})


def _back(request: HttpRequest) -> str:
    came = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    return came if url_has_allowed_host_and_scheme(came, {request.get_host()}) else "/"


def _clearance() -> str:
    """The oldest entry that waits."""
    waiting = Submission.objects.filter(state=Submission.State.SUBMITTED, claim__isnull=True).order_by(
        "submitted_at"
    )
    found = waiting.first()
    return reverse("clearance_entry", args=[found.code]) if found else reverse("clearance")


def _chair() -> str:
    """The room of the round that is on."""
    season = advance.running_season()
    window = advance.next_window(season) if season else None
    if window is None or window.round.state == Round.State.ANNOUNCED:
        return reverse("chair")
    return reverse("chair_room", args=[window.round.code])


def _home() -> str:
    """What needs the organizer of the running season."""
    season = advance.running_season()
    return f"{reverse('home')}?season={season.slug}" if season else reverse("home")


def _partner() -> str:
    """The room of the running season."""
    season = advance.running_season()
    return reverse("partner_room", args=[season.slug]) if season else reverse("partners")


TASKS: dict[str, Callable[[], str]] = {
    "artist": lambda: reverse("me"),
    "fan": lambda: reverse("playlist"),
    "clearance": _clearance,
    "judge": lambda: reverse("desk"),
    "chair": _chair,
    "organizer": _home,
    "partner": _partner,
}
