"""The cut: one person proposes from the closing standings, another approves, then all is made in one transaction."""

from django.db import transaction
from django.utils.translation import gettext as _

from judging.jobs.awards import begin_answering, offer_awards
from judging.jobs.entries import create_entries
from judging.jobs.mails import batch_of
from judging.jobs.proof import digest_of_cut
from judging.models import Cut, Decision, Release, Round
from judging.queries.cuts import Line, closing_standings, line_of, made_cut, needs_number, next_round
from spotlight.accounts.factors import Factor, facts_of
from spotlight.accounts.models import Person
from spotlight.errors import SpotlightError
from spotlight.ledger import clock, events, mail, work
from submissions.models import ArtistMember, Role, Season, Submission


class CutRefused(SpotlightError):
    """The cut can't be made like this; the message says why."""

    code = "cut_refused"


def fix_number(round: Round, *, number: int, reason: str, by: Person, factor: Factor | None = None) -> Round:
    """Fix how many advance, within the round's range and before names are shown. It can't be changed afterwards."""
    with transaction.atomic():
        locked = _lock(round)
        if not needs_number(locked):
            raise CutRefused(_("The number of this round is fixed already."), field="number")
        if not locked.cut_lowest <= number <= locked.cut_highest:
            raise CutRefused(
                _("Choose a number from %(lowest)d to %(highest)d, as the rules say.")
                % {"lowest": locked.cut_lowest, "highest": locked.cut_highest},
                field="number",
            )
        if not reason.strip():
            raise CutRefused(_("Say why: the reason is published with the number."), field="reason")
        locked.cut_fixed, locked.cut_fixed_reason, locked.cut_fixed_by = number, reason.strip(), by
        locked.save(update_fields=["cut_fixed", "cut_fixed_reason", "cut_fixed_by"])
        events.log(
            "cut.number_fixed",
            locked,
            by=by,
            season=locked.season.slug,
            number=number,
            reason=reason,
            **facts_of(factor),
        )
    return locked


def propose_cut(round: Round, *, by: Person, note: str = "", factor: Factor | None = None) -> Cut:
    """Propose the cut of a closed round from its closing standings. Raises CutRefused."""
    with transaction.atomic():
        locked = _lock(round)
        standings = closing_standings(locked)
        if locked.state != Round.State.CLOSED or standings is None:
            raise CutRefused(_("Only a closed round can be cut. Close it first."))
        if needs_number(locked):
            raise CutRefused(_("Fix the number within the range first."))
        if locked.cuts.exclude(state=Cut.State.WITHDRAWN).exists():
            raise CutRefused(_("There is a cut of this round already."))
        line = line_of(locked, standings)
        cut = Cut.objects.create(
            round=locked,
            standings=standings,
            size=len(line.chosen),
            note=note,
            proposed_by=by,
            proposed_at=clock.now(),
        )
        events.log(
            "cut.proposed",
            cut,
            by=by,
            season=locked.season.slug,
            standings=standings.number,
            size=cut.size,
            **facts_of(factor),
        )
    return cut


def withdraw_cut(cut: Cut, *, by: Person, reason: str) -> Cut:
    """Take a proposal back before it is approved."""
    with transaction.atomic():
        _lock(cut.round)
        locked = Cut.objects.select_for_update().get(pk=cut.pk)
        if locked.state != Cut.State.PROPOSED:
            raise CutRefused(_("This cut is no longer a proposal."))
        locked.state = Cut.State.WITHDRAWN
        locked.save(update_fields=["state"])
        events.log("cut.withdrawn", locked, by=by, season=locked.round.season.slug, reason=reason)
    return locked


def approve_cut(cut: Cut, *, by: Person, factor: Factor | None = None) -> Cut:
    """Approve and make a cut, in one transaction: decisions, the next round's entries or the awards, and the mails.

    The mails wait in the outbox until `announce`. Approved twice, it stays one cut. Raises CutRefused.
    """
    with transaction.atomic():
        round = _lock(cut.round)
        locked = Cut.objects.select_for_update().get(pk=cut.pk)
        if locked.state == Cut.State.MADE:
            return locked
        if locked.state != Cut.State.PROPOSED or round.state != Round.State.CLOSED:
            raise CutRefused(
                _("This cut is no longer a proposal. Propose it again if an entry left meanwhile.")
            )
        if locked.proposed_by_id == by.pk:
            raise CutRefused(_("You proposed this cut. Another person has to approve it."))
        locked.state, locked.approved_by, locked.approved_at = Cut.State.MADE, by, clock.now()
        locked.save(update_fields=["state", "approved_by", "approved_at"])
        line = line_of(round, locked.standings)
        _record(locked, line)
        _go_on(locked, line)
        _write_mails(locked, line)
        events.log(
            "cut.made",
            locked,
            by=by,
            season=round.season.slug,
            standings=locked.standings.number,
            size=locked.size,
            decisions_sha256=digest_of_cut(locked),
            **facts_of(factor),
        )
        work.enqueue("proof.witness", locked.code)
    return locked


def announce(round: Round, *, by: Person, factor: Factor | None = None) -> Round:
    """Make a cut public: the blended standings, the decisions and all mails, at once."""
    with transaction.atomic():
        locked = _lock(round)
        cut = made_cut(locked)
        if locked.state == Round.State.ANNOUNCED:
            return locked
        if locked.state != Round.State.CLOSED or cut is None:
            raise CutRefused(_("Make the cut first."))
        Release.objects.create(round=locked, standings=cut.standings, at=clock.now())
        locked.state, locked.announced_at = Round.State.ANNOUNCED, clock.now()
        locked.save(update_fields=["state", "announced_at"])
        begin_answering(locked)
        mails = mail.release(batch_of(cut))
        if next_round(locked) is None:
            Season.objects.filter(pk=locked.season_id).update(state=Season.State.FINISHED)
        events.log(
            "round.announced", locked, by=by, season=locked.season.slug, mails=mails, **facts_of(factor)
        )
        work.enqueue("proof.publish", str(locked.pk))
    return locked


def _lock(round: Round) -> Round:
    return Round.objects.select_for_update().select_related("season").get(pk=round.pk)


def _record(cut: Cut, line: Line) -> None:
    Decision.objects.bulk_create(
        (
            Decision(
                cut=cut, round=cut.round, entry=place.standing.entry, outcome=place.outcome, rank=place.standing.rank,
                reserve=place.reserve, tie_level=place.standing.tie_level, is_tied_at_line=place.is_tied_at_line,
            )
            for place in line.places
        ),
        batch_size=1000,
    )  # fmt: skip


def _go_on(cut: Cut, line: Line) -> None:
    following = next_round(cut.round)
    chosen = [place.standing.entry for place in line.chosen]
    if following is None:
        offer_awards(cut, chosen)
        return
    still_in = [e.submission for e in chosen if e.submission.state == Submission.State.CLEARED]
    create_entries(following, still_in)


def _write_mails(cut: Cut, line: Line) -> None:
    people: dict[int, list[Person]] = {}
    artists = [place.standing.entry.submission.artist_id for place in line.places]
    for member in ArtistMember.objects.filter(artist_id__in=artists).select_related("person__user"):
        people.setdefault(member.artist_id, []).append(member.person)
    following = next_round(cut.round)
    for place in line.places:
        submission = place.standing.entry.submission
        for person in people.get(submission.artist_id, []):
            if person.user is None:
                continue
            mail.write(
                "cut_decision", to=person.user.email, person=person, season=cut.round.season.slug, batch=batch_of(cut), hold=True,
                context={"place": place, "round": cut.round, "next": following, "submission": submission,
                         "season": cut.round.season, "total": cut.standings.size},
            )  # fmt: skip


ROLES = (Role.ORGANIZER, Role.CHAIR)
"""Who may propose and approve."""
