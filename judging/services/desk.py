"""What a judge does at the desk: marks drafts, files sheets, steps back. The round row is held before anything is read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from judging.jobs import rounds as life
from judging.jobs.conflicts import end_assignment
from judging.jobs.proof import commitment
from judging.models import Assignment, CalibrationSheet, Criterion, Round, Score, ScoreSheet, SheetVersion
from judging.queries import calibration, panel, rounds
from judging.queries.desk import round_up
from judging.services import heard as hearing
from judging.tasks.standings import ask_for_standings
from spotlight.accounts.models import Person
from spotlight.errors import InvalidInput, NotFound, SpotlightError
from spotlight.ledger import clock, events


class RoundClosed(SpotlightError):
    """The round takes no more of this."""

    code = "round_closed"


class AssignmentEnded(SpotlightError):
    """The entry is no longer on this judge's list."""

    code = "assignment_ended"


class SheetConflict(SpotlightError):
    """The sheet was changed elsewhere since it was read. `sheet` is what stands."""

    code = "sheet_conflict"

    def __init__(self, sheet: ScoreSheet | CalibrationSheet) -> None:
        super().__init__(
            _("This sheet was changed in another window. Nothing is lost: choose which one stays.")
        )
        self.sheet = sheet


class SheetIncomplete(SpotlightError):
    """A sheet counts only with every criterion marked."""

    code = "sheet_incomplete"
    status = 400


class CalibrationFirst(SpotlightError):
    """The calibration set comes before own entries."""

    code = "calibration_first"


class NotHeardEnough(SpotlightError):
    """The round asks that more of the track is heard before a sheet counts."""

    code = "not_heard_enough"


@dataclass(frozen=True)
class Draft:
    """What a judge wrote: marks by criterion key (0 to 10, half points), texts, and the parts heard in milliseconds."""

    marks: Mapping[str, Decimal] = field(default_factory=dict)
    note: str = ""
    comment: str = ""
    heard: Sequence[hearing.Part] = ()


def save_sheet(assignment: Assignment, draft: Draft, *, version: int, by: Person) -> ScoreSheet:
    """Keep a draft, or change a filed sheet while the round is open. `version` is the one it was read at, 0 for none.

    Raises RoundClosed, AssignmentEnded, SheetConflict; SheetIncomplete if a filed sheet would lose a mark.
    """
    with transaction.atomic():
        desk = _Desk(assignment, by=by)
        desk.check_takes_sheets()
        sheet = desk.write(draft, version=version)
        if sheet.state == ScoreSheet.State.FILED:
            desk.check_complete(sheet)
            desk.log_change(sheet)
            ask_for_standings(desk.round)
    return sheet


def file_sheet(assignment: Assignment, draft: Draft, *, version: int, by: Person) -> ScoreSheet:
    """File a sheet: from now on it counts, and may be adjusted until the round locks.

    Raises what `save_sheet` raises, SheetIncomplete and NotHeardEnough.
    """
    with transaction.atomic():
        desk = _Desk(assignment, by=by)
        desk.check_takes_sheets()
        sheet = desk.write(draft, version=version)
        desk.check_complete(sheet)
        desk.check_heard(sheet)
        if sheet.state != ScoreSheet.State.FILED:
            sheet.state, sheet.filed_at = ScoreSheet.State.FILED, clock.now()
            sheet.save(update_fields=["state", "filed_at"])
            desk.log("sheet.filed", sheet)
        else:
            desk.log_change(sheet)
        ask_for_standings(desk.round)
    return sheet


def revise_sheet(
    assignment: Assignment, draft: Draft, *, version: int, reason: str, by: Person
) -> ScoreSheet:
    """Change a filed sheet in the discussion of a locked round. The old version is kept with the reason.

    Raises RoundClosed, AssignmentEnded, SheetConflict, SheetIncomplete, InvalidInput without a reason.
    """
    if not reason.strip():
        raise InvalidInput(_("Say what changed your mind. The chair and the record keep it."), field="reason")
    with transaction.atomic():
        desk = _Desk(assignment, by=by)
        old = desk.sheet
        if desk.round.state != Round.State.LOCKED or old is None or old.state != ScoreSheet.State.FILED:
            raise RoundClosed(_("Filed sheets are changed with a reason only while the round is locked."))
        desk.check_does_not_lead()
        kept = SheetVersion(
            sheet=old, version=old.version, marks=marks_of(old), comment=old.comment, reason=reason.strip(), by=by, at=clock.now()
        )  # fmt: skip
        sheet = desk.write(draft, version=version)
        desk.check_complete(sheet)
        if sheet.version != kept.version:
            kept.save()
            desk.log("sheet.revised", sheet)
            ask_for_standings(desk.round)
    return sheet


def recuse(assignment: Assignment, *, reason: str, by: Person) -> Assignment | None:
    """A judge knows who it is: the entry goes to another judge at once. Returns the new assignment, None if nobody can."""
    return _step_back(assignment, state=Assignment.State.RECUSED, reason=reason, by=by)


def abstain(assignment: Assignment, *, reason: str, by: Person) -> Assignment | None:
    """A judge can't score this entry for another reason; it goes to another judge at once."""
    return _step_back(assignment, state=Assignment.State.ABSTAINED, reason=reason, by=by)


def _step_back(assignment: Assignment, *, state: str, reason: str, by: Person) -> Assignment | None:
    if not reason.strip():
        raise InvalidInput(_("Say in a few words why."), field="reason")
    with transaction.atomic():
        life.hold(assignment.round)
        desk = _Desk(assignment, by=by)
        if desk.round.state not in rounds.RUNNING:
            raise RoundClosed(_("The round is over."))
        new = end_assignment(desk.assignment, state=state, reason=reason.strip(), by=by)
        ask_for_standings(desk.round)
    return new


def marks_of(sheet: ScoreSheet | CalibrationSheet) -> dict[str, str]:
    """Criterion key to mark, as decimal text without needless zeros."""
    if isinstance(sheet, CalibrationSheet):
        return dict(sheet.marks)
    return {
        score.criterion.key: f"{score.value.normalize():f}"
        for score in sheet.scores.select_related("criterion")
    }


def refuse_unheard(round: Round, *, heard_ms: int, length: int) -> None:
    """Raise NotHeardEnough, with how much is missing, where the round asks for more of a track of `length` ms."""
    missing = hearing.missing_ms(heard_ms, share=round.heard_share, length=length)
    if not missing:
        return
    words = _("Listen to %(share)d %% of the track before you file: %(missing)d more seconds. Hearing a part twice counts once.")  # fmt: skip
    raise NotHeardEnough(
        words % {"share": round_up(round.heard_share * 100), "missing": round_up(missing / 1000)},
        field="heard",
    )


class _Desk:
    """An assignment, its sheet and its round, held until the end of the transaction."""

    def __init__(self, assignment: Assignment, *, by: Person) -> None:
        life.hold_shared(assignment.round)
        self.assignment = (
            Assignment.objects.select_for_update(of=("self",))
            .select_related("round__season", "entry__submission__track", "seat__membership")
            .get(pk=assignment.pk)
        )
        self.round, self.by = self.assignment.round, by
        self.sheet = ScoreSheet.objects.filter(assignment=self.assignment).first()
        self.version = self.sheet.version if self.sheet else 0
        self._check_mine()

    def _check_mine(self) -> None:
        seat = self.assignment.seat
        if seat.membership.person_id != self.by.pk:
            raise NotFound(_("This entry is not on your list."))
        if seat.left_at or seat.membership.ended_at or self.assignment.state != Assignment.State.OPEN:
            raise AssignmentEnded(_("This entry is no longer on your list."))
        if seat.membership.confidential_at is None:
            raise AssignmentEnded(_("Accept confidentiality first."))

    def check_takes_sheets(self) -> None:
        state, is_repair = self.round.state, self.assignment.is_repair
        if state == Round.State.OPEN and calibration.waiting(self.assignment.seat.membership, self.round):
            raise CalibrationFirst(_("Score the calibration set first. Your entries come after it."))
        if state == Round.State.OPEN:
            return
        if state == Round.State.LOCKED and is_repair:
            return self.check_does_not_lead()
        if state == Round.State.LOCKED:
            raise RoundClosed(_("The round is locked. A filed sheet can still be changed with a reason."))
        raise RoundClosed(_("The round is closed. This did not count."))

    def check_does_not_lead(self) -> None:
        """Chair and organizer see how a locked round stands, so nothing of theirs is marked after that."""
        if self.by.pk in panel.leaders(self.round.season_id):
            raise RoundClosed(
                _(
                    "You lead this season and can see how the locked round stands, so your marks stay as they are."
                )
            )

    def write(self, draft: Draft, *, version: int) -> ScoreSheet:
        if self.sheet is None:
            return self._begin(draft)
        if self._says(draft):
            return self._heard(draft)
        if self.sheet.version != version:
            raise SheetConflict(self.sheet)
        self.sheet.version += 1
        return self._put(draft)

    def _begin(self, draft: Draft) -> ScoreSheet:
        self.sheet = ScoreSheet.objects.create(
            round=self.round, assignment=self.assignment, updated_at=clock.now()
        )
        events.log("sheet.begun", self.assignment.entry, by=self.by, **self._where(self.sheet))
        return self._put(draft)

    def _put(self, draft: Draft) -> ScoreSheet:
        sheet = self.sheet
        assert sheet is not None
        sheet.note, sheet.comment = draft.note, draft.comment
        self._hear(draft)
        sheet.updated_at = clock.now()
        sheet.save(update_fields=["version", "note", "comment", "heard", "heard_ms", "updated_at"])
        criteria = {c.key: c for c in self.round.criteria.all()}
        sheet.scores.exclude(criterion__key__in=draft.marks).delete()
        Score.objects.bulk_create(
            [Score(sheet=sheet, criterion=_criterion(criteria, key), value=value) for key, value in draft.marks.items()],
            update_conflicts=True, unique_fields=["sheet", "criterion"], update_fields=["value"],
        )  # fmt: skip
        return sheet

    def _says(self, draft: Draft) -> bool:
        """Whether the sheet already says all of this: a repeated request, or nothing changed."""
        assert self.sheet is not None
        marks = {key: f"{value.normalize():f}" for key, value in draft.marks.items()}
        return (self.sheet.note, self.sheet.comment, marks_of(self.sheet)) == (
            draft.note,
            draft.comment,
            marks,
        )

    def _heard(self, draft: Draft) -> ScoreSheet:
        """More was heard and nothing else changed: the version stays, so that no other window is refused for it."""
        assert self.sheet is not None
        before = self.sheet.heard_ms
        self._hear(draft)
        if self.sheet.heard_ms > before:
            self.sheet.save(update_fields=["heard", "heard_ms"])
        return self.sheet

    def _hear(self, draft: Draft) -> None:
        assert self.sheet is not None
        self.sheet.heard = hearing.merge(self.sheet.heard, draft.heard, length=self.length)
        self.sheet.heard_ms = max(self.sheet.heard_ms, hearing.total(self.sheet.heard))

    @property
    def length(self) -> int:
        return self.assignment.entry.submission.track.duration_ms or 0

    def check_complete(self, sheet: ScoreSheet) -> None:
        marked = set(sheet.scores.values_list("criterion__key", flat=True))
        for criterion in self.round.criteria.all():
            if criterion.key not in marked:
                raise SheetIncomplete(
                    _("“%(criterion)s” has no mark yet. A sheet counts with every criterion marked.") % {"criterion": criterion.name},
                    field=f"mark_{criterion.key}",
                )  # fmt: skip

    def check_heard(self, sheet: ScoreSheet) -> None:
        refuse_unheard(self.round, heard_ms=sheet.heard_ms, length=self.length)

    def log(self, verb: str, sheet: ScoreSheet) -> None:
        """Write the event, with a commitment to the marks that can be opened once the seed is revealed."""
        entry, seat = self.assignment.entry, self.assignment.seat.code
        marks = commitment(self.round.season.seed, entry=entry.code, seat=seat, marks=marks_of(sheet))
        events.log(verb, entry, by=self.by, marks_sha256=marks, **self._where(sheet))

    def log_change(self, sheet: ScoreSheet) -> None:
        """The same where a filed sheet says something new."""
        if sheet.version != self.version:
            self.log("sheet.changed", sheet)

    def _where(self, sheet: ScoreSheet) -> dict[str, Any]:
        return {
            "season": self.round.season.slug,
            "seat": self.assignment.seat.code,
            "version": sheet.version,
        }


def _criterion(criteria: Mapping[str, Criterion], key: str) -> Criterion:
    if key not in criteria:
        raise InvalidInput(_("The rubric has no such criterion."), field=f"mark_{key}")
    return criteria[key]
