"""The demo's three seasons, from presets, changed where an organizer would change them, and opened."""

import datetime
from decimal import Decimal

from judging.models import Metric, Prize, Round
from judging.services import presets
from judging.services.panel import accept_confidentiality
from judging.services.popularity import add_source
from spotlight.accounts.models import Person
from spotlight.demo import cast, music, people
from spotlight.demo.cast import Size
from submissions.models import Membership, Organisation, Season, SeasonPartner
from submissions.services import roles, seasons

OUTSIDE = ("kikoe", "Kikoe Streams")
"""A source of readings from outside, which the demo's rounds count a little."""
PARTNERS = (
    ("Lantern Row Records", Organisation.Kind.LABEL), ("Kitahama Publishing", Organisation.Kind.PUBLISHER),
    ("Saebyeok Management", Organisation.Kind.MANAGEMENT), ("Tidewater Audio", Organisation.Kind.SPONSOR),
)  # fmt: skip
NAMES = {"running": "Spotlight {year}", "earlier": "Spotlight {year}", "next": "Spotlight Korea {year}"}
PRESETS = {"running": "spotlight", "earlier": "spotlight", "next": "korea"}


def season(which: str, *, starts_at: datetime.datetime, size: Size) -> Season:
    """One of the demo's seasons, made, staffed and opened on first need. The clock stands before its opening."""
    year = starts_at.year + (which == "next")
    slug = f"{'korea' if which == 'next' else 'spotlight'}-{year}"
    organizer = people.person_for(cast.STAFF[0])
    found = Season.objects.filter(slug=slug).first() or presets.create_from_preset(
        preset=PRESETS[which],
        slug=slug,
        name=NAMES[which].format(year=year),
        starts_at=starts_at,
        by=organizer,
    )
    if found.opened_at is None:
        _change(found, which, size)
        _staff(found, size, by=organizer)
        seasons.open_season(found, by=organizer)
    return found


def _change(season: Season, which: str, size: Size) -> None:
    season.genres = list(music.GENRES)
    season.shortest_seconds, season.quota = 30, 2
    season.hashtag = {"running": "SpotlightLive", "earlier": "SpotlightLive", "next": "SpotlightKorea"}[which]
    season.save()
    if which == "next":
        return
    cuts = size.cuts if which == "running" else size.earlier_cuts
    for round_, (lowest, highest) in zip(season.rounds.order_by("number"), cuts, strict=True):
        round_.cut_lowest, round_.cut_highest, round_.minimum_sheets = lowest, highest, 2
        round_.judges_per_entry = min(round_.judges_per_entry, size.judges)
        round_.save()
    for order, (name, kind) in enumerate(PARTNERS):
        partner, _made = Organisation.objects.get_or_create(name=name, defaults={"kind": kind})
        SeasonPartner.objects.get_or_create(season=season, organisation=partner, defaults={"order": order})
    _prizes(season, size.places if which == "running" else size.earlier_places)
    count_outside(season)


def _prizes(season: Season, places: tuple[int, ...]) -> None:
    rows = list(Prize.objects.filter(season=season).order_by("tier"))
    for prize, number in zip(rows, places, strict=False):
        prize.places, prize.accept_days = number, 10
        prize.save()
    for prize in rows[len(places) :]:
        prize.delete()


def count_outside(season: Season) -> None:
    """A fifth of the popularity comes from a service outside."""
    slug, name = OUTSIDE
    add_source(season, slug=slug, name=name, by=people.person_for(cast.STAFF[0]))
    for round_ in season.rounds.all():
        weights = {"plays": "0.35", "likes": "0.2", "shares": "0.1", "uses": "0.15"}
        for metric in round_.metrics.filter(source="spotlight"):
            metric.weight = Decimal(weights[metric.measure])
            metric.save()
        Metric.objects.get_or_create(
            round=round_, source=slug, measure="streams", defaults={"weight": Decimal("0.2")}
        )


def _staff(season: Season, size: Size, *, by: Person) -> None:
    for role in cast.STAFF:
        roles.grant(season, person=people.person_for(role), role=role.role.rstrip("2"), by=by)
    if label := Organisation.objects.filter(seasons__season=season, name=PARTNERS[0][0]).first():
        scout = people.person_for(cast.PARTNER)
        roles.grant(season, person=scout, role="partner", by=by, organisation=label)
    for judge in cast.JUDGES[: size.judges]:
        person = people.person_for(judge)
        member = roles.grant(season, person=person, role="judge", by=by)
        accept_confidentiality(member, by=person)


def memberships(round_: Round) -> list[Membership]:
    """The judges of a round's season."""
    return list(
        round_.season.memberships.filter(role="judge", ended_at__isnull=True).select_related("person")
    )
