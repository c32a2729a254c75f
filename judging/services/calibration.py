"""The calibration set: the chair chooses five tracks outside the field, every judge scores them before the round."""

import math
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from judging.jobs import rounds as life
from judging.models import CalibrationSheet, CalibrationTrack, Round
from judging.queries import calibration as queries
from judging.scoring.assignment import draw
from judging.services import heard as hearing
from judging.services.desk import Draft, RoundClosed, SheetConflict, SheetIncomplete, refuse_unheard
from spotlight.accounts.models import Person
from spotlight.errors import InvalidInput
from spotlight.ledger import clock, events
from submissions.models import Membership, Track

SIZE = 5


def choose_set(round: Round, codes: Sequence[str], *, by: Person) -> list[CalibrationTrack]:
    """Make five tracks the round's set, in this order. Only before the round opens.

    Raises WrongStage, InvalidInput where it is not five different tracks that may calibrate, or where judges have begun.
    """
    if len(codes) != SIZE:
        raise InvalidInput(_("Choose five tracks that are not in this season."), field="track")
    return _replace_set(round, codes, by=by)


def take_set_away(round: Round, *, by: Person) -> None:
    """The round has no calibration set any more. Raises WrongStage, InvalidInput where judges have begun."""
    _replace_set(round, (), by=by)


def _replace_set(round: Round, codes: Sequence[str], *, by: Person) -> list[CalibrationTrack]:
    with transaction.atomic():
        round = life.hold(round, stage=Round.State.PLANNED)
        if CalibrationSheet.objects.filter(of__round=round).exists():
            raise InvalidInput(_("Judges have begun to score this set. It can’t be changed any more."))
        by_code = {track.code: track for track in queries.candidates(round).filter(code__in=codes)}
        if len(by_code) != len(codes):
            raise InvalidInput(_("Choose five tracks that are not in this season."), field="track")
        round.calibration.all().delete()
        made = CalibrationTrack.objects.bulk_create(
            CalibrationTrack(round=round, track=by_code[code], position=place)
            for place, code in enumerate(codes, 1)
        )
        events.log("calibration.chosen", round, by=by, season=round.season.slug, tracks=list(codes))
    return made


def draw_set(round: Round, *, by: Person) -> list[CalibrationTrack]:
    """Draw five tracks of earlier seasons by the public seed: one from each fifth of their places, the best first.

    Raises what `choose_set` raises, and InvalidInput where fewer than five may calibrate.
    """
    ranked = queries.candidate_ranks(round)
    if len(ranked) < SIZE:
        raise InvalidInput(_("Fewer than five tracks of earlier seasons can be played. Choose no set."))
    seed = f"{round.season.seed}:{round.number}:calibration"
    lots = {track.code: draw(seed, track.code) for track, _rank in ranked}
    ordered = sorted(ranked, key=lambda row: (row[1] or math.inf, lots[row[0].code]))
    fifths = (ordered[k * len(ordered) // SIZE : (k + 1) * len(ordered) // SIZE] for k in range(SIZE))
    chosen = [min((track.code for track, _rank in fifth), key=lots.__getitem__) for fifth in fifths]
    return choose_set(round, sorted(chosen, key=lambda code: draw(seed, "order", code)), by=by)


def score(
    of: CalibrationTrack, draft: Draft, *, by: Membership, version: int, filed: bool = False
) -> CalibrationSheet:
    """Keep a judge's marks of a calibration track; with `filed` they are done, and stay as they are.

    Raises RoundClosed, SheetConflict, SheetIncomplete, NotHeardEnough.
    """
    with transaction.atomic():
        round = life.hold_shared(of.round)
        if round.has_locked:
            raise RoundClosed(_("The round is locked. Calibration is over."))
        sheet, is_new = CalibrationSheet.objects.select_for_update().get_or_create(
            of=of, membership=by, defaults={"version": 0, "updated_at": clock.now()}
        )
        _write(sheet, draft, version=0 if is_new else version, track=of.track)
        if filed and sheet.filed_at is None:
            _check(round, sheet, of.track)
            sheet.filed_at = clock.now()
            events.log("calibration.scored", round, by=by.person, season=round.season.slug, place=of.position)
        sheet.save()
    return sheet


def _write(sheet: CalibrationSheet, draft: Draft, *, version: int, track: Track) -> None:
    length = track.duration_ms or 0
    sheet.heard = hearing.merge(sheet.heard, draft.heard, length=length)
    sheet.heard_ms = hearing.total(sheet.heard)
    marks = {key: f"{value.normalize():f}" for key, value in draft.marks.items()}
    if (sheet.marks, sheet.note) == (marks, draft.note):
        return
    if sheet.filed_at is not None:
        raise RoundClosed(_("You have filed this sheet. Calibration marks stay as they were given."))
    if sheet.version != version:
        raise SheetConflict(sheet)
    sheet.marks, sheet.note, sheet.version, sheet.updated_at = marks, draft.note, version + 1, clock.now()


def _check(round: Round, sheet: CalibrationSheet, track: Track) -> None:
    for criterion in round.criteria.all():
        if criterion.key not in sheet.marks:
            raise SheetIncomplete(
                _("“%(criterion)s” has no mark yet. A sheet counts with every criterion marked.") % {"criterion": criterion.name},
                field=f"mark_{criterion.key}",
            )  # fmt: skip
    refuse_unheard(round, heard_ms=sheet.heard_ms, length=track.duration_ms or 0)
