"""What the demo's bar shows on every page. Nothing is asked of the database unless a page shows it."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from spotlight.demo import advance, people, words
from spotlight.demo.models import Step

HIDDEN = "demo_bar"


@dataclass(frozen=True)
class State:
    """Where the demo stands: being filled, being moved on, or waiting for a visitor."""

    is_busy: bool
    percent: int
    sentence: str
    page: tuple[str, str] | None = None
    can_move: bool = False
    hint: str = ""

    @property
    def roles(self) -> list[tuple[str, str]]:
        """Whom a visitor may be, with their names."""
        return [
            ("artist", _("Artist")), ("fan", _("Fan")), ("clearance", _("Clearance reviewer")), ("judge", _("Judge")),
            ("chair", _("Chair")), ("organizer", _("Organizer")), ("partner", _("Partner")),
        ]  # fmt: skip


def bar(request: HttpRequest) -> dict[str, Any]:
    """`demo`, the bar's state, where a demo was made here and the visitor has not put the bar away."""
    if not people.accounts_file().exists() or request.path.startswith("/embed/") or HIDDEN in request.COOKIES:
        return {}
    return {"demo": SimpleLazyObject(state)}


def state() -> State:
    """The state as it is now, in the reader's language."""
    return _filling() or _moving() or _waiting()


def _filling() -> State | None:
    steps = list(Step.objects.exclude(name__startswith=advance.PREFIX))
    open_ones = [step for step in steps if step.finished_at is None]
    if not open_ones:
        return None
    whole = sum(max(step.total, 1) for step in steps)
    done = sum(max(step.total, 1) if step.finished_at else step.done for step in steps)
    return State(is_busy=True, percent=100 * done // whole, sentence=words.filling(open_ones[0].name))


def _moving() -> State | None:
    found = advance.moving()
    if found is None:
        return None
    season = advance.running_season()
    window = advance.next_window(season) if season else None
    return State(
        is_busy=True, percent=round(found.progress * 100), sentence=words.coming(window) if window else ""
    )


def _waiting() -> State:
    season = advance.running_season()
    window = advance.next_window(season) if season else None
    last = advance.last_sentence()
    coming = words.coming(window) if window else ""
    can_move = window is not None and window.verb != "done"
    if last is None:
        return State(is_busy=False, percent=100, sentence=coming, can_move=can_move)
    return State(
        is_busy=False,
        percent=100,
        sentence=words.happened(last),
        page=words.where(last),
        can_move=can_move,
        hint=coming,
    )
