"""What the proof page says: heads that were published, and the head at the last midnight."""

import datetime
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from judging.models import Cut, Proof, Round
from spotlight.ledger import clock
from spotlight.ledger.models import Seal
from submissions.models import Season


def published_proofs(season: Season) -> QuerySet[Proof]:
    """The proofs of announced rounds, the latest first."""
    return Proof.objects.filter(round__season=season).select_related("round", "file").order_by("-sequence")


def cut_heads(season: Season) -> list[tuple[Round, Seal]]:
    """The head at each cut whose round is announced, the latest first: what the witnesses were mailed then."""
    made = Cut.objects.filter(
        round__season=season, round__state=Round.State.ANNOUNCED, state=Cut.State.MADE
    ).select_related("round__season")
    rounds = {f"cut:{cut.code}": cut.round for cut in made}
    seals = Seal.objects.filter(season=season.slug, event__verb="cut.made", event__subject__in=rounds)
    found = seals.select_related("event").order_by("-sequence")
    return [(rounds[seal.event.subject], seal) for seal in found]


def head_of_day(season: Season) -> Seal | None:
    """The head at the last midnight in the season's zone. The present one would show when something happens."""
    today = clock.now().astimezone(ZoneInfo(season.zone)).date()
    midnight = datetime.datetime.combine(today, datetime.time(), ZoneInfo(season.zone))
    return Seal.objects.filter(season=season.slug, event__at__lt=midnight).order_by("-sequence").first()


def revealed_seed(season: Season) -> str:
    """The seed, once the last round is announced; empty before."""
    last = Round.objects.filter(season=season).order_by("-number").first()
    return season.seed if last is not None and last.state == Round.State.ANNOUNCED else ""
