"""How judging's numbers read: stored as integer millionths, shown as people write them."""

from decimal import Decimal

from django import template
from django.utils import formats
from django.utils.text import get_text_list
from django.utils.translation import get_language, gettext

from judging.models import Round
from judging.queries.counterfactuals import needed_sources
from judging.queries.cuts import Place
from judging.queries.measures import measure_name
from judging.queries.reasons import in_words

register = template.Library()
DRAW = 6


@register.filter
def micro(value: int | None, places: int = 2) -> str:
    """Millionths as a number with a sign of its own and `places` decimals; a dash where there is none."""
    if value is None:
        return "–"
    rounded = Decimal(value).scaleb(-6).quantize(Decimal(1).scaleb(-places))  # half to even
    return formats.number_format(rounded, places).replace("-", "\N{MINUS SIGN}")


@register.filter
def percent(value: int | None) -> str:
    """A probability in millionths as whole percent, never 0 or 100 unless it is exactly that."""
    if value is None:
        return "–"
    whole = round(value / 10_000)
    if 0 < value < 1_000_000:
        whole = min(99, max(1, whole))
    return f"{whole} %"


@register.filter
def in_language(thing: object) -> str:
    """The name of a round, criterion, prize or market in the reader's language, else as the organizer wrote it."""
    names: dict[str, str] = getattr(thing, "names", {}) or {}
    return names.get((get_language() or "en")[:2]) or str(getattr(thing, "name", thing))


@register.simple_tag
def needs(place: Place, round: Round, names: dict[str, str]) -> str:
    """The sources without each of which an entry that advances would not, as a list in words; empty where it holds without any one."""
    found = needed_sources(round, place.standing, names) if place.is_in else []
    return get_text_list(found, gettext("or"))


register.filter("measure", measure_name)


@register.filter
def tie_step(level: int, round: Round) -> str:
    """What a step of the tie chain compares, in words (docs/scoring.md, "Ties")."""
    chain = round.tie_chain
    if round.is_by_points and level < DRAW:
        return _points_step(level, public=chain != Round.TieChain.PANEL_FIRST)
    second = {"popularity-first": gettext("popularity"), "countback": gettext("the best marks in turn")}
    words = {
        2: second.get(chain, gettext("the panel's score")),
        3: gettext("the probability of belonging in"),
        4: gettext("the number of markets above the middle"),
        5: gettext("the mean mark of the weightiest criterion"),
        DRAW: gettext("a draw by the seed that was committed to before the season opened"),
    }
    return words.get(level, "")


def _points_step(level: int, *, public: bool) -> str:
    words = {
        2: (gettext("the judges' points"), gettext("the markets' points")),
        3: (gettext("how many judges gave points"), gettext("how many markets gave points")),
        4: (gettext("the judges' 12s, then 10s, 8s …"), gettext("the markets' 12s, then 10s, 8s …")),
    }
    return words[level][public] if level in words else ""


@register.filter
def reason_in_words(reason: str) -> str:
    """Why a row of a readings file was left out, or a whole file refused."""
    return in_words(reason)
