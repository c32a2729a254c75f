"""The calibration set of a round: what a judge still has to score before own entries, and how the panel spread."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Min, Q, QuerySet

from judging.models import CalibrationSheet, CalibrationTrack, Round, Standing
from judging.queries import panel
from judging.queries.rounds import round_by_code
from spotlight.accounts.models import User
from spotlight.ledger.models import StoredFile
from submissions.models import Artist, Membership, Role, Season, Track, TrackArtist

LEAST_SHEETS = 3
"""Sheets from which a spread is shown: with fewer, a judge could tell whose mark is whose."""
MOST_CANDIDATES = 60


def set_of(round: Round) -> QuerySet[CalibrationTrack]:
    """The tracks of a round's set, in order."""
    return (
        CalibrationTrack.objects.filter(round=round).select_related("track__rendition").order_by("position")
    )


def judge_of(user: User, season: Season) -> Membership | None:
    """The account's role as judge of a season, if it holds and confidentiality is accepted."""
    return (
        Membership.objects.filter(
            person__user=user, season=season, role=Role.JUDGE, ended_at__isnull=True, confidential_at__isnull=False
        )
        .select_related("person")
        .first()
    )  # fmt: skip


def own_set(membership: Membership, round: Round) -> list[tuple[CalibrationTrack, CalibrationSheet | None]]:
    """The tracks that this judge scores, with the judge's sheets. What the judge is tied to is left out."""
    rows = list(set_of(round))
    if not rows:
        return []
    tied = tied_tracks(membership, rows)
    sheets = {s.of_id: s for s in CalibrationSheet.objects.filter(of__round=round, membership=membership)}
    return [(row, sheets.get(row.pk)) for row in rows if row.track_id not in tied]


def tied_tracks(membership: Membership, rows: Sequence[CalibrationTrack]) -> set[int]:
    """Keys of the tracks whose artists this judge is tied to, by declaration or by rule."""
    if not rows:
        return set()
    person = membership.person_id
    artists, organisations = panel.ties_of(rows[0].round, {person})
    behind = Q(artist__in=artists[person]) | Q(artist__organisation__in=organisations[person])
    tracks = [row.track_id for row in rows]
    return set(TrackArtist.objects.filter(behind, track__in=tracks).values_list("track", flat=True))


def waiting(membership: Membership, round: Round) -> CalibrationTrack | None:
    """The first track that this judge has not scored yet; None once the set is done, or if there is none."""
    return next(
        (row for row, sheet in own_set(membership, round) if sheet is None or not sheet.filed_at), None
    )


def rounds_to_calibrate(user: User) -> list[Round]:
    """Rounds, planned or open, whose calibration set waits for this judge."""
    found = []
    rounds = Round.objects.filter(
        state__in=[Round.State.PLANNED, Round.State.OPEN], calibration__isnull=False,
        season__memberships__person__user=user, season__memberships__role=Role.JUDGE,
    ).select_related("season").distinct()  # fmt: skip
    for round in rounds.order_by("opens_at"):
        membership = judge_of(user, round.season)
        if membership and waiting(membership, round):
            found.append(round)
    return found


def own_track(user: User, code: str, alias: str) -> tuple[Round, Membership, CalibrationTrack] | None:
    """A track of the set by its alias, for a judge of the season who is not tied to it."""
    round = round_by_code(code)
    membership = judge_of(user, round.season) if round else None
    if round is None or membership is None:
        return None
    found = next((row for row, _ in own_set(membership, round) if row.alias == alias), None)
    return (round, membership, found) if found else None


@dataclass(frozen=True)
class TrackSpread:
    """The panel's weighted marks of one calibration track, ascending and without names; `own` is the reader's."""

    track: CalibrationTrack
    values: Sequence[float]
    own: float | None = None

    @property
    def is_shown(self) -> bool:
        """Whether enough judges scored it that nobody's mark can be told."""
        return len(self.values) >= LEAST_SHEETS

    @property
    def lowest(self) -> float:
        """The lowest mark."""
        return self.values[0]

    @property
    def highest(self) -> float:
        """The highest mark."""
        return self.values[-1]

    @property
    def median(self) -> float:
        """The middle mark."""
        half, odd = divmod(len(self.values), 2)
        return self.values[half] if odd else (self.values[half - 1] + self.values[half]) / 2


def spreads(round: Round, *, reader: Membership | None = None) -> list[TrackSpread]:
    """How the panel marked each track; with the reader's own mark for a judge. Drafts are left out."""
    weights = {c.key: c.weight for c in round.criteria.all()}
    marks: dict[int, list[tuple[int, float]]] = {}
    filed = CalibrationSheet.objects.filter(of__round=round, filed_at__isnull=False)
    for of, member, given in filed.values_list("of", "membership", "marks"):
        marks.setdefault(of, []).append((member, weighted(given, weights)))
    mine = reader.pk if reader else None
    return [
        TrackSpread(
            track=row,
            values=sorted(value for _, value in marks.get(row.pk, [])),
            own=next((value for member, value in marks.get(row.pk, []) if member == mine), None),
        )
        for row in set_of(round)
    ]


def weighted(marks: Mapping[str, str], weights: Mapping[str, Decimal]) -> float:
    """The weighted mean of marks by criterion key, 0 to 10."""
    known = {key: Decimal(value) for key, value in marks.items() if key in weights}
    total = sum((weights[key] for key in known), Decimal(0)) or Decimal(1)
    return float(sum((weights[key] * value for key, value in known.items()), Decimal(0)) / total)


def judges_done(round: Round) -> tuple[int, int]:
    """How many judges of the season have scored their whole set, and how many there are."""
    members = Membership.objects.filter(season=round.season_id, role=Role.JUDGE, ended_at__isnull=True)
    judges = list(members)
    return sum(waiting(judge, round) is None for judge in judges), len(judges)


def candidates(round: Round) -> QuerySet[Track]:
    """Tracks that may calibrate: playable, released in another season, by nobody who is in this one."""
    here = Artist.objects.filter(submissions__season=round.season_id).values("pk")
    return (
        Track.objects.filter(
            audio=Track.Audio.READY, rendition__state=StoredFile.State.READY, released_at__isnull=False, hidden_at__isnull=True,
        )
        .exclude(submissions__season=round.season_id)
        .exclude(billing__artist__in=here)
        .prefetch_related("billing__artist")
        .distinct()
    )  # fmt: skip


def candidates_shown(round: Round, words: str = "") -> list[Track]:
    """The first candidates by title, those whose title or artist holds `words`."""
    found = candidates(round)
    if words:
        found = found.filter(Q(title__icontains=words) | Q(billing__artist__name__icontains=words))
    return list(found.order_by("title", "code")[:MOST_CANDIDATES])


def candidate_ranks(round: Round) -> list[tuple[Track, int | None]]:
    """All candidates with their best released place in an earlier season, None where they had none."""
    tracks = list(candidates(round).order_by("code"))
    released = Standing.objects.filter(
        standings__releases__isnull=False, entry__round__state=Round.State.ANNOUNCED,
        entry__submission__track__in=tracks,
    )  # fmt: skip
    best = released.values("entry__submission__track").annotate(best=Min("rank"))
    ranks = dict(best.values_list("entry__submission__track", "best"))
    return [(track, ranks.get(track.pk)) for track in tracks]
