"""The cut: two people, one transaction, mails that wait; nothing changes afterwards."""

import datetime
import random
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from judging.jobs import standings
from judging.jobs.awards import lapse_overdue
from judging.models import Award, Cut, Decision, Prize, Round
from judging.queries.cuts import closing_standings, line_of, next_round
from judging.queries.explain import why
from judging.services import cuts, prizes
from spotlight.accounts.models import Person
from spotlight.ledger import clock
from spotlight.ledger.models import Event, Mail
from submissions.models import Role, Season
from tests.making import (
    PASSWORD,
    advance,
    confirm,
    make_entry,
    make_person,
    make_readings,
    make_role,
    make_round,
    make_season,
    make_seat,
    make_sheet,
)

pytestmark = pytest.mark.django_db


@transaction.atomic
def closed_round(season: Season, number: int = 1, *, entries: int = 10, **extra: Any) -> Round:
    made = advance(make_round(season, number, **extra), "open")
    seats = [make_seat(made) for _ in range(2)]
    chance = random.Random(number)
    for _ in range(entries):
        entry = make_entry(made)
        for seat in seats:
            make_sheet(entry, seat, chance.randint(1, 10), chance.randint(1, 10))
        make_readings(entry, *[chance.randint(0, 50) for _ in range(14)])
    advance(made, "locked")
    standings.compute(made, closing=True)
    return advance(made, "closed")


@pytest.fixture
def season() -> Season:
    return make_season()


def signed_in(person: Person) -> Client:
    client = Client()
    assert person.user is not None
    assert client.login(email=person.user.email, password=PASSWORD)
    return client


def test_the_first_in_order_advance(season: Season, two: tuple[Person, Person]) -> None:
    round = closed_round(season)
    make_round(season, 2)
    cut = cuts.approve_cut(cuts.propose_cut(round, by=two[0]), by=two[1])
    assert list(Decision.objects.filter(cut=cut, outcome="in").values_list("rank", flat=True)) == [1, 2, 3]
    assert list(Decision.objects.filter(cut=cut, outcome="reserve").values_list("rank", "reserve")) == [
        (4, 1),
        (5, 2),
        (6, 3),
    ]
    following = next_round(round)
    assert following is not None
    assert set(following.entries.values_list("submission_id", flat=True)) == set(
        Decision.objects.filter(cut=cut, outcome="in").values_list("entry__submission_id", flat=True)
    )


def test_one_person_is_not_enough(season: Season, two: tuple[Person, Person]) -> None:
    round = closed_round(season)
    cut = cuts.propose_cut(round, by=two[0])
    with pytest.raises(cuts.CutRefused, match="Another person"):
        cuts.approve_cut(cut, by=two[0])
    with pytest.raises(DatabaseError, match="cut_two_people"), transaction.atomic():
        Cut.objects.filter(pk=cut.pk).update(approved_by=two[0])
    assert not Decision.objects.exists()


def test_approving_twice_makes_one_cut(season: Season, two: tuple[Person, Person]) -> None:
    round = closed_round(season)
    cut = cuts.propose_cut(round, by=two[0])
    cuts.approve_cut(cut, by=two[1])
    cuts.approve_cut(cut, by=two[1])
    assert Decision.objects.count() == 10
    assert Event.objects.filter(verb="cut.made").count() == 1


def test_mails_wait_and_go_together(season: Season, two: tuple[Person, Person]) -> None:
    round = closed_round(season)
    make_round(season, 2)
    cuts.approve_cut(cuts.propose_cut(round, by=two[0]), by=two[1])
    assert set(Mail.objects.values_list("state", flat=True)) == {"held"}
    assert Mail.objects.count() == 10
    cuts.announce(round, by=two[0])
    assert set(Mail.objects.values_list("state", flat=True)) == {"ready"}
    assert "advances from Round 1" in Mail.objects.filter(subject__contains="advances").first().subject
    assert round.releases.count() == 1
    cuts.announce(round, by=two[1])
    assert round.releases.count() == 1


def test_a_decision_can_not_be_changed(season: Season, two: tuple[Person, Person]) -> None:
    cuts.approve_cut(cuts.propose_cut(closed_round(season), by=two[0]), by=two[1])
    for change in (
        Decision.objects.filter(rank=4).update,
        lambda **_: Decision.objects.filter(rank=1).delete(),
    ):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            change(outcome="in")


def test_the_number_is_fixed_before_names_are_shown(season: Season, two: tuple[Person, Person]) -> None:
    round = closed_round(season, cut=3, cut_highest=5)
    client = confirm(signed_in(two[0]))
    address = reverse("cut_round", args=[season.slug, 1])
    names = list(round.entries.values_list("submission__track__title", flat=True))
    page = client.get(address).content.decode()
    assert not [name for name in names if name in page]
    with pytest.raises(cuts.CutRefused):
        cuts.propose_cut(round, by=two[0])
    refused = client.post(reverse("cut_number", args=[season.slug, 1]), {"number": 6, "reason": "more"})
    assert refused.status_code == 422
    assert "from 3 to 5" in refused.content.decode()
    client.post(
        reverse("cut_number", args=[season.slug, 1]), {"number": 4, "reason": "a gap after the fourth"}
    )
    page = client.get(address).content.decode()
    assert all(name in page for name in names)
    with pytest.raises(cuts.CutRefused, match="fixed already"):
        cuts.fix_number(round, number=5, reason="no", by=two[1])
    assert cuts.propose_cut(round, by=two[0]).size == 4


def test_entries_with_too_few_sheets_are_passed_over(season: Season, two: tuple[Person, Person]) -> None:
    round = closed_round(season, minimum_sheets=3)
    found = closing_standings(round)
    assert found is not None
    assert line_of(round, found).chosen == []


def test_a_cut_per_market(season: Season) -> None:
    made = advance(
        make_round(season, cut=1, cut_scope="market", minimum_sheets=0, panel_weight=0, popularity_weight=1),
        "open",
    )
    for number, group in enumerate(["jp", "jp", "kr", "kr"]):
        entry = make_entry(made, group=group)
        make_readings(entry, *[5 * number + 1] * 10)
    found = standings.compute(advance(made, "locked"), closing=True)
    assert found is not None
    assert {place.group for place in line_of(made, found).chosen} == {"jp", "kr"}


def test_prizes_go_by_tier_and_pass_to_the_reserve(season: Season, two: tuple[Person, Person]) -> None:
    Prize.objects.create(season=season, tier=1, name="Grand prize", places=1, accept_days=7)
    Prize.objects.create(season=season, tier=2, name="Studio prize", places=2, accept_days=7)
    round = closed_round(season)
    cuts.approve_cut(cuts.propose_cut(round, by=two[0]), by=two[1])
    cuts.announce(round, by=two[0])
    first, second, third = Award.objects.order_by("prize__tier", "place")
    assert [a.entry.decision.rank for a in (first, second, third)] == [1, 2, 3]
    prizes.answer_award(first, accepts=True, by=two[0])
    prizes.answer_award(second, accepts=False, by=two[0])
    passed = Award.objects.get(prize__tier=2, place=1, state="offered")
    assert passed.entry.decision.reserve == 1
    prizes.answer_award(passed, accepts=True, by=two[0])
    clock.move_to(third.accept_by + datetime.timedelta(seconds=1))
    with pytest.raises(prizes.AwardRefused, match="is over"):
        prizes.answer_award(third, accepts=True, by=two[0])
    assert lapse_overdue() == 1
    assert Award.objects.get(prize__tier=2, place=2, state="offered").entry.decision.reserve == 2
    prizes.deliver_award(first, by=two[0])
    season.refresh_from_db()
    assert season.state == "finished"


def test_why_is_for_its_artist_after_the_release(season: Season, two: tuple[Person, Person]) -> None:
    round = closed_round(season)
    make_round(season, 2)
    entry = round.entries.first()
    assert entry is not None
    member = entry.submission.artist.members.get().person
    address = reverse("why", args=[entry.code])
    cuts.approve_cut(cuts.propose_cut(round, by=two[0]), by=two[1])
    panel = [seat.membership.person for seat in round.seats.select_related("membership__person")]
    early, late = (member, panel[0], make_role(season, Role.JUDGE)), (*two, member, *panel)
    assert [signed_in(person).get(address).status_code for person in early] == [404, 404, 404]
    assert [signed_in(person).get(address).status_code for person in two] == [200, 200]
    cuts.announce(round, by=two[0])
    assert {signed_in(person).get(address).status_code for person in late} == {200}
    assert signed_in(early[2]).get(address).status_code == 404  # a judge without a seat on it
    page = signed_in(member).get(address)
    assert page.status_code == 200
    explanation = why(entry)
    assert explanation is not None and len(explanation.marks) == 2
    assert f"Why No. {explanation.standing.rank}" in page.content.decode()
    assert signed_in(make_person()).get(address).status_code == 404
    assert Client().get(address).status_code == 302


def test_only_the_organizer_and_the_chair_see_the_cut(season: Season, two: tuple[Person, Person]) -> None:
    closed_round(season)
    address = reverse("cut_round", args=[season.slug, 1])
    other = make_role(make_season(), Role.ORGANIZER)
    judge = make_role(season, Role.JUDGE)
    assert Client().get(address).status_code == 302
    assert [signed_in(p).get(address).status_code for p in (*two, other, judge, make_person())] == [
        200,
        200,
        404,
        404,
        404,
    ]


def test_the_dashboard_tells_the_artist_what_was_decided(season: Season, two: tuple[Person, Person]) -> None:
    Prize.objects.create(season=season, tier=1, name="Grand prize", places=1)
    round = closed_round(season)
    cuts.approve_cut(cuts.propose_cut(round, by=two[0]), by=two[1])
    first = Decision.objects.get(rank=1).entry
    winner = first.submission.artist.members.get().person
    client, held = signed_in(winner), Mail.objects.get(person=winner, state=Mail.State.HELD)
    before = client.get("/me/").content.decode()
    assert escape(held.subject) not in before and "No. 1" not in before and "Grand prize" not in before, (
        "nothing shows before the announcement"
    )
    cuts.announce(round, by=two[0])
    page = client.get("/me/").content.decode()
    assert f"/entries/{first.code}/why/" in page and escape(held.subject) in page
    assert "Grand prize" in page
    last = Decision.objects.get(rank=10).entry
    page = signed_in(last.submission.artist.members.get().person).get("/me/").content.decode()
    assert "Not advanced" in page and "Winners" not in page, "the path ends where the entry ended"


def test_running_standings_are_for_chair_and_organizer_alone(
    season: Season, two: tuple[Person, Person]
) -> None:
    made = advance(make_round(season), "open")
    seat = make_seat(made)
    entry = make_entry(made)
    make_sheet(entry, seat, 7, 8)
    make_readings(entry, 3, 4, 5, 6, 7, 8, 9)
    standings.compute(made)
    address = reverse("cut_round", args=[season.slug, 1])
    title = entry.submission.track.title
    assert [title in signed_in(person).get(address).content.decode() for person in two] == [True, True]
    assert signed_in(seat.membership.person).get(address).status_code == 404
    both = make_role(season, Role.CHAIR, make_role(season, Role.JUDGE))
    make_seat(made, both)
    assert title not in signed_in(both).get(address).content.decode(), "who scores now sees no standings"
