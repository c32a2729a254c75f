"""Mails to the people behind an artist, in the language of each."""

import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext_lazy

from spotlight.ledger import mail
from submissions.models import Season, Submission


def write_to_artist(template: str, submission: Submission, **context: Any) -> None:
    """Write one mail to each person behind the entry's artist who has an account."""
    context |= {
        "submission": submission,
        "season": submission.season,
        "track": submission.track,
        "artist": submission.artist,
        "url": settings.SITE_URL + reverse("submit_entry", args=[submission.code]),
        "action": gettext_lazy("Look at the entry"),
        "why": gettext_lazy("You get this because you have an entry."),
    }
    members = submission.artist.members.select_related("person__user").order_by("pk")
    for member in members:
        person = member.person
        if person.user is None:
            continue
        mail.write(
            template,
            to=person.user.email,
            person=person,
            language=person.user.language or submission.artist.language,
            season=submission.season.slug,
            context=context,
        )


def in_zone(moment: datetime.datetime, season: Season) -> str:
    """A moment in words, in the season's zone, with the zone's abbreviation."""
    local = moment.astimezone(ZoneInfo(season.zone))
    return f"{formats.date_format(local, 'DATETIME_FORMAT')} {local.tzname()}"
