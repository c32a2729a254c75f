"""Mails of judging: the opening of a round, reminders, and the head of the log for witnesses."""

from collections.abc import Mapping
from functools import partial

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy

from judging.models import Award, Cut, Entry, MoveUp, Proof, Removal, Round, Seat
from judging.queries import panel
from spotlight.ledger import mail
from spotlight.ledger.models import Mail, Seal
from submissions.jobs.letters import in_zone
from submissions.models import Submission


def tell_judges_of_opening(round: Round) -> int:
    """Write to each judge that the round is open and how many entries wait. Returns how many mails."""
    return sum(
        _write("round-opened", seat) for seat in panel.seats_with_progress(round) if seat.left_at is None
    )


def remind(seat: "panel.BusySeat") -> bool:
    """Remind one judge of what is still to be scored; `seat` comes from `seats_with_progress`."""
    return _write("judge-reminder", seat)


def tell_of_repair(seat: Seat) -> bool:
    """Tell a judge that an entry was dealt to them while the round is locked; they have until the close."""
    fresh = panel.seats_with_progress(seat.round).get(pk=seat.pk)
    return _write("judge-reminder", fresh)


def tell_witnesses(proof: Proof) -> int:
    """Mail the head at an announcement to the season's witnesses. Returns how many mails."""
    season = proof.round.season
    for witness in season.witnesses.all():
        mail.write(
            "proof_head", to=witness.email, language=witness.language or season.language, season=season.slug,
            batch=f"proof:{proof.round.code}", context={"proof": proof, "round": proof.round, "season": season},
        )  # fmt: skip
    return len(season.witnesses.all())


def tell_witnesses_of_cut(cut: Cut, seal: Seal) -> int:
    """Mail the head at a cut to the season's witnesses, once; it is public with the announcement. Returns how many mails."""
    season, batch = cut.round.season, f"head:{cut.code}"
    if Mail.objects.filter(batch=batch).exists():
        return 0
    at = partial(in_zone, seal.event.at, season)
    for witness in season.witnesses.all():
        mail.write(
            "proof_cut_head", to=witness.email, language=witness.language or season.language, season=season.slug,
            batch=batch, context={"seal": seal, "season": season, "at": at},
        )  # fmt: skip
    return season.witnesses.count()


def batch_of(cut: Cut) -> str:
    """The batch in which the mails of a cut wait for its announcement."""
    return f"cut:{cut.code}"


def tell_of_award(award: Award) -> None:
    """A prize came free and is offered to the next in order."""
    season = award.prize.season
    context = {"award": award, "season": season, "until": partial(in_zone, award.accept_by, season)}
    _to_artist("award_offered", award.entry.submission, award.entry.round, context)


def tell_of_moving_up(made: MoveUp, following: Round | None) -> None:
    """A reserve takes a place that came free."""
    _drop_held(made.entry)
    context = {"round": made.round, "next": following, "entry": made.entry, "season": made.round.season}
    _to_artist("moved_up", made.entry.submission, made.round, context)


def tell_of_removal(removal: Removal) -> None:
    """The entry left the season. What was to be said of a cut that is not announced yet is not said any more."""
    held = removal.submission
    for entry in held.entries.filter(round__state=Round.State.CLOSED):
        _drop_held(entry)
    _to_artist("removed", held, None, {"removal": removal, "season": held.season, "submission": held})


def _to_artist(
    template: str, submission: Submission, about: Round | None, context: Mapping[str, object]
) -> None:
    """Write to everybody behind an artist; about a cut that is not announced yet, the mail waits with the others."""
    cut = about.cuts.filter(state=Cut.State.MADE).first() if about else None
    waits = cut is not None and about is not None and about.state == Round.State.CLOSED
    for member in submission.artist.members.select_related("person__user"):
        if member.person.user:
            mail.write(
                template, to=member.person.user.email, person=member.person, season=submission.season.slug,
                batch=batch_of(cut) if cut and waits else "", hold=waits, context={"submission": submission, **context},
            )  # fmt: skip


def _drop_held(entry: Entry) -> None:
    """Take back the mail about an entry that waits for the announcement of its cut; it would no longer be true."""
    for cut in entry.round.cuts.filter(state=Cut.State.MADE):
        held = Mail.objects.filter(batch=batch_of(cut), state=Mail.State.HELD)
        held.filter(text__contains=f"/entries/{entry.code}/why/").delete()


def _write(template: str, seat: "panel.BusySeat") -> bool:
    person, round = seat.membership.person, seat.round
    if person.user is None:
        return False
    mail.write(
        template,
        to=person.user.email,
        person=person,
        season=round.season.slug,
        context={
            "round": round,
            "season": round.season,
            "given": seat.given,
            "left": seat.given - seat.filed,
            "until": partial(
                in_zone, round.locks_at, round.season
            ),  # called by the template, in the reader's language
            "url": settings.SITE_URL + reverse("desk"),
            "action": gettext_lazy("Open the desk"),
        },
    )
    return True
