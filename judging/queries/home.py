"""What needs an organizer today: the season's next step, queues with ages, coverage, deadlines."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Min, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from judging.models import Assignment, Award, Cut, ImportBatch, Round, ScoreSheet
from judging.queries.rounds import RUNNING, entries_below_minimum
from judging.queries.rules import rounds_of
from judging.queries.suspicions import waiting_cases
from spotlight.ledger.models import Mail, WorkRow
from submissions.models import Appeal, Report, Season, Submission, Use
from submissions.queries import rules


@dataclass(frozen=True)
class Step:
    """The next step of a season: what to do, why, and the page for it (a name with arguments), or nothing to press."""

    title: str
    text: str = ""
    action: str = ""
    page: tuple[str, ...] = ()
    tone: str = ""


@dataclass(frozen=True)
class Queue:
    """Something that waits for a person: how much, since when, and where it is worked off."""

    name: str
    count: int
    oldest: datetime.datetime | None
    page: tuple[str, ...]
    query: str = ""
    urgent_after: datetime.timedelta = datetime.timedelta(days=2)

    def is_late(self, now: datetime.datetime) -> bool:
        """Whether the oldest has waited too long."""
        return self.oldest is not None and now - self.oldest > self.urgent_after


@dataclass(frozen=True)
class Coverage:
    """How far the panel of a running round is."""

    round: Round
    filed: int
    dealt: int
    entries: int
    below: int

    @property
    def share(self) -> float:
        """Filed sheets of those dealt, 0 to 1."""
        return self.filed / self.dealt if self.dealt else 0.0


def next_step(season: Season, now: datetime.datetime) -> Step:
    """The one thing that moves this season on."""
    if season.state == Season.State.FINISHED:
        return Step(
            _("This season is finished."),
            _("Its results and its rules stay public."),
            _("See the results"),
            ("results", season.slug),
            "ok",
        )
    if not season.opened_at:
        return _step_before_opening(season, now)
    return _step_of_entries(season, now) or _step_of_rounds(season, now)


def _step_before_opening(season: Season, now: datetime.datetime) -> Step:
    problems = rules.opening_problems(season, now)
    page = ("open_season", season.slug)
    if not problems:
        return Step(
            _("The season is ready to open."),
            _("Opening freezes the rules and publishes their hash."),
            _("Look once more and open"),
            page,
        )
    count = len(problems)
    title = ngettext(
        "%(count)d thing stands in the way of opening.",
        "%(count)d things stand in the way of opening.",
        count,
    )
    return Step(title % {"count": count}, problems[0].message, _("See what is missing"), page, "warn")


def _step_of_entries(season: Season, now: datetime.datetime) -> Step | None:
    if season.entries_open_at and now < season.entries_open_at:
        return Step(
            _("Entries are not open yet."),
            _("Use the time to invite judges and clearance."),
            _("Invite people"),
            ("people", season.slug),
        )
    if season.entries_close_at and now < season.entries_close_at:
        return Step(
            _("Entries are coming in."),
            _("Clearing them at once gives each track its full time with listeners."),
            _("Go to clearance"),
            ("clearance",),
        )
    waiting = Submission.objects.filter(season=season, state=Submission.State.SUBMITTED).count()
    if waiting and season.clearing_ends_at and now < season.clearing_ends_at:
        title = ngettext(
            "%(count)d entry waits for clearance.", "%(count)d entries wait for clearance.", waiting
        ) % {"count": waiting}
        return Step(
            title,
            _("Entries are closed; clearing has to end in time for round 1."),
            _("Go to clearance"),
            ("clearance",),
            "warn",
        )
    return None


def _step_of_rounds(season: Season, now: datetime.datetime) -> Step:
    for round_ in rounds_of(season):
        if round_.state != Round.State.ANNOUNCED:
            return _step_of_round(round_, now)
    page = ("cut_round", season.slug, str(max((r.number for r in rounds_of(season)), default=1)))
    waiting = Award.objects.filter(prize__season=season, state__in=["offered", "accepted"]).count()
    if waiting:
        title = ngettext(
            "%(count)d prize is not delivered yet.", "%(count)d prizes are not delivered yet.", waiting
        )
        return Step(title % {"count": waiting}, "", _("Follow the prizes"), page)
    return Step(_("All rounds are announced."), _("Prizes are next."), _("Follow the prizes"), page, "ok")


def _step_of_round(round_: Round, now: datetime.datetime) -> Step:
    name = {"round": round_.name}
    chair = ("chair_room", round_.code)
    if round_.state == Round.State.PLANNED:
        if not round_.seats.filter(left_at__isnull=True).exists() and round_.panel_weight:
            return Step(
                _("%(round)s has no panel yet.") % name,
                _("Give judges their seats before it opens."),
                _("Seat the panel"),
                chair,
                "warn",
            )
        if now < round_.opens_at:
            return Step(
                _("%(round)s is next.") % name,
                _("It opens by itself at its time."),
                _("See the panel"),
                chair,
            )
        return Step(_("%(round)s is due to open.") % name, "", _("Open it now"), chair, "warn")
    if round_.state == Round.State.OPEN:
        return Step(
            _("%(round)s is running.") % name, _("Judges file their sheets."), _("See coverage"), chair
        )
    if round_.state == Round.State.LOCKED:
        return Step(
            _("%(round)s takes no more sheets.") % name,
            _("Repair what is thin, then close it for good."),
            _("Repair and close"),
            chair,
            "warn",
        )
    return _step_of_cut(round_)


def _step_of_cut(round_: Round) -> Step:
    proposed = Cut.objects.filter(round=round_, state=Cut.State.PROPOSED).exists()
    made = Cut.objects.filter(round=round_, state=Cut.State.MADE).exists()
    page = ("cut_round", round_.season.slug, str(round_.number))
    name = {"round": round_.name}
    if made:
        return Step(
            _("The cut of %(round)s is made.") % name,
            _("Mails wait in the outbox until they are released together."),
            _("Announce it"),
            page,
            "warn",
        )
    if proposed:
        return Step(
            _("A cut of %(round)s waits for a second person.") % name, "", _("Look and approve"), page, "warn"
        )
    return Step(
        _("%(round)s is closed.") % name,
        _("See who is in, out and tied at the line before anybody decides."),
        _("Prepare the cut"),
        page,
    )


def queues(season: Season) -> list[Queue]:
    """Everything in the season that waits for a person."""
    slug, day = season.slug, datetime.timedelta(days=1)
    return [
        _queue(_("Entries to clear"), Submission.objects.filter(season=season, state="submitted"), "submitted_at", ("clearance",)),
        _queue(_("Appeals against refusals"), Appeal.objects.filter(decision__submission__season=season, state="waiting"), "sent_at", ("clearance",)),
        _queue(_("Reports"), Report.objects.filter(state="open", track__submissions__season=season), "at", ("clearance_reports",), "", day),
        _queue(_("Fans' videos to check"), Use.objects.filter(state="waiting", season=season), "at", ("clearance_uses",)),
        _queue(_("Readings set aside"), waiting_cases(season), "found_at", ("suspicions", slug)),
        _queue(_("Labels or artists that leave, to approve"), season.joint_removals.filter(state="proposed"), "proposed_at", ("leaving", slug), "", day),
        _queue(_("Readings files with rejected rows"), _imports_with_rejections(season), "at", ("admin:judging_importbatch_changelist",)),
        _queue(_("Mails held back"), Mail.objects.filter(season=slug, state="held"), "created_at", ("outbox", slug)),
        _queue(_("Mails that failed"), Mail.objects.filter(season=slug, state="failed"), "created_at", ("admin:ledger_mail_changelist",), "state__exact=failed", day),
        _queue(_("Changes of windows to approve"), season.amendments.filter(approved_at__isnull=True), "proposed_at", ("amend", slug)),
        _queue(_("Invitations not answered"), season.invitations.filter(accepted_at__isnull=True, withdrawn_at__isnull=True), "invited_at", ("people", slug), "", datetime.timedelta(days=7)),
    ]  # fmt: skip


def _queue(
    name: str,
    rows: QuerySet[Any],
    since: str,
    page: tuple[str, ...],
    query: str = "",
    urgent: datetime.timedelta = datetime.timedelta(days=2),
) -> Queue:
    found = rows.aggregate(count=Count("pk", distinct=True), oldest=Min(since))
    return Queue(name, found["count"], found["oldest"], page, query, urgent)


def _imports_with_rejections(season: Season) -> QuerySet[ImportBatch]:
    """The newest file of each source, where rows of it were left out."""
    newest = (
        ImportBatch.objects.filter(source__season=season)
        .order_by("source_id", "-pk")
        .distinct("source_id")
        .values("pk")
    )
    return ImportBatch.objects.filter(pk__in=newest).filter(
        Q(rejected__gt=0) | Q(state=ImportBatch.State.FAILED)
    )


def failed_work() -> int:
    """Background work that was given up; for the operator."""
    return WorkRow.objects.filter(state=WorkRow.State.FAILED).count()


def coverage(season: Season) -> Coverage | None:
    """Sheets of the running round, or None if none runs or it has no panel."""
    round_ = season.rounds.filter(state__in=RUNNING, panel_weight__gt=0).first()
    if round_ is None:
        return None
    dealt = Assignment.objects.filter(round=round_, state=Assignment.State.OPEN)
    filed = dealt.filter(sheet__state=ScoreSheet.State.FILED).count()
    return Coverage(
        round_,
        filed,
        dealt.count(),
        round_.entries.filter(state="in").count(),
        entries_below_minimum(round_).count(),
    )


def numbers(season: Season) -> list[tuple[str, int, str]]:
    """Entries by where they stand, as (name, count, small words)."""
    counts = dict(Submission.objects.filter(season=season).values_list("state").annotate(n=Count("pk")))
    sent = sum(n for state, n in counts.items() if state != "draft")
    return [
        (
            _("Entries"),
            sent,
            ngettext("and %(n)d draft", "and %(n)d drafts", counts.get("draft", 0))
            % {"n": counts.get("draft", 0)},
        ),
        (_("Cleared"), counts.get("cleared", 0), ""),
        (_("Refused"), counts.get("refused", 0), ""),
        (
            _("Artists"),
            Submission.objects.filter(season=season)
            .exclude(state="draft")
            .values("artist")
            .distinct()
            .count(),
            "",
        ),
    ]
