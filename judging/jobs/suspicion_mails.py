"""Mails about readings set aside: to the artist's people, and to the organizers when somebody appeals."""

from functools import partial

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy

from judging.models import Suspicion
from judging.queries import suspicion_words as words
from spotlight.accounts.models import Person
from spotlight.ledger import mail
from submissions.models import ArtistMember, Membership, Role


def tell_artist(case: Suspicion, template: str) -> int:
    """Write to everybody who may act for the track's artist. Returns how many mails."""
    members = ArtistMember.objects.filter(
        artist__submissions__track=case.track_id, artist__submissions__season=case.season_id
    )
    people = Person.objects.filter(pk__in=members.values("person"), user__isnull=False)
    return _write(template, case, people.select_related("user"), reverse("set_aside", args=[case.code]))


def tell_organizers(case: Suspicion, template: str) -> int:
    """Write to the season's organizers. Returns how many mails."""
    page = reverse("suspicion", args=[case.season.slug, case.code])
    return _write(template, case, organizers(case).select_related("user"), page)


def organizers(case: Suspicion) -> QuerySet[Person]:
    """Who may decide: the people who organize the season now."""
    holders = Membership.objects.filter(season=case.season_id, role=Role.ORGANIZER, ended_at__isnull=True)
    return Person.objects.filter(pk__in=holders.values("person"), user__isnull=False)


def _write(template: str, case: Suspicion, people: QuerySet[Person], page: str) -> int:
    context = {
        "case": case, "track": case.track, "season": case.season, "round": case.round, "source": case.source,
        # called by the template, in the reader's language
        "what": partial(words.measures_of, case), "days": partial(words.days_of, case), "why_so": partial(words.why_for_artist, case),
        "url": settings.SITE_URL + page, "action": gettext_lazy("Look at it"),
    }  # fmt: skip
    for person in people:
        to = person.user.email if person.user else ""
        mail.write(template, to=to, person=person, season=case.season.slug, context=context)
    return len(people)
