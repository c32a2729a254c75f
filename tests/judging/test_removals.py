"""Leaving a season, row by row as docs/scoring.md has it: who decides, what stays, who moves up, what is told."""

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from judging.jobs import inputs, standings
from judging.jobs.awards import lapse_overdue
from judging.models import Award, Decision, Entry, MoveUp, Prize, Removal, Round
from judging.queries import boards
from judging.queries.cuts import closing_standings, line_of
from judging.services import cuts, prizes, removals
from judging.services.removals import RemovalRefused
from spotlight.accounts.models import Person
from spotlight.errors import InvalidInput
from spotlight.ledger import clock
from spotlight.ledger.models import Event, Mail
from submissions.models import Role, Season, Submission
from submissions.services import clearance
from tests.judging.test_cuts import closed_round, signed_in
from tests.making import (
    advance,
    confirm,
    make_entry,
    make_readings,
    make_role,
    make_round,
    make_season,
    make_seat,
    make_sheet,
    open_for_good,
)

pytestmark = pytest.mark.django_db
REASON: dict[str, Any] = {"reason": "The song was released before."}


@pytest.fixture
def season() -> Season:
    return make_season()


def entry_at(round: Round, rank: int) -> Entry:
    found = closing_standings(round)
    assert found is not None
    return found.rows.select_related("entry__submission").get(rank=rank).entry


def remove(entry: Entry, two: tuple[Person, Person], kind: str = "disqualified", **extra: Any) -> Removal:
    made = removals.propose_removal(entry.submission, kind=kind, by=two[0], **{**REASON, **extra})
    return removals.approve_removal(made, by=two[1]) if made.state == "proposed" else made


def decided(round: Round, two: tuple[Person, Person], *, announced: bool = True) -> Round:
    cuts.approve_cut(cuts.propose_cut(round, by=two[0]), by=two[1])
    if announced:
        cuts.announce(round, by=two[0])
    round.refresh_from_db()
    return round


def ranks_in(round: Round) -> list[int]:
    found = closing_standings(round)
    assert found is not None
    return [place.standing.rank for place in line_of(round, found).chosen]


# ---- while a round runs ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["withdrawn", "disqualified"])
def test_in_a_running_round_it_loses_its_rank_and_its_sheets_still_tell_of_judges(
    season: Season, two: tuple[Person, Person], kind: str
) -> None:
    made = advance(make_round(season), "open")
    seats = [make_seat(made) for _ in range(2)]
    for number in range(6):
        entry = make_entry(made)
        make_readings(entry, *[number + 1] * 10)
        make_sheet(entry, seats[0], 5 + number % 3, 6)
        make_sheet(entry, seats[1], 2 + number % 2, 3 + number % 4)
    leaving = made.entries.order_by("pk").first()
    assert leaving is not None
    before = standings.compute(made)
    assert before is not None
    removal = removals.propose_removal(leaving.submission, kind=kind, by=two[0], **REASON)
    leaving.refresh_from_db()
    leaving.submission.refresh_from_db()
    assert (removal.state, leaving.state, leaving.submission.state) == ("made", kind, kind), (
        "one person, at once"
    )
    given = inputs.load(made)
    assert leaving.code not in given.entries and {s.entry for s in given.evidence} == {leaving.code}
    after = standings.compute(made)
    assert after is not None and after.number == before.number + 1 and after.size == 5
    assert not after.rows.filter(entry=leaving).exists()
    assert {j["sheets"] for j in after.judges} == {6}, "judges are read from all they filed"
    assert leaving.code.encode() in given.sheets_csv() and leaving.code.encode() not in given.readings_csv()
    assert Mail.objects.filter(template="removed").count() == 1


def test_tainted_sheets_tell_nothing(season: Season, two: tuple[Person, Person]) -> None:
    made = advance(make_round(season), "open")
    seat = make_seat(made)
    for number in range(3):
        make_sheet(make_entry(made), seat, 5 + number, 6)
    leaving = made.entries.order_by("pk").first()
    assert leaving is not None
    remove(leaving, two, is_tainted=True)
    assert inputs.load(made).evidence == ()


# ---- between close and cut -------------------------------------------------------------------------------------------


def test_after_the_close_two_people_decide_and_it_is_passed_over(
    season: Season, two: tuple[Person, Person]
) -> None:
    round = closed_round(season)
    leaving = entry_at(round, 2)
    proposal = cuts.propose_cut(round, by=two[0])
    removal = removals.propose_removal(leaving.submission, kind="disqualified", by=two[0], **REASON)
    assert removal.state == "proposed" and ranks_in(round) == [1, 2, 3], "one person changes nothing"
    with pytest.raises(RemovalRefused, match="Another person"):
        removals.approve_removal(removal, by=two[0])
    with pytest.raises(DatabaseError, match="two people"), transaction.atomic():
        Removal.objects.filter(pk=removal.pk).update(state="made")
    removals.approve_removal(removal, by=two[1])
    removals.approve_removal(removal, by=two[1])
    assert ranks_in(round) == [1, 3, 4] and Event.objects.filter(verb="entry.removed").count() == 1
    with pytest.raises(cuts.CutRefused, match="no longer a proposal"):
        cuts.approve_cut(proposal, by=two[1])
    decided(round, two)
    assert Decision.objects.get(entry=leaving).outcome == "out"
    assert list(
        Decision.objects.filter(outcome="reserve").order_by("reserve").values_list("rank", flat=True)
    ) == [5, 6, 7]
    found = closing_standings(round)
    assert found is not None and found.rows.filter(entry=leaving).exists(), "the standings of the close stand"


def test_a_proposal_can_be_dropped_and_what_was_made_stands(
    season: Season, two: tuple[Person, Person]
) -> None:
    round = closed_round(season)
    removal = removals.propose_removal(entry_at(round, 1).submission, kind="withdrawn", by=two[0], **REASON)
    with pytest.raises(RemovalRefused, match="proposed already"):
        removals.propose_removal(entry_at(round, 1).submission, kind="withdrawn", by=two[1], **REASON)
    removals.drop_removal(removal, by=two[0])
    made = remove(entry_at(round, 1), two)
    with pytest.raises(RemovalRefused):
        removals.drop_removal(made, by=two[0])
    with pytest.raises(DatabaseError, match="can't change"), transaction.atomic():
        Removal.objects.filter(pk=made.pk).update(reason="another")


# ---- after the cut ---------------------------------------------------------------------------------------------------


def test_before_the_announcement_the_next_reserve_moves_up_and_the_mails_say_so(
    season: Season, two: tuple[Person, Person]
) -> None:
    round = closed_round(season)
    following = make_round(season, 2)
    decided(round, two, announced=False)
    leaving, reserve = entry_at(round, 1), entry_at(round, 4)
    remove(leaving, two)
    cuts.announce(round, by=two[0])
    assert set(following.entries.filter(state="in").values_list("submission", flat=True)) == {
        entry_at(round, rank).submission_id for rank in (2, 3, 4)
    }
    texts = {m.template: m.text for m in Mail.objects.filter(text__contains=f"/entries/{reserve.code}/why/")}
    assert list(texts) == ["moved_up"] and "takes part in Round 2" in texts["moved_up"]
    assert not Mail.objects.filter(text__contains=f"/entries/{leaving.code}/why/").exists()
    assert Decision.objects.get(entry=leaving).outcome == "in", "the decision itself is never changed"
    [note] = boards.notes(season)
    assert note.removal is not None and note.removal.reason == REASON["reason"]
    assert [m.entry for m in note.moves] == [reserve]
    round.refresh_from_db()
    assert [s.pk for s in boards.advanced(round)] == [
        entry_at(round, rank).submission_id for rank in (2, 3, 4)
    ]


def test_in_a_running_next_round_the_reserve_is_dealt_and_the_leaver_ranks_no_more(
    season: Season, two: tuple[Person, Person]
) -> None:
    round = closed_round(season)
    following = make_round(season, 2)
    decided(round, two)
    advance(following, "open")
    for _ in range(3):
        make_seat(following)
    leaving, reserve = entry_at(round, 3), entry_at(round, 4)
    remove(leaving, two)
    joined = following.entries.get(submission=reserve.submission)
    assert joined.assignments.count() == following.judges_per_entry
    assert following.entries.get(submission=leaving.submission).state == "disqualified"
    assert following.entries.filter(state="in").count() == 3


def test_once_the_next_round_takes_no_sheets_the_place_stays_empty(
    season: Season, two: tuple[Person, Person]
) -> None:
    round = closed_round(season)
    following = make_round(season, 2)
    decided(round, two)
    advance(following, "locked")
    remove(entry_at(round, 1), two)
    assert not MoveUp.objects.exists() and following.entries.filter(state="in").count() == 2
    assert Event.objects.filter(verb="place.left_empty").count() == 1


def test_a_reserve_who_leaves_is_skipped_and_nobody_moves(season: Season, two: tuple[Person, Person]) -> None:
    round = closed_round(season)
    following = make_round(season, 2)
    decided(round, two)
    remove(entry_at(round, 4), two)
    assert not MoveUp.objects.exists()
    remove(entry_at(round, 1), two)
    assert MoveUp.objects.get().entry == entry_at(round, 5)
    assert following.entries.filter(submission=entry_at(round, 5).submission, state="in").exists()


def test_a_winner_who_leaves_gives_place_and_prize_to_the_reserve(
    season: Season, two: tuple[Person, Person]
) -> None:
    Prize.objects.create(season=season, tier=1, name="A single", places=1)
    round = decided(closed_round(season), two)
    remove(entry_at(round, 1), two)
    assert [(w.rank, w.award is not None) for w in boards.winners(season)] == [
        (2, False),
        (3, False),
        (4, True),
    ]
    assert list(Award.objects.order_by("pk").values_list("state", flat=True)) == ["taken-back", "offered"]
    assert Award.objects.get(state="offered").entry == entry_at(round, 4)


def test_who_declines_or_does_not_answer_gives_the_place_to_the_reserve(
    season: Season, two: tuple[Person, Person]
) -> None:
    Prize.objects.create(season=season, tier=1, name="A single", places=3, accept_days=2)
    round = decided(closed_round(season), two, announced=False)
    early = Award.objects.order_by("place").first()
    clock.move_to(clock.now() + datetime.timedelta(days=30))
    assert lapse_overdue() == 0, "nobody has been told of a prize"
    cuts.announce(round, by=two[0])
    assert early is not None and lapse_overdue() == 0, "the days to answer begin with the announcement"
    first, second, _third = Award.objects.order_by("place")
    prizes.answer_award(first, accepts=False, by=two[0])
    clock.move_to(clock.now() + datetime.timedelta(days=1))
    prizes.answer_award(second, accepts=True, by=two[0])
    clock.move_to(clock.now() + datetime.timedelta(days=1, minutes=1))
    assert lapse_overdue() == 2, "the third, and the reserve who got the first"
    assert list(MoveUp.objects.values_list("entry__decision__rank", flat=True)) == [4, 5, 6]
    assert [w.rank for w in boards.winners(season)] == [2, 5, 6]
    assert [len(note.moves) for note in boards.notes(season)] == [1, 1, 1]


# ---- contested -------------------------------------------------------------------------------------------------------


def test_a_contested_track_keeps_scores_and_place_and_its_prize_waits(
    season: Season, two: tuple[Person, Person]
) -> None:
    Prize.objects.create(season=season, tier=1, name="A single", places=1)
    reviewer = make_role(season, Role.CLEARANCE)
    round = closed_round(season)
    first = entry_at(round, 1)
    clearance.contest(first.submission, by=reviewer, note="A label wrote to us.")
    assert ranks_in(round) == [1, 2, 3]
    decided(round, two)
    award = Award.objects.get()
    prizes.answer_award(award, accepts=True, by=two[0])
    with pytest.raises(prizes.AwardRefused, match="contested"):
        prizes.deliver_award(award, by=two[0])
    clearance.reinstate(Submission.objects.get(pk=first.submission_id), by=reviewer, note="It was a mistake.")
    delivered = prizes.deliver_award(award, by=two[0], note="by hand")
    assert (delivered.state, delivered.delivered_by, delivered.note) == ("delivered", two[0], "by hand")


# ---- who may ---------------------------------------------------------------------------------------------------------


def test_before_judging_it_is_a_matter_of_artist_and_clearance(
    season: Season, two: tuple[Person, Person]
) -> None:
    entry = make_entry(make_round(season))
    with pytest.raises(RemovalRefused, match="has not begun"):
        removals.propose_removal(entry.submission, kind="disqualified", by=two[0], **REASON)
    reviewer = make_role(season, Role.CLEARANCE)
    began = closed_round(season, 2)
    with pytest.raises(clearance.JudgingBegan):
        clearance.disqualify(entry_at(began, 1).submission, by=reviewer, note="x")


def test_it_takes_a_reason_and_nobody_of_the_artist(season: Season, two: tuple[Person, Person]) -> None:
    entry = entry_at(closed_round(season), 1)
    with pytest.raises(InvalidInput):
        removals.propose_removal(entry.submission, kind="disqualified", by=two[0], reason=" ")
    own = make_role(season, Role.ORGANIZER, entry.submission.artist.members.get().person)
    with pytest.raises(RemovalRefused, match="behind this artist"):
        removals.propose_removal(entry.submission, kind="withdrawn", by=own, **REASON)


# ---- pages -----------------------------------------------------------------------------------------------------------


def test_two_people_take_an_entry_out_on_the_cut_page_and_the_results_say_so(
    season: Season, two: tuple[Person, Person]
) -> None:
    Prize.objects.create(season=season, tier=1, name="A single", places=1)
    round = decided(closed_round(season), two)
    open_for_good(season)
    first = entry_at(round, 1)
    one, other = (confirm(signed_in(person)) for person in two)
    address, cut = reverse("entry_leave", args=[first.code]), reverse("cut_round", args=[season.slug, 1])
    assert "another person has to approve" in one.get(address).content.decode()
    assert one.post(address, {"kind": "disqualified"}).status_code == 422
    assert signed_in(two[0]).post(address, {"kind": "disqualified", **REASON}).status_code == 403, "no factor"
    assert one.post(address, {"kind": "disqualified", **REASON}).status_code == 302
    removal = Removal.objects.get()
    approve = reverse("removal_act", args=[removal.code, "approve"])
    assert approve not in one.get(cut).content.decode() and approve in other.get(cut).content.decode()
    results = reverse("results", args=[season.slug])
    assert REASON["reason"] not in Client().get(results).content.decode()
    assert other.post(approve).status_code == 302
    page = Client().get(results).content.decode()
    assert (
        REASON["reason"] in page
        and "was disqualified by two people" in page
        and "moved up after Round 1" in page
    )
    said = other.get(cut).content.decode()
    assert "Reserves who moved up" in said and "taken back" in said
    moved = MoveUp.objects.get().entry
    artist = signed_in(moved.submission.artist.members.get().person)
    told = artist.get("/me/").content.decode()
    assert "it moved up" in told and "Accept the prize" in told
    award = Award.objects.get(state="offered")
    for answer in ({}, {"answer": "maybe"}, {"answer": "accept"}):  # no answer is no refusal
        artist.post(reverse("award", args=[moved.code]), {"award": award.code, **answer})
    one.post(reverse("cut_deliver", args=[season.slug, 1]), {"award": award.code, "note": "by post"})
    award.refresh_from_db()
    assert (award.state, award.answered_by, award.delivered_by) == (
        "delivered",
        moved.submission.artist.members.get().person,
        two[0],
    )
    assert "by post" in one.get(cut).content.decode()
    stranger = signed_in(make_role(make_season(), Role.ORGANIZER))
    assert [stranger.get(address).status_code, stranger.post(approve).status_code] == [404, 404]


def test_decided_ties_say_at_which_step(season: Season, two: tuple[Person, Person]) -> None:
    made = advance(
        make_round(season, cut=1, popularity_weight=0, panel_weight=1, tie_chain="extend-cut"), "open"
    )
    seats = [make_seat(made) for _ in range(2)]
    for marks in (8, 8, 4):
        entry = make_entry(made)
        for seat in seats:
            make_sheet(entry, seat, marks, marks)
    advance(made, "locked")
    found = standings.compute(made, closing=True)
    assert found is not None
    made = advance(made, "closed")
    assert ranks_in(made) == [1, 2], "no draw decides: the cut is extended"
    page = signed_in(two[0]).get(reverse("cut_round", args=[season.slug, 1])).content.decode()
    assert page.count("tie decided at step 6: a draw") == 2


def test_a_draw_elsewhere_does_not_extend_the_cut(season: Season) -> None:
    """Two pairs, each equal to the last step: between the pairs the mark of the weightiest criterion decided."""
    made = advance(
        make_round(season, cut=2, popularity_weight=0, panel_weight=1, tie_chain="extend-cut"), "open"
    )
    made.criteria.update(weight=Decimal("0.5"))
    seats = [make_seat(made) for _ in range(2)]
    for song, performance in ((8, 4), (8, 4), (4, 8), (4, 8), (2, 2)):
        entry = make_entry(made)
        for seat in seats:
            make_sheet(entry, seat, song, performance)
    advance(made, "locked")
    found = standings.compute(made, closing=True)
    assert found is not None
    rows = list(found.rows.order_by("rank"))
    assert [row.tie_level for row in rows] == [6, 6, 6, 6, 1] and len({row.blend for row in rows[:4]}) == 1
    assert ranks_in(advance(made, "closed")) == [1, 2] == [row.rank for row in rows if row.is_selected]
