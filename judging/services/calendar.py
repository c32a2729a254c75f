"""The windows of rounds, as amendments see them. Importing this module registers them."""

from django.utils.translation import gettext as _

from judging.queries.rules import rounds_of
from spotlight.web.languages import pick
from submissions.models import Season
from submissions.services.amendments import WINDOWS, Window


def round_windows(season: Season) -> list[Window]:
    """When each round opens, takes its last sheets, and closes: `round:<number>:<field>`."""
    names = {"opens_at": _("opens"), "locks_at": _("last sheets"), "closes_at": _("closes")}
    return [
        Window(
            f"round:{round_.number}:{field}",
            f"{pick(round_.name, round_.names)}: {words}",
            getattr(round_, field),
            round_,
            field,
        )
        for round_ in rounds_of(season)
        for field, words in names.items()
    ]


WINDOWS.append(round_windows)
