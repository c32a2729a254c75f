"""What the demo's bar says, in the reader's language."""

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from spotlight.demo.advance import Window
from spotlight.demo.models import Step


def filling(name: str) -> str:
    """What a step of the filling is about."""
    if name.startswith("week-"):
        return _("Artists enter, week %(number)s") % {"number": name.removeprefix("week-")}
    words = {
        "people": _("People and seasons are set up"),
        "first": _("The first artists enter their music"),
        "earlier": _("The season of the year before is played"),
        "clearing": _("Clearance decides on the rest"),
        "round-1": _("The first round is judged"),
        "films": _("Interviews are filmed"),
        "longlist": _("The longlist is announced"),
        "round-2": _("The second round begins"),
        "next": _("The next season takes entries"),
        "present": _("Everything is counted"),
    }
    return words.get(name, name)


def happened(step: Step) -> str:
    """What the last move did, as a sentence."""
    facts = step.facts
    names = facts.get("names", {})
    values = {**facts, "round": names.get(get_language() or "en") or names.get("en", "")}
    if facts.get("verb") == "cut" and facts.get("is_last"):
        return _("%(first)s proposed, %(second)s approved: the %(size)d winners are announced.") % values
    sentences = {
        "open": _("%(round)s opened: %(entries)d entries went to %(judges)d judges."),
        "lock": _("%(round)s is locked. The judges filed the %(sheets)d sheets that were missing."),
        "close": _("The chair closed %(round)s for good. Its standings decide the cut."),
        "cut": _("%(first)s proposed, %(second)s approved: %(size)d of %(entries)d advance. All artists were told at once."),
        "prizes": _("The %(count)d winners accepted their prizes."),
    }  # fmt: skip
    return sentences.get(facts.get("verb", ""), "") % values


def coming(window: Window) -> str:
    """What pressing the button does."""
    names = {"en": window.round.name, **window.round.names}
    values = {"round": names.get(get_language() or "en") or window.round.name}
    sentences = {
        "open": _("Next: %(round)s opens."),
        "lock": _("Next: the judges finish, and %(round)s is locked."),
        "close": _("Next: the chair closes %(round)s."),
        "cut": _("Next: two people make the cut of %(round)s, and it is announced."),
        "prizes": _("Next: the winners accept their prizes."),
        "done": _("The winners are announced and their prizes accepted. This season is over."),
    }
    return sentences[window.verb] % values


def where(step: Step) -> tuple[str, str]:
    """A page on which a move shows, and its name."""
    season = step.facts.get("season", "")
    if step.facts.get("is_last") or step.facts.get("verb") == "prizes":
        return reverse("results", args=[season]), _("See the winners")
    if step.facts.get("verb") == "cut":
        return reverse("leaderboard", args=[season]), _("See the leaderboard")
    return reverse("season", args=[season]), _("See the season")
