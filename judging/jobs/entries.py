"""Entries: the places of submissions in a round."""

import datetime
from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from judging.models import Entry, Round
from judging.models.round import new_alias
from spotlight.accounts.codes import short_code
from spotlight.ledger import clock
from submissions.models import Submission


def create_entries(
    round: Round, submissions: Iterable[Submission], *, codes: Sequence[str] | None = None
) -> list[Entry]:
    """Give each submission its place in a round, once; those that have one keep it. `codes` where they shall not be random.

    Indexes are dense and by code, so a round gets all its entries in one call; only a call for submissions that
    join late (a reserve, say) adds after the last index. Call it in the transaction of the cause.
    """
    present = set(Entry.objects.filter(round=round).values_list("submission_id", flat=True))
    ordered = (
        submissions if codes else sorted(submissions, key=lambda s: s.pk)
    )  # not as a plan happens to find them
    wanted = {s.pk: s for s in ordered if s.pk not in present}
    codes = codes or sorted(short_code() for _ in wanted)
    aliases = _aliases(
        len(wanted), taken=set(Entry.objects.filter(round=round).values_list("alias", flat=True))
    )
    first_day = _opening_day(round)
    return Entry.objects.bulk_create(
        [
            Entry(
                round=round,
                submission=submission,
                code=code,
                alias=alias,
                index=len(present) + place,
                group=_group(round, submission),
                counts_from=_release_day(round, submission) if round.number == 1 else first_day,
            )
            for place, (submission, code, alias) in enumerate(
                zip(wanted.values(), codes, aliases, strict=True)
            )
        ],
        batch_size=2000,
    )


def _aliases(count: int, *, taken: set[str]) -> Sequence[str]:
    fresh: dict[str, None] = {}  # a set would give them out in another order in each process
    while len(fresh) < count:
        alias = new_alias()
        if alias not in taken:
            fresh[alias] = None
    return list(fresh)


def _group(round: Round, submission: Submission) -> str:
    if round.cut_scope == Round.Scope.MARKET:
        return submission.market.code if submission.market else ""
    if round.cut_scope == Round.Scope.DIVISION:
        return submission.division.code if submission.division else ""
    return ""


def _opening_day(round: Round) -> datetime.date:
    return round.opens_at.astimezone(ZoneInfo(round.season.zone)).date()


def _release_day(round: Round, submission: Submission) -> datetime.date:
    released = submission.track.released_at or submission.decided_at or clock.now()
    return released.astimezone(ZoneInfo(round.season.zone)).date()
