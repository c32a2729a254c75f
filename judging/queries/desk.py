"""What a judge sees: own assignments and sheets, nothing of anybody else's, no names where the round is blind."""

import datetime
import itertools
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from judging.models import Assignment, Conflict, Criterion, Entry, Round, ScoreSheet
from judging.queries import panel
from judging.queries.rounds import round_by_code
from spotlight.accounts.models import User
from submissions.models import Membership, Role, Track

PAUSE = datetime.timedelta(minutes=30)
FILED = Q(sheet__state=ScoreSheet.State.FILED)


def judge_memberships(user: User) -> QuerySet[Membership]:
    """The account's roles as judge that still hold, the newest season first."""
    return (
        Membership.objects.filter(person__user=user, role=Role.JUDGE, ended_at__isnull=True)
        .select_related("season", "person")
        .order_by("-season__opened_at", "-season_id")
    )


def duties(user: User) -> QuerySet[Assignment]:
    """All assignments that are the account's own, in seats still held, of rounds that have begun."""
    return (
        Assignment.objects.filter(
            seat__membership__person__user=user,
            seat__membership__role=Role.JUDGE,
            seat__membership__ended_at__isnull=True,
            seat__left_at__isnull=True,
            entry__state=Entry.State.IN,
        )
        .exclude(state=Assignment.State.TAKEN_BACK)
        .exclude(round__state=Round.State.PLANNED)
    )


def desk_rounds(user: User) -> QuerySet[Round]:
    """Rounds on whose panel the account sits, running ones first; each with `given` and `filed` of the judge's own."""
    mine = Q(assignments__in=duties(user), assignments__state=Assignment.State.OPEN)
    return (
        Round.objects.filter(assignments__in=duties(user))
        .select_related("season")
        .annotate(
            given=Count("assignments", filter=mine, distinct=True),
            filed=Count(
                "assignments",
                filter=mine & Q(assignments__sheet__state=ScoreSheet.State.FILED),
                distinct=True,
            ),
        )
        .order_by("-opened_at")
    )


def own_round(user: User, code: str) -> Round | None:
    """A round of the account's own by its code; None if the person does not judge in it."""
    round = round_by_code(code)
    return round if round and duties(user).filter(round=round).exists() else None


def own_list(user: User, round: Round) -> list[Assignment]:
    """The judge's list of a round in the judge's own order, with sheets and marks; nothing that the judge is tied to."""
    own = (
        duties(user)
        .filter(round=round)
        .select_related("round", "seat__membership", "sheet", "entry__submission__track", "entry__submission__artist")
        .prefetch_related("sheet__scores__criterion")
        .order_by("position")
    )  # fmt: skip
    return panel.without_tied(list(own))


def own_duty(user: User, code: str, alias: str) -> Assignment | None:
    """The judge's open assignment for an entry, by the round's code and the entry's alias; None if there is none, or a tie forbids it."""
    duty = _open_duty(user, code, alias)
    return None if duty is None or panel.is_conflicted(duty) else duty


def tied_duty(user: User, code: str, alias: str) -> Assignment | None:
    """The same where a tie came up since the entry was dealt, so that it must leave the list."""
    duty = _open_duty(user, code, alias)
    return duty if duty and panel.is_conflicted(duty) else None


def _open_duty(user: User, code: str, alias: str) -> Assignment | None:
    round = round_by_code(code)
    if round is None:
        return None
    found = duties(user).filter(round=round, entry__alias=alias, state=Assignment.State.OPEN)
    duty = found.select_related(
        "sheet", "seat__membership", "entry__submission__track__rendition", "entry__submission__track__artwork", "entry__submission__artist"
    ).first()  # fmt: skip
    if duty:
        duty.round = round
    return duty


@dataclass(frozen=True)
class Progress:
    """Where a judge stands in a round. `minutes` is what is left at the judge's own pace, None while unknown."""

    given: int
    filed: int
    minutes: int | None
    median_seconds: int | None

    @property
    def left(self) -> int:
        """Entries still to be filed."""
        return self.given - self.filed

    @property
    def words(self) -> str:
        """The time left in words."""
        hours, minutes = divmod(self.minutes or 0, 60)
        if hours:
            return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}
        return _("%(minutes)d min") % {"minutes": minutes}


def progress(user: User, round: Round) -> Progress:
    """The judge's progress and pace."""
    own = duties(user).filter(round=round, state=Assignment.State.OPEN)
    given, times = own.count(), list(own.filter(FILED).values_list("sheet__filed_at", flat=True))
    pace = pace_of([time for time in times if time])
    minutes = None if pace is None else round_up(pace * (given - len(times)) / 60)
    return Progress(given=given, filed=len(times), minutes=minutes, median_seconds=pace)


def pace_of(filed_at: Sequence[datetime.datetime]) -> int | None:
    """Median seconds from one filed sheet to the next, pauses of over half an hour left out; None below three sheets."""
    times = sorted(filed_at)
    steps = [b - a for a, b in itertools.pairwise(times) if b - a < PAUSE]
    return round_up(statistics.median(step.total_seconds() for step in steps)) if len(steps) >= 2 else None


def round_up(number: float | Decimal) -> int:
    """The next whole number, at least 1 for anything above 0."""
    return int(-(-number // 1))


def neighbors(user: User, duty: Assignment) -> tuple[Assignment | None, Assignment | None]:
    """The entries before and after an assignment on the judge's own list."""
    own = (
        duties(user)
        .filter(round=duty.round_id, state=Assignment.State.OPEN)
        .select_related("entry__submission__track")
    )
    before = own.filter(position__lt=duty.position).order_by("-position").first()
    after = own.filter(position__gt=duty.position).order_by("position").first()
    return before, after


def next_to_file(user: User, round: Round, *, after: int = 0) -> Assignment | None:
    """The next entry without a filed sheet: after a place on the list, else from its start."""
    waiting = (
        duties(user)
        .filter(round=round, state=Assignment.State.OPEN)
        .exclude(FILED)
        .select_related("entry__submission__track")
    )
    if round.state == Round.State.LOCKED:
        waiting = waiting.filter(is_repair=True)
    if not round.is_running:
        return None
    return (
        waiting.filter(position__gt=after).order_by("position").first()
        or waiting.order_by("position").first()
    )


@dataclass(frozen=True)
class Mark:
    """One criterion at the desk: its field, words and the mark given; `whole` and `half` are how the scale shows it."""

    criterion: Criterion
    name: str
    value: str
    whole: int | None
    half: bool
    anchors: list[tuple[str, str]]

    @property
    def percent(self) -> str:
        """Its weight in percent."""
        return f"{(self.criterion.weight * 100).normalize():f}"

    @property
    def field(self) -> str:
        """The form field's name."""
        return f"mark_{self.criterion.key}"


def marks(round: Round, sheet: ScoreSheet | None, *, language: str) -> list[Mark]:
    """The rubric with the marks of a sheet."""
    given = {score.criterion.key: str(score.value) for score in sheet.scores.all()} if sheet else {}
    return marks_of_draft(round, given, language=language)


def marks_of_draft(round: Round, given: Mapping[str, str], *, language: str) -> list[Mark]:
    """The rubric with marks as decimal text by criterion key."""
    rows = []
    for criterion in round.criteria.all():
        value = Decimal(given[criterion.key]) if criterion.key in given else None
        whole = None if value is None else int(value)
        rows.append(
            Mark(
                criterion=criterion,
                name=name_of(criterion, language),
                value="" if value is None else f"{value.normalize():f}",
                whole=whole,
                half=value is not None and value != whole,
                anchors=list(criterion.anchors_in(language).items()),
            )
        )
    return rows


def name_of(criterion: Criterion, language: str) -> str:
    """A criterion in a language where somebody wrote it so, else in the season's own."""
    return str(criterion.names.get(language) or criterion.name)


def label_of(entry: Entry) -> str:
    """The alias as it is shown and read aloud: `K7Q-204`."""
    alias = entry.alias.upper()
    return f"{alias[:3]}-{alias[3:]}"


def language_name(code: str) -> str:
    """A language in the reader's language; nothing if it is not known."""
    try:
        return str(get_language_info(code)["name_translated"]) if code else ""
    except KeyError:
        return ""


def peaks_of(track: Track) -> list[float]:
    """The waveform, 0 to 1."""
    return [byte / 255 for byte in bytes(track.peaks or b"")]


def conflicts_of(membership: Membership) -> QuerySet[Conflict]:
    """What the judge declared in this season."""
    return (
        membership.person.conflicts.filter(season=membership.season_id)
        .select_related("artist", "organisation")
        .order_by(F("artist__name").asc(nulls_last=True), "organisation__name")
    )
