"""What the arithmetic warned of, in the reader's language. Standings keep it in English, as `judging.scoring` says it."""

import re
from collections.abc import Callable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from judging.models import Round, Seat


def in_words(round: Round, warnings: Sequence[str]) -> list[str]:
    """The warnings of a round's standings, judges by name; one that SAID does not have, as it is."""
    return [_one(round, warning) for warning in warnings]


def _one(round: Round, warning: str) -> str:
    for pattern, words in SAID.items():
        if found := re.fullmatch(pattern, warning):
            return words(round, *found.groups())
    return warning


def _unheard(round: Round, count: str) -> str:
    """Each entry without a sheet stands on a line without marks."""
    words = ngettext("Nobody heard %(n)d entry.", "Nobody heard %(n)d entries.", int(count))
    return words % {"n": int(count)}


def _apart(round: Round, groups: str) -> str:
    return apart(int(groups))


def apart(groups: int) -> str:
    """What it means that judges fall into groups that no shared entry joins."""
    words = _("The judges fall into %(n)d groups that share no entry: entries of different groups are compared by luck of the deal alone.")  # fmt: skip
    return words % {"n": groups}


def _constant(round: Round, seats: str) -> str:
    held = Seat.objects.filter(round=round, code__in=seats.split(", ")).select_related("membership__person")
    names = ", ".join(sorted(str(seat) for seat in held))
    return _("The same mark for every entry: %(names)s. Such marks tell nothing apart.") % {"names": names}


def _few(round: Round, judges: str, least: str) -> str:
    words = ngettext(
        "%(n)d judge heard fewer than %(least)d entries, so percentiles of that judge mean little.",
        "%(n)d judges heard fewer than %(least)d entries, so their percentiles mean little.",
        int(judges),
    )
    return words % {"n": int(judges), "least": int(least)}


def _unknown_strength(round: Round) -> str:
    return _("Too few sheets to estimate how much judges differ: both strengths of the fit are 1.")


SAID: dict[str, Callable[..., str]] = {
    r"(\d+) incomplete sheets left out": _unheard,
    r"the judges form (\d+) groups that share no entry: .*": _apart,
    r"judges who gave the same mark to every entry: (.*)": _constant,
    r"(\d+) judges heard fewer than (\d+) entries: .*": _few,
    r"too few sheets to estimate the lambdas: both are 1": _unknown_strength,
}
