"""The panel: balanced deals, limits, judges who join late or drop out, repairs."""

from collections import Counter
from collections.abc import Callable

import pytest
from django.test import Client

from judging.jobs import dealing
from judging.models import Assignment, Round, Seat
from judging.queries import deals
from judging.queries.panel import conflicted_pairs
from judging.queries.rounds import entries_below_minimum
from judging.services import desk, panel, rounds
from judging.tasks.rounds import look_for_conflicts, tick
from spotlight.accounts.models import Person
from spotlight.errors import InvalidInput
from spotlight.ledger import clock, work
from spotlight.ledger.models import Event, Mail
from submissions.models import Credit, Organisation, Role, Season, SeasonPartner, TrackArtist
from tests.judging.conftest import at, draft, file_all, judge_of
from tests.making import (
    advance,
    make_artist,
    make_readings,
    make_role,
    make_round,
    make_season,
    make_submission,
    open_for_good,
)

pytestmark = pytest.mark.django_db


def loads(made: Round) -> list[int]:
    return sorted(
        seat.assignments.filter(state="open").count() for seat in made.seats.filter(left_at__isnull=True)
    )


def judges_per_entry(made: Round) -> list[int]:
    held = Counter(made.assignments.filter(state="open").values_list("entry", flat=True))
    return sorted(held.values())


def late_judge(season: Season) -> object:
    return make_role(season, Role.JUDGE).memberships.get(season=season)


def test_each_judge_has_an_order_of_their_own(season: Season, organizer: Person) -> None:
    for _ in range(20):
        make_submission(season)
    made = make_round(season, judges_per_entry=4)
    open_for_good(season)
    rounds.open_round(made, by=organizer)
    lists = [
        tuple(seat.assignments.order_by("position").values_list("entry", flat=True))
        for seat in made.seats.all()
    ]
    assert len(set(lists)) == 4
    assert len({frozenset(own) for own in lists}) == 1


def test_the_same_seed_and_inputs_deal_the_same(open_round: Callable[..., Round]) -> None:
    made = open_round()
    before = set(made.assignments.values_list("entry__code", "seat__code"))
    digest = Event.objects.get(verb="panel.dealt").facts["inputs_sha256"]
    made.assignments.all().delete()
    dealing.deal(made, by=None)
    assert set(made.assignments.values_list("entry__code", "seat__code")) == before
    assert Event.objects.filter(verb="panel.dealt").latest("pk").facts["inputs_sha256"] == digest


def test_the_digest_of_a_deal_knows_the_ranking_that_decided_it(season: Season) -> None:
    """Nobody can say later that a gate went by other plays."""
    made = make_round(season, design=Round.Design.GATE, options={"assignment": {"size": 6}})
    entries = rounds.create_entries(made, season.submissions.all())
    board = dealing.Board(advance(made, Round.State.OPEN))
    before, again = (board.digest("s", dealing.score_now(made)) for _ in range(2))
    make_readings(entries[0], *[50] * 10)
    assert before == again != board.digest("s", dealing.score_now(made))
    assert board.digest("s") not in (before, board.digest("t"))


def test_a_gate_lets_only_the_popular_be_heard(season: Season, organizer: Person) -> None:
    made = make_round(season, design=Round.Design.GATE, options={"assignment": {"size": 2}})
    open_for_good(season)
    loved = list(season.submissions.order_by("pk"))[:2]
    entries = rounds.create_entries(made, season.submissions.all())
    for entry in entries:
        make_readings(entry, *[50 if entry.submission in loved else 1] * 10)
    rounds.open_round(made, by=organizer)
    heard = set(made.assignments.values_list("entry__submission", flat=True))
    assert heard == {submission.pk for submission in loved}
    assert judges_per_entry(made) == [2, 2]


@pytest.mark.parametrize("design", [Round.Design.ADAPTIVE_GAIN, Round.Design.ADAPTIVE_UCB])
def test_an_adaptive_round_deals_wave_after_wave(season: Season, organizer: Person, design: str) -> None:
    for _ in range(34):
        make_submission(season)
    made = make_round(season, cut=5, minimum_sheets=2, design=design, options={"assignment": {"sheets": 80}})
    open_for_good(season)
    rounds.open_round(made, by=organizer)
    assert made.assignments.count() == 28
    assert sorted(Counter(made.assignments.values_list("pool", flat=True)).items()) == [
        ("exploration", 4),
        ("gate", 24),
    ]
    tick()
    work.run_due()
    assert made.assignments.count() == 28, "the first pass is not heard yet"
    made.refresh_from_db()
    told = deals.dealt(made)
    assert told is not None and (told.waves, told.waves_dealt) == (9, 0)
    assert told.next_wave_at == deals.wave_due_at(made, 1) < made.locks_at
    while True:
        before = made.assignments.count()
        file_all_waiting(made)
        tick()
        work.run_due()
        if made.assignments.count() == before:
            break
    dealt = Event.objects.filter(verb="panel.dealt").order_by("pk")
    assert [event.facts["wave"] for event in dealt] == list(range(10))
    assert 76 <= made.assignments.filter(state="open").count() <= 80
    told = deals.dealt(made)
    assert told is not None and (told.waves_dealt, told.next_wave_at) == (9, None)
    pools = {(entry, pool) for entry, pool in made.assignments.values_list("entry", "pool")}
    assert len(pools) == len({entry for entry, _ in pools}), "an entry stays in its pool"


def file_all_waiting(made: Round) -> None:
    waiting = made.assignments.filter(state="open", sheet__isnull=True).order_by("pk")
    for number, duty in enumerate(waiting.select_related("entry", "seat__membership__person", "round")):
        desk.file_sheet(duty, draft(song=(duty.entry.index * 7 + number) % 10), version=0, by=judge_of(duty))


def test_waves_also_come_when_their_time_is_over(season: Season, organizer: Person) -> None:
    made = make_round(season, design=Round.Design.ADAPTIVE_GAIN, options={"assignment": {"sheets": 30}})
    open_for_good(season)
    opened = rounds.open_round(made, by=organizer)
    clock.move_to(opened.opened_at + (made.locks_at - opened.opened_at) / 9)
    tick()
    work.run_due()
    assert Event.objects.filter(verb="panel.dealt").count() == 2


def test_a_round_where_everyone_hears_everything(open_round: Callable[..., Round]) -> None:
    made = open_round(design=Round.Design.ALL_HEAR_ALL)
    assert loads(made) == [6] * 4


def test_featured_artists_and_every_employer_count_as_ties(season: Season, organizer: Person) -> None:
    first, second = season.memberships.filter(role=Role.JUDGE).order_by("pk")[:2]
    one, two = season.submissions.order_by("pk")[:2]
    guest = make_artist(first.person)
    TrackArtist.objects.create(track=one.track, artist=guest, position=1, is_featured=True)
    agency = Organisation.objects.create(name="North Agency", kind="management")
    SeasonPartner.objects.create(season=season, organisation=agency)
    second.person.memberships.create(
        season=season, role=Role.PARTNER, organisation=agency, ended_at=clock.now()
    )
    two.artist.organisation = agency
    two.artist.save()
    made = make_round(season, judges_per_entry=4)
    open_for_good(season)
    rounds.open_round(made, by=organizer)
    assert not Assignment.objects.filter(entry__submission=one, seat__membership=first).exists()
    assert not Assignment.objects.filter(entry__submission=two, seat__membership=second).exists()


def test_a_late_judge_gets_a_fair_share_of_what_nobody_began(
    season: Season, organizer: Person, open_round: Callable[..., Round]
) -> None:
    made = open_round()
    begun = made.assignments.first()
    assert begun is not None
    desk.save_sheet(begun, draft(), version=0, by=judge_of(begun))
    seat, dealt = panel.join_panel(made, late_judge(season), by=organizer)  # type: ignore[arg-type]
    assert len(dealt) == 2
    assert loads(made) == [2, 2, 2, 3, 3]
    assert judges_per_entry(made) == [2] * 6
    begun.refresh_from_db()
    assert begun.state == "open"
    with pytest.raises(panel.AlreadySeated):
        panel.join_panel(made, seat.membership, by=organizer)


def test_only_judges_of_the_season_join(
    season: Season, organizer: Person, open_round: Callable[..., Round]
) -> None:
    made = open_round()
    with pytest.raises(InvalidInput):
        panel.join_panel(made, organizer.memberships.get(), by=organizer)


def test_a_judge_who_drops_out_keeps_filed_sheets_and_hands_on_the_rest(
    organizer: Person, open_round: Callable[..., Round]
) -> None:
    made = open_round()
    seat = made.seats.first()
    assert seat is not None
    filed = seat.assignments.order_by("position").first()
    assert filed is not None
    desk.file_sheet(filed, draft(), version=0, by=judge_of(filed))
    dealt, nobody = panel.leave_panel(seat, by=organizer, reason="ill")
    assert (len(dealt), nobody) == (2, 0)
    assert judges_per_entry(made) == [2] * 6
    assert list(seat.assignments.filter(state="open")) == [filed]
    with pytest.raises(panel.SeatLeft):
        panel.leave_panel(seat, by=organizer, reason="ill")
    with pytest.raises(desk.AssignmentEnded):
        desk.save_sheet(filed, draft(song=1), version=1, by=judge_of(filed))
    assert Event.objects.get(verb="seat.left").facts["moved"] == 2


def test_a_limit_is_never_exceeded(open_round: Callable[..., Round]) -> None:
    made = open_round()
    Seat.objects.filter(round=made).update(capacity=3)
    duty = made.assignments.first()
    assert duty is not None
    assert desk.recuse(duty, reason="x", by=judge_of(duty)) is None


def test_a_repair_in_a_locked_round_can_still_be_filed(
    organizer: Person, open_round: Callable[..., Round]
) -> None:
    made = open_round(minimum_sheets=2)
    file_all(made, but=1)
    at(made, "locks_at")
    rounds.lock_round(made, by=organizer)
    short = made.entries.get(assignments__in=made.assignments.filter(sheet__isnull=True))
    repair = panel.deal_again(short, by=organizer)
    assert repair.is_repair
    assert entries_below_minimum(made).get().repairs == 1
    mail = Mail.objects.filter(template="judge-reminder").latest("pk")
    assert mail.person == judge_of(repair)
    desk.file_sheet(repair, draft(), version=0, by=judge_of(repair))
    at(made, "closes_at")
    closed, _standings = rounds.close_round(made, by=organizer)
    assert closed.closing_sheets.count() == 12


def test_when_nobody_is_left_the_chair_has_to_rule(
    organizer: Person, open_round: Callable[..., Round]
) -> None:
    made = open_round(design=Round.Design.ALL_HEAR_ALL)
    entry = made.entries.first()
    assert entry is not None
    with pytest.raises(panel.NobodyLeft):
        panel.deal_again(entry, by=organizer)


def test_a_person_whose_role_ended_gets_nothing_more(
    season: Season, open_round: Callable[..., Round]
) -> None:
    made = open_round()
    duty = made.assignments.select_related("seat__membership").first()
    assert duty is not None
    member = duty.seat.membership
    member.ended_at = clock.now()
    member.save()
    with pytest.raises(desk.AssignmentEnded):
        desk.save_sheet(duty, draft(), version=0, by=member.person)
    other = duty.entry.assignments.exclude(pk=duty.pk).get()
    new = desk.recuse(other, reason="x", by=judge_of(other))
    assert new is not None and new.seat_id != duty.seat_id
    artist = duty.entry.submission.artist
    assert panel.declare_conflict(season, by=member.person, artist=artist), "who comes back has no seat yet"


def test_earlier_work_and_shared_employers_and_labels_are_ties(season: Season, organizer: Person) -> None:
    """Four judges, four rules, each against another entry; none of these pairs is ever dealt.

    Who is credited may be any judge of that name: then none of them hears it.
    """
    judges = list(season.memberships.filter(role=Role.JUDGE).order_by("pk"))
    entered = list(season.submissions.select_related("artist").order_by("pk"))
    band = make_artist(judges[0].person)
    TrackArtist.objects.create(track=entered[0].track, artist=band, position=1)
    older = make_submission(make_season(), entered[1].artist).track
    Credit.objects.create(track=older, name=judges[1].person.name.upper(), part=Credit.Part.MIXER)
    label = Organisation.objects.create(name="Kite Records")
    own = make_artist(judges[2].person, organisation=label)
    entered[2].artist.organisation = own.organisation
    entered[2].artist.save()
    school = Organisation.objects.create(name="North School", kind="other")
    judges[3].person.memberships.create(season=season, role=Role.EDITOR, organisation=school)
    teacher = entered[3].artist.members.get().person
    teacher.memberships.create(season=season, role=Role.EDITOR, organisation=school)
    made = make_round(season, judges_per_entry=4)
    open_for_good(season)
    rounds.open_round(made, by=organizer)
    pairs = conflicted_pairs(made, made.seats.all(), made.entries.all())
    expected = {
        (made.seats.get(membership=judges[n]).pk, made.entries.get(submission=entered[n]).pk)
        for n in range(4)
    }
    assert pairs == expected
    assert not set(made.assignments.values_list("seat", "entry")) & pairs
    assert deals.dealt(made).excluded == 4
    Person.objects.filter(pk=judges[2].person_id).update(name=f" {judges[1].person.name}  ")
    namesake = made.seats.get(membership=judges[2]).pk, made.entries.get(submission=entered[1]).pk
    assert conflicted_pairs(made, made.seats.all(), made.entries.all()) == expected | {namesake}


def test_a_tie_that_comes_up_later_shuts_the_sheet_and_moves_the_entry(
    open_round: Callable[..., Round], client: Client
) -> None:
    made = open_round()
    duty = made.assignments.select_related(
        "entry__submission__artist", "seat__membership__person__user"
    ).first()
    assert duty is not None
    desk.file_sheet(duty, draft(), version=0, by=judge_of(duty))
    duty.seat.membership.organisation = Organisation.objects.create(name="Kite Records")
    duty.seat.membership.save()
    client.force_login(judge_of(duty).user)
    page = f"/admin/desk/{made.code}/{duty.entry.alias}/"
    assert client.get(page).status_code == 200
    duty.entry.submission.artist.organisation = duty.seat.membership.organisation
    duty.entry.submission.artist.save()
    listed = client.get(f"/admin/desk/{made.code}/").context["rows"]
    assert duty.entry_id not in {row["duty"].entry_id for row in listed} and listed, (
        "nor is it listed meanwhile"
    )
    assert client.get(page)["Location"] == f"/admin/desk/{made.code}/", "it leaves the list at once"
    look_for_conflicts()
    work.run_due()
    duty.refresh_from_db()
    assert (duty.state, duty.reason) == ("recused", "conflict by rule")
    assert judges_per_entry(made) == [2] * 6
    assert Event.objects.filter(verb="assignment.recused").count() == 1
    facts = Event.objects.get(verb="assignment.dealt").facts
    assert all(len(facts[name]) == 64 for name in ("inputs_sha256", "seed_sha256"))
    other = made.assignments.filter(state="open").exclude(seat=duty.seat).first()
    assert other is not None
    other.entry.submission.artist.members.create(person=judge_of(other))
    look_for_conflicts()
    work.run_due()
    other.refresh_from_db()
    assert other.state == "recused", "nor waits it for the judge to look"


def test_limits_set_before_the_opening_shape_the_deal_and_are_shown_with_its_proof(
    season: Season, organizer: Person, client: Client
) -> None:
    made = make_round(season)
    open_for_good(season)
    judge = season.memberships.filter(role=Role.JUDGE).first()
    assert judge is not None
    client.force_login(organizer.user)
    room = f"/admin/chair/{made.code}/"
    for most in ("0", "x", "1"):
        client.post(f"{room}limit/", {"judge": judge.person.code, "most": most})
    opened = rounds.open_round(made, by=organizer)
    assert opened.seats.get(membership=judge).assignments.count() == 1
    found = deals.dealt(opened)
    assert found is not None
    assert (found.fewest, found.most, found.groups, found.is_level) == (1, 4, 1, False)
    facts = Event.objects.get(verb="panel.dealt").facts
    page = client.get(room).content.decode()
    assert facts["inputs_sha256"] in page and facts["seed_sha256"] in page
    leaving = opened.seats.exclude(membership=judge).first()
    assert leaving is not None
    panel.leave_panel(leaving, by=organizer, reason="ill")
    again = deals.dealt(opened)
    assert again is not None and [deal.wave for deal in again.deals] == [0, None]
    assert loads(opened) == [1, 5, 6], "one stays at the limit, the others carry the rest alike"
