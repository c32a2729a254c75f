"""What the chair decides beside opening, locking and closing: rulings and reminders."""

from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _

from judging.jobs import mails
from judging.jobs import rounds as life
from judging.models import Round, Ruling
from judging.queries import panel
from judging.queries import rounds as queries
from spotlight.accounts.models import Person
from spotlight.errors import InvalidInput
from spotlight.ledger import clock, events


def rule(round: Round, codes: Collection[str], *, outcome: str, reason: str, by: Person) -> list[Ruling]:
    """Rule on entries below the minimum of sheets while the round is locked; on none that one is tied to.

    Raises WrongStage, InvalidInput.
    """
    if not reason.strip():
        raise InvalidInput(_("A ruling needs a reason."), field="reason")
    if outcome not in Ruling.Outcome.values:
        raise InvalidInput(_("Choose what happens to the entry."), field="outcome")
    with transaction.atomic():
        round = life.hold(round, stage=Round.State.LOCKED)
        entries = list(queries.entries_to_rule_on(round).filter(code__in=codes))
        if not entries:
            raise InvalidInput(_("Choose at least one entry that waits for a ruling."), field="entries")
        if panel.tied_entries(round, {by.pk}, entries)[by.pk]:
            raise InvalidInput(
                _("You are tied to the artist, label or employer behind one of these. Deal it again, or let another chair rule."),
                field="entries",
            )  # fmt: skip
        rulings = Ruling.objects.bulk_create(
            [
                Ruling(round=round, entry=e, outcome=outcome, reason=reason.strip(), by=by, at=clock.now())
                for e in entries
            ]
        )
        for entry in entries:
            events.log(
                "entry.ruled", entry, by=by, season=round.season.slug, outcome=outcome, sheets=entry.filed
            )
    return rulings


def remind(round: Round, seats: Collection[str] = (), *, by: Person) -> int:
    """Mail judges who still have sheets to file: those named by seat code, or all. Returns how many mails."""
    with transaction.atomic():
        round = life.hold(round, stage=Round.State.OPEN)
        late = [
            seat
            for seat in panel.seats_with_progress(round)
            if seat.left_at is None and seat.filed < seat.given
        ]
        wanted = [seat for seat in late if not seats or seat.code in seats]
        sent = sum(mails.remind(seat) for seat in wanted)
        events.log(
            "judges.reminded",
            round,
            by=by,
            season=round.season.slug,
            mails=sent,
            seats=[s.code for s in wanted],
        )
    return sent
