"""Suspicions in words: for the organizer with all figures, for the artist without anything that is not theirs to know."""

import datetime
from collections.abc import Iterable

from django.utils import formats
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from judging.models import Suspicion
from judging.queries.measures import measure_name
from spotlight.web.languages import pick

Kind = Suspicion.Detector


def measures_of(case: Suspicion) -> str:
    """Its measures in words."""
    return _listed(measure_name(name) for name in case.measures)


def markets_of(case: Suspicion) -> str:
    """Its markets by name; readings without a market are named so."""
    names = {market.code: pick(market.name, market.names) for market in case.season.markets.all()}
    return _listed(names.get(code, code) or _("no market named") for code in case.markets)


def days_of(case: Suspicion) -> str:
    """Its days: each if they are few, else how many between which."""
    days = [datetime.date.fromisoformat(day) for day in case.days]
    if len(days) <= 3:
        return _listed(formats.date_format(day, "DATE_FORMAT") for day in days)
    words = ngettext(
        "%(n)d day from %(first)s to %(last)s", "%(n)d days from %(first)s to %(last)s", len(days)
    )
    first, last = (formats.date_format(day, "DATE_FORMAT") for day in (days[0], days[-1]))
    return words % {"n": len(days), "first": first, "last": last}


def facts_of(case: Suspicion) -> list[str]:
    """What the detector saw, a sentence each; for organizers."""
    wanted = {
        Kind.METRIC: [_("On a day it has %(daily)s of these; tracks that stand where it stands with everything else have %(usual)s."), _("That is %(times)s times as much.")],
        Kind.REGION: [_("On a day it has %(daily)s of these there; tracks that stand where it stands elsewhere have %(usual)s."), _("That is %(times)s times as much.")],
        Kind.BURST: [_("The highest day has %(peak)s, a median day %(median)s: %(times)s times as much."), _("The days before and after it have less than a third of it.")],
        Kind.PER_FAN: [_("Each listener of a day accounts for %(each)s; %(usual)s are usual in this field."), _("In all it is %(total)s.")],
        Kind.SMOOTH: [_("A day has %(daily)s on average and strays from it by %(spread)s; pure chance alone would stray by %(chance)s.")],
        Kind.PANEL: [_("Popularity stands %(popularity)s standard deviations from the middle of the field, the panel’s score %(panel)s.")],
    }.get(Kind(case.detector), []) if case.detector in Kind.values else []  # fmt: skip
    shown = {name: _number(value) for name, value in case.facts.items()}
    told = [_("The detector’s figure is %(figure)s; it speaks from %(threshold)s on.")]
    try:
        return [sentence % shown for sentence in [*wanted, *told]]
    except KeyError:  # facts of an older program
        return []


def doubt_of(case: Suspicion) -> str:
    """When the same picture is honest; for organizers."""
    return {
        Kind.METRIC.value: _("It is honest where something carries the track that other tracks lack, such as a dance that is shared more than played."),
        Kind.REGION.value: _("It is honest where an artist is loved away from home."),
        Kind.BURST.value: _("It is honest where somebody with a large audience played the track that day."),
        Kind.PER_FAN.value: _("It is honest where few fans are very devoted."),
        Kind.SMOOTH.value: _("It is honest where a source rounds or spreads its figures."),
        Kind.PANEL.value: _("It is honest where listeners and judges simply differ. All of it counts until you leave it out."),
    }.get(case.detector, "")  # fmt: skip


def why_for_artist(case: Suspicion) -> str:
    """Why readings were put aside, in plain words; nothing about the panel or other entries' numbers."""
    return {
        Kind.METRIC.value: _("They are far more than tracks usually have that do as well in everything else."),
        Kind.REGION.value: _("They are far more than tracks usually have there that do as well elsewhere."),
        Kind.BURST.value: _("They stand alone: the days before and after have far less."),
        Kind.PER_FAN.value: _("They are very many for very few listeners."),
        Kind.SMOOTH.value: _("They are nearly the same day after day, as people’s listening seldom is."),
    }.get(case.detector, _("They stand out against everything else that is known about the track."))  # fmt: skip


def _number(value: object) -> str:
    if not isinstance(value, int | float):
        return str(value)
    return formats.number_format(value, 0 if abs(value) >= 100 else 1, force_grouping=True)


def _listed(names: Iterable[str]) -> str:
    return get_text_list(list(names), _("and"))
