"""What decides results says no in words, and nothing has changed: each refusal that no other test meets."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal

import pytest
from django.test import Client

from judging.jobs import leaving as outlooks
from judging.jobs import proof
from judging.models import Assignment, Award, Prize, Removal, Round
from judging.queries import leaving
from judging.services import calibration, chair, cuts, desk, joint_removals, panel, prizes, removals, rounds
from judging.services.removals import RemovalRefused
from spotlight.accounts.models import Person
from spotlight.errors import InvalidInput, SpotlightError
from spotlight.ledger.models import Event
from submissions.models import Role, Season
from tests.judging.conftest import at, draft, judge_of
from tests.judging.test_cuts import closed_round
from tests.judging.test_removals import decided, entry_at
from tests.making import advance, make_entry, make_role, make_round, make_season

pytestmark = pytest.mark.django_db


@contextmanager
def no(words: str, error: type[SpotlightError] = SpotlightError, field: str | None = None) -> Iterator[None]:
    """The refusal that says so, at the field; nothing of it is in the log."""
    before = Event.objects.count()
    with pytest.raises(error, match=words) as told:
        yield
    assert Event.objects.count() == before
    assert field is None or told.value.field == field


def pair(season: Season) -> tuple[Person, Person]:
    return make_role(season, Role.ORGANIZER), make_role(season, Role.CHAIR)


def test_a_cut_comes_step_by_step() -> None:
    season = make_season()
    one, two = pair(season)
    running = advance(make_round(season, 2), "open")
    with no("Only a closed round", cuts.CutRefused):
        cuts.propose_cut(running, by=one)
    with no("Make the cut first", cuts.CutRefused):
        cuts.announce(running, by=one)
    round = closed_round(season, cut=3, cut_highest=5)
    with no("Fix the number", cuts.CutRefused):
        cuts.propose_cut(round, by=one)
    with no("Say why", cuts.CutRefused, "reason"):
        cuts.fix_number(round, number=4, reason=" ", by=one)
    cuts.fix_number(round, number=4, reason="a gap after the fourth", by=one)
    proposed = cuts.propose_cut(round, by=one)
    with no("a cut of this round already", cuts.CutRefused):
        cuts.propose_cut(round, by=two)
    cuts.withdraw_cut(proposed, by=one, reason="too early")
    with no("no longer a proposal", cuts.CutRefused):
        cuts.withdraw_cut(proposed, by=one, reason="again")
    with no("no longer a proposal", cuts.CutRefused):
        cuts.approve_cut(proposed, by=two)
    with no("Make the cut first", cuts.CutRefused):
        cuts.announce(round, by=one)


def test_what_leaves_and_what_is_won_is_decided_once() -> None:
    season = make_season()
    one, two = pair(season)
    Prize.objects.create(season=season, tier=1, name="Grand prize", places=1, accept_days=7)
    round = closed_round(season)
    reason = "The song was released before."
    leaver = entry_at(round, 9).submission
    with no("withdrawn or disqualified", InvalidInput, "kind"):
        removals.propose_removal(leaver, kind="gone", reason=reason, by=one)
    dropped = removals.propose_removal(leaver, kind="withdrawn", reason=reason, by=one)
    removals.drop_removal(dropped, by=one)
    with no("no longer a proposal", RemovalRefused):
        removals.approve_removal(dropped, by=two)
    removals.approve_removal(
        removals.propose_removal(leaver, kind="withdrawn", reason=reason, by=one), by=two
    )
    with no("nothing to take out", RemovalRefused):
        removals.propose_removal(leaver, kind="withdrawn", reason=reason, by=one)
    assert Removal.objects.filter(submission=leaver, state="made").count() == 1
    decided(round, (one, two))
    award = Award.objects.get()
    with no("Only an accepted prize", prizes.AwardRefused):
        prizes.deliver_award(award, by=one)
    prizes.answer_award(award, accepts=True, by=one)
    with no("answered before", prizes.AwardRefused):
        prizes.answer_award(award, accepts=False, by=one)


def test_a_whole_artist_leaves_for_a_reason_as_shown_and_once() -> None:
    season = make_season()
    one, _two = pair(season)
    entry = make_entry(advance(make_round(season), "open"))
    artist = entry.submission.artist
    seen = leaving.seen_mark(leaving.cleared_of(season, artist))
    asked = {"kind": "contested", "reason": "Another claim.", "seen": seen, "by": one}
    for field, wrong, words in (("reason", " ", "Write the reason"), ("kind", "gone", "what happens")):
        with no(words, InvalidInput, field):
            joint_removals.propose(season, artist, **{**asked, field: wrong})  # type: ignore[arg-type]
    joint = joint_removals.propose(season, artist, **asked)  # type: ignore[arg-type]
    with no("Write the reason", InvalidInput, "reason"):
        joint_removals.put_back(joint, reason=" ", by=one)
    joint_removals.put_back(joint, reason="It was a mistake.", by=one)
    with no("can be put back", RemovalRefused):
        joint_removals.put_back(joint, reason="Again.", by=one)
    joint_removals.propose(season, artist, **{**asked, "kind": "withdrawn"})  # type: ignore[arg-type]
    with no("No entry of theirs", RemovalRefused):
        joint_removals.propose(season, artist, **{**asked, "kind": "withdrawn"})  # type: ignore[arg-type]
    assert outlooks.preview([]) == []


def test_a_sheet_is_its_judges_while_the_round_runs(
    open_round: Callable[..., Round], organizer: Person
) -> None:
    made = open_round()
    duty = Assignment.objects.filter(round=made).select_related("seat__membership__person")[0]
    judge = judge_of(duty)
    with no("few words", InvalidInput, "reason"):
        desk.recuse(duty, reason=" ", by=judge)
    with no("no such criterion", InvalidInput, "mark_charm"):
        desk.save_sheet(duty, replace(draft(), marks={"charm": Decimal(5)}), version=0, by=judge)
    duty.seat.membership.__class__.objects.filter(pk=duty.seat.membership_id).update(confidential_at=None)
    with no("confidentiality", desk.AssignmentEnded):
        desk.save_sheet(duty, draft(), version=0, by=judge)
    with no("Say why", InvalidInput, "reason"):
        panel.leave_panel(duty.seat, reason=" ", by=organizer)
    member = duty.seat.membership
    for most in (0, 100_001):
        with no("1 to 100,000", InvalidInput, "most"):
            panel.set_limit(made, member, most=most, by=organizer)
    stranger = make_role(make_season(), Role.JUDGE).memberships.get()
    with no("Only a judge of this season", InvalidInput, "judge"):
        panel.set_limit(made, stranger, most=5, by=organizer)
    with no("one artist or one organization", InvalidInput, "thing"):
        panel.declare_conflict(made.season, by=judge)


def test_after_the_lock_and_the_close_the_panel_stays_as_it_was(
    open_round: Callable[..., Round], organizer: Person
) -> None:
    made = open_round()
    duty = Assignment.objects.filter(round=made).select_related("seat__membership__person")[0]
    at(made, "locks_at")
    rounds.lock_round(made, by=organizer)
    with no("until the round locks", rounds.WrongStage):
        panel.set_limit(made, duty.seat.membership, most=5, by=organizer)
    with no("what happens", InvalidInput, "outcome"):
        chair.rule(made, [duty.entry.code], outcome="maybe", reason="why", by=organizer)
    with no("waits for a ruling", InvalidInput, "entries"):
        chair.rule(made, ["zzzz"], outcome="stands", reason="why", by=organizer)
    advance(made, "closed")
    with no("running round", rounds.WrongStage):
        panel.leave_panel(duty.seat, reason="ill", by=organizer)
    with no("while their round runs", rounds.WrongStage):
        panel.deal_again(duty.entry, by=organizer)
    with no("over", desk.RoundClosed):
        desk.recuse(duty, reason="I know her", by=judge_of(duty))
    assert panel.let_go(duty.seat) == 0
    duty.refresh_from_db()
    assert duty.state == Assignment.State.OPEN


def test_nothing_begins_before_its_season_and_nothing_is_proved_before_it_is_sealed(
    season: Season, organizer: Person
) -> None:
    planned = make_round(season)
    with no("Open the season first", rounds.WrongStage):
        rounds.open_round(planned, by=organizer)
    with no("Fewer than five", InvalidInput):
        calibration.draw_set(planned, by=organizer)
    with pytest.raises(proof.NothingToProve, match="not open yet"):
        proof.bundle(season)
    season.rules = {}
    with pytest.raises(proof.NothingToProve, match="Nothing of this season is sealed"):
        proof.bundle(season)


def test_what_is_not_a_number_of_a_round_is_not_found() -> None:
    person = make_role(make_season("spring"), Role.CHAIR)
    browser = Client()
    assert person.user is not None
    browser.force_login(person.user)
    for code in ("spring-", "spring-x", "spring-99999", "-1", "spring"):
        assert browser.get(f"/admin/chair/{code}/").status_code == 404
