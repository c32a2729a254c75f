"""The public faces of a ranking: the weekly chart while rounds run, the released standings afterwards."""

from dataclasses import dataclass

from django.db.models import QuerySet

from judging.models import Award, ChartRow, ChartWeek, Decision, Release, Round, Standing
from spotlight.web.cards import TrackCard
from submissions.models import Season, Submission
from submissions.queries.cards import card_of, moved


def chart_weeks(season: Season) -> QuerySet[ChartWeek]:
    """The archived weeks of a season's chart, the newest first; none where the board is hidden."""
    if season.board_mode == Season.BoardMode.HIDDEN:
        return ChartWeek.objects.none()
    return ChartWeek.objects.filter(season=season)


def chart_rows(season: Season, week: ChartWeek) -> QuerySet[ChartRow]:
    """A week's places, in the detail and number that the season shows; alphabetical where the order is hidden."""
    rows = (
        ChartRow.objects.filter(week=week, rank__lte=season.board_size)
        .filter(track__hidden_at__isnull=True, track__released_at__isnull=False)
        .select_related("track")
        .prefetch_related("track__billing__artist")
    )
    if season.board_mode == Season.BoardMode.TOP_UNORDERED:
        return rows.order_by("track__title", "track__code")
    return rows.order_by("rank", "track__code")


def chart_card(season: Season, row: ChartRow) -> TrackCard:
    """A row as a card, with no more than the season shows."""
    mode = season.board_mode
    if mode == Season.BoardMode.ORDER:
        return card_of(row.track, rank=row.rank)
    if mode in (Season.BoardMode.MOVEMENT, Season.BoardMode.FULL):
        return moved(card_of(row.track), rank=row.rank, previous=row.previous, is_new=row.weeks == 1)
    return card_of(row.track)


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
        ["entry__submission__track__title", "entry__code"]
        if season.board_mode == Season.BoardMode.TOP_UNORDERED
        else ["rank"]
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
    """Who won, in order, once the last round is announced."""
    last = Round.objects.filter(season=season).order_by("-number").first()
    if last is None or last.state != Round.State.ANNOUNCED:
        return []
    decided = (
        Decision.objects.filter(round=last, outcome=Decision.Outcome.IN)
        .select_related("entry__submission__track", "entry__submission__artist")
        .prefetch_related("entry__submission__track__billing__artist")
    )
    live = (
        Award.objects.filter(entry__round=last)
        .exclude(state__in=["declined", "lapsed"])
        .select_related("prize__sponsor")
    )
    awards = {award.entry_id: award for award in live}
    return [Winner(d.entry.submission, d.rank, awards.get(d.entry_id)) for d in decided.order_by("rank")]


def advanced(round: Round) -> list[Submission]:
    """Who advanced from an announced round, in order."""
    if round.state != Round.State.ANNOUNCED:
        return []
    decisions = Decision.objects.filter(round=round, outcome=Decision.Outcome.IN).order_by("rank")
    return [
        d.entry.submission
        for d in decisions.select_related("entry__submission__track", "entry__submission__artist").prefetch_related(
            "entry__submission__track__billing__artist"
        )
    ]  # fmt: skip
