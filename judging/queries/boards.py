"""The public faces of a ranking: the weekly chart while rounds run, the released standings afterwards."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Subquery, When

from judging.models import (
    Award,
    ChartRow,
    ChartWeek,
    Decision,
    Entry,
    MoveUp,
    Release,
    Removal,
    Round,
    Standing,
)
from spotlight.ledger import clock
from spotlight.web.cards import TrackCard
from submissions.models import Market, Season, Submission, Track
from submissions.queries.cards import card_of, moved
from submissions.queries.publicity import FREEZES, MOVING, ORDERED, frozen_at
from submissions.queries.seasons import public_seasons

PLACES = 500
"""As many places as a week's chart keeps."""


def frozen_by_a_round(season: Season) -> datetime.datetime | None:
    """Since when a round holds the season's board, so many hours before its close, until it is announced; or None."""
    step, now = datetime.timedelta(hours=season.board_freeze_hours), clock.now()
    running = Round.objects.filter(season=season).exclude(
        state__in=[Round.State.PLANNED, Round.State.ANNOUNCED]
    )
    moments = [m for round in running for m in (round.closes_at - step, round.closed_at) if m is not None]
    return min((moment for moment in moments if moment <= now), default=None)


FREEZES.append(frozen_by_a_round)


@dataclass(frozen=True)
class Board:
    """What somebody may see of a season's chart: how much of it, how many places, and since when it is frozen."""

    season: Season
    mode: str
    size: int
    frozen_at: datetime.datetime | None = None

    @property
    def places(self) -> bool:
        """Whether the order is shown."""
        return self.mode in ORDERED

    @property
    def moves(self) -> bool:
        """Whether it is shown how places moved."""
        return self.mode in MOVING

    @property
    def points(self) -> bool:
        """Whether numbers are shown."""
        return self.mode == Season.BoardMode.FULL


def public_board(season: Season) -> Board:
    """What everybody sees."""
    return Board(season, season.board_mode, season.board_size, frozen_at(season))


def live_board(season: Season) -> Board:
    """What chair and organizer see: everything, as it is now."""
    return Board(season, Season.BoardMode.FULL, PLACES)


def chart_weeks(board: Board) -> QuerySet[ChartWeek]:
    """The archived weeks of a season's chart, the newest first.

    None where the board is hidden; while it is frozen, those that were there at the freeze.
    """
    if board.mode == Season.BoardMode.HIDDEN:
        return ChartWeek.objects.none()
    weeks = ChartWeek.objects.filter(season=board.season)
    return weeks.filter(computed_at__lte=board.frozen_at) if board.frozen_at else weeks


def chart_rows(board: Board, week: ChartWeek, *, market: str = "") -> QuerySet[ChartRow]:
    """A week's places, in the detail and number that the board shows; alphabetical where the order is hidden.

    With the code of a `market` only what was entered there; the places stay those of the whole chart. What a row was
    below the last place shown is not told: `seen_before` is empty then, and `seen_weeks` counts the weeks on the board.
    """
    on_board = ChartRow.objects.filter(
        track=OuterRef("track"),
        week__season=board.season,
        week__number__lte=week.number,
        rank__lte=board.size,
    )
    weeks = on_board.order_by().values("track").annotate(number=Count("pk")).values("number")
    rows = (
        ChartRow.objects.filter(week=week, rank__lte=board.size)
        .filter(track__hidden_at__isnull=True, track__released_at__isnull=False)
        .annotate(
            seen_before=Case(When(previous__lte=board.size, then=F("previous"))), seen_weeks=Subquery(weeks)
        )
        .select_related("track")
        .prefetch_related("track__billing__artist")
    )
    if market:
        entered = Submission.objects.filter(season=board.season, market__code=market)
        rows = rows.filter(track__in=entered.values("track"))
    return (
        rows.order_by("rank", "track__code") if board.places else rows.order_by("track__title", "track__code")
    )


def markets_of(season: Season, tracks: Iterable[Track]) -> dict[int, Market]:
    """The market in which each track was entered, by the track's key."""
    entered = Submission.objects.filter(season=season, track__in=list(tracks), market__isnull=False)
    return {entry.track_id: entry.market for entry in entered.select_related("market") if entry.market}


def chart_place(code: str) -> tuple[Board, ChartRow] | None:
    """A track's place in the latest chart of the newest season that it is on and that shows places."""
    for season in public_seasons().filter(submissions__track__code=code).distinct():
        board = public_board(season)
        week = chart_weeks(board).first() if board.places else None
        row = chart_rows(board, week).filter(track__code=code).first() if week else None
        if row is not None:
            return board, row
    return None


def chart_card(board: Board, row: ChartRow) -> TrackCard:
    """A row of `chart_rows` as a card, with no more than the board shows."""
    if board.moves:
        seen: Any = row
        return moved(
            card_of(row.track), rank=row.rank, previous=seen.seen_before, is_new=seen.seen_weeks == 1
        )
    return card_of(row.track, rank=row.rank if board.places else None)


def released_rounds(season: Season) -> QuerySet[Round]:
    """Rounds whose outcome is public, the latest first."""
    return Round.objects.filter(season=season, state=Round.State.ANNOUNCED).order_by("-number")


def released_standing_rows(round: Round, season: Season) -> QuerySet[Standing]:
    """The rows of a round's released standings that the season shows; alphabetical where the order is hidden."""
    release = Release.objects.filter(round=round, round__state=Round.State.ANNOUNCED).order_by("-pk").first()
    if release is None:
        return Standing.objects.none()
    shown = Standing.objects.filter(
        standings=release.standings, rank__lte=season.board_size
    ).prefetch_related("entry__submission__track__billing__artist")
    if season.board_mode == Season.BoardMode.HIDDEN:
        return shown.none()
    order = (
        ["entry__submission__track__title", "entry__code"] if season.board_mode not in ORDERED else ["rank"]
    )
    return shown.select_related(
        "entry__decision",
        "entry__submission__track",
        "entry__submission__artist",
        "entry__submission__market",
    ).order_by(*order)


@dataclass(frozen=True)
class Winner:
    """A winning entry with its prize, if one was offered."""

    submission: Submission
    rank: int
    award: Award | None


def winners(season: Season) -> list[Winner]:
    """Who has won, once the last round is announced: who was chosen, less who left or gave up, and who moved up.

    In order, or by prize and title where the order is hidden.
    """
    last = Round.objects.filter(season=season).order_by("-number").first()
    if last is None or last.state != Round.State.ANNOUNCED:
        return []
    awards: dict[int, list[Award]] = defaultdict(list)
    for award in Award.objects.filter(entry__round=last).select_related("prize__sponsor").order_by("pk"):
        awards[award.entry_id].append(award)
    found = []
    for decision in _advanced(last):
        own = awards[decision.entry_id]
        live = [award for award in own if award.state not in Award.GONE]
        if live or not own:
            found.append(Winner(decision.entry.submission, decision.rank, live[0] if live else None))
    return found if season.board_mode in ORDERED else sorted(found, key=_without_order)


def _without_order(winner: Winner) -> tuple[int, str, str]:
    tier = winner.award.prize.tier if winner.award else 10_000
    track = winner.submission.track
    return tier, track.title, track.code


def advanced(round: Round) -> list[Submission]:
    """Who advanced from an announced round and is still in the season, reserves who moved up among them.

    In order, or by title where the season hides the order.
    """
    if round.state != Round.State.ANNOUNCED:
        return []
    title = ("entry__submission__track__title", "entry__submission__track__code")
    order = ("rank",) if round.season.board_mode in ORDERED else title
    return [decision.entry.submission for decision in _advanced(round).order_by(*order)]


def _advanced(round: Round) -> QuerySet[Decision]:
    through = Q(outcome=Decision.Outcome.IN) | Q(entry__move_up__isnull=False)
    return (
        Decision.objects.filter(through, round=round, entry__submission__state=Submission.State.CLEARED)
        .select_related("entry__submission__track", "entry__submission__artist")
        .prefetch_related("entry__submission__track__billing__artist")
        .order_by("rank")
    )


@dataclass(frozen=True)
class Note:
    """What changed after a close, and when: an entry left, or a prize was not taken, and who moved up for it."""

    at: datetime.datetime
    removal: Removal | None
    entry: Entry
    moves: list[MoveUp]


def notes(season: Season) -> list[Note]:
    """The dated notes below a season's results, the newest first. Nothing of a round that is not announced yet."""
    moves = list(
        MoveUp.objects.filter(round__season=season, round__state=Round.State.ANNOUNCED).select_related(
            "round", "entry__submission__track", "entry__submission__artist", "place_of__submission__track",
            "place_of__submission__artist",
        )
    )  # fmt: skip
    found = [
        Note(removal.made_at, removal, entry, [m for m in moves if m.removal_id == removal.pk])
        for removal, entry in _public_removals(season)
        if removal.made_at
    ]
    found += [Note(m.at, None, m.place_of, [m]) for m in moves if m.removal_id is None]
    return sorted(found, key=lambda note: note.at, reverse=True)


def _public_removals(season: Season) -> list[tuple[Removal, Entry]]:
    """Removals of entries whose outcome is public, each with the last entry that was decided in public."""
    decided = Entry.objects.filter(
        round__season=season,
        round__state=Round.State.ANNOUNCED,
        submission__removals__state=Removal.State.MADE,
    ).select_related("submission__track", "submission__artist", "round")
    last = {entry.submission_id: entry for entry in decided.order_by("round__number")}
    made = Removal.objects.filter(state=Removal.State.MADE, submission__in=last).order_by("pk")
    return [(removal, last[removal.submission_id]) for removal in made if removal.approved_by_id]


@dataclass(frozen=True)
class Path:
    """How far an entry has come in its season: the rounds it got through, and the one it is in now, if any."""

    submission: Submission
    passed: list[Round]
    current: Round | None


def public_path(slug: str) -> Path | None:
    """The path of an artist's latest cleared entry. Only announced decisions are told, and none against the artist."""
    entry = (
        Submission.objects.filter(
            artist__slug=slug,
            artist__is_public=True,
            state=Submission.State.CLEARED,
            season__in=public_seasons(),
            track__released_at__isnull=False,
            track__hidden_at__isnull=True,
        )
        .select_related("season", "track")
        .order_by("-track__released_at")
        .first()
    )
    if entry is None:
        return None
    rounds = list(Round.objects.filter(season=entry.season).order_by("number"))
    through = set(
        Decision.objects.filter(
            entry__submission=entry, round__state=Round.State.ANNOUNCED, outcome=Decision.Outcome.IN
        ).values_list("round_id", flat=True)
    )
    passed = [round for round in rounds if round.pk in through]
    following = rounds[len(passed)] if len(passed) < len(rounds) else None
    still_in = following is not None and following.state != Round.State.ANNOUNCED
    return Path(entry, passed, following if still_in else None)
