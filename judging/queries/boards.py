"""The public faces of a ranking: the weekly chart while rounds run, the released standings afterwards."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, OuterRef, QuerySet, Subquery

from judging.models import Award, ChartRow, ChartWeek, Decision, Release, Round, Standing
from spotlight.web.cards import TrackCard
from submissions.models import Market, Season, Submission, Track
from submissions.queries.cards import card_of, moved
from submissions.queries.seasons import public_seasons


def chart_weeks(season: Season) -> QuerySet[ChartWeek]:
    """The archived weeks of a season's chart, the newest first; none where the board is hidden."""
    if season.board_mode == Season.BoardMode.HIDDEN:
        return ChartWeek.objects.none()
    return ChartWeek.objects.filter(season=season)


def chart_rows(season: Season, week: ChartWeek, *, market: str = "") -> QuerySet[ChartRow]:
    """A week's places, in the detail and number that the season shows; alphabetical where the order is hidden.

    With the code of a `market` only what was entered there; the places stay those of the whole chart.
    """
    rows = (
        ChartRow.objects.filter(week=week, rank__lte=season.board_size)
        .filter(track__hidden_at__isnull=True, track__released_at__isnull=False)
        .select_related("track")
        .prefetch_related("track__billing__artist")
    )
    if market:
        entered = Submission.objects.filter(season=season, market__code=market)
        rows = rows.filter(track__in=entered.values("track"))
    if season.board_mode == Season.BoardMode.TOP_UNORDERED:
        return rows.order_by("track__title", "track__code")
    return rows.order_by("rank", "track__code")


def markets_of(season: Season, tracks: Iterable[Track]) -> dict[int, Market]:
    """The market in which each track was entered, by the track's key."""
    entered = Submission.objects.filter(season=season, track__in=list(tracks), market__isnull=False)
    return {entry.track_id: entry.market for entry in entered.select_related("market") if entry.market}


def chart_place(code: str) -> ChartRow | None:
    """A track's place in the latest chart that it is on, if the season shows places."""
    latest = ChartWeek.objects.filter(season=OuterRef("week__season")).order_by("-number").values("pk")[:1]
    rows = ChartRow.objects.filter(
        track__code=code,
        track__hidden_at__isnull=True,
        track__released_at__isnull=False,
        week__season__in=public_seasons(),
        week__season__board_mode__in=[
            Season.BoardMode.ORDER,
            Season.BoardMode.MOVEMENT,
            Season.BoardMode.FULL,
        ],
        week__season__board_size__gte=F("rank"),
        week=Subquery(latest),
    )
    return rows.select_related("week__season", "track").order_by("-week__starts_on").first()


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
