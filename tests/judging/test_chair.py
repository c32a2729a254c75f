"""The chair's room: who sees what, rulings, reminders, and the steps of a round."""

from collections.abc import Callable

import pytest
from django.test import Client

from judging import permissions
from judging.jobs import standings
from judging.models import Conflict, Remark, Round, Ruling, ScoreSheet, Seat
from judging.queries import chair as queries
from judging.queries.history import history_of
from judging.services import chair, desk, panel, rounds
from spotlight.accounts.models import Person
from spotlight.errors import InvalidInput
from spotlight.ledger import clock
from spotlight.ledger.models import Event, Mail
from submissions.models import Membership, Role, Season
from tests.judging.conftest import at, draft, file_all, judge_of
from tests.making import (
    confirm,
    make_person,
    make_role,
    make_round,
    make_season,
    make_submission,
    open_for_good,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def head(season: Season) -> Person:
    return make_role(season, Role.CHAIR)


@pytest.fixture
def made(open_round: Callable[..., Round]) -> Round:
    return open_round(minimum_sheets=2)


def url(made: Round, more: str = "") -> str:
    return f"/admin/chair/{made.code}/{more}"


def test_coverage_counts_filed_sheets_of_entries_still_in(made: Round) -> None:
    file_all(made, but=2)
    found = queries.coverage(made)
    assert (found.entries, found.sheets, found.wanted, found.target) == (6, 10, 12, 2)
    assert sum(number * entries for number, entries in found.by_sheets) == 10
    made.entries.filter(assignments__sheet__isnull=True).update(state="withdrawn")
    assert queries.coverage(made).below == 0


def test_who_is_behind_the_clock(made: Round) -> None:
    early = queries.judges(made, at=made.opens_at)
    late = queries.judges(made, at=made.locks_at)
    assert not any(row.is_behind for row in early)
    assert all(row.is_behind and row.left == 3 for row in late)


def test_reminders_go_to_who_still_has_sheets_to_file(made: Round, head: Person) -> None:
    done = made.assignments.select_related("seat__membership__person").first()
    assert done is not None
    for duty in done.seat.assignments.all():
        desk.file_sheet(duty, draft(), version=0, by=judge_of(done))
    assert chair.remind(made, by=head) == 3
    assert chair.remind(made, [done.seat.code], by=head) == 0
    assert judge_of(done) not in {mail.person for mail in Mail.objects.filter(template="judge-reminder")}
    assert Event.objects.filter(verb="judges.reminded").count() == 2


def test_only_the_chair_rules_and_only_with_a_reason(
    made: Round, head: Person, organizer: Person, client: Client
) -> None:
    file_all(made, but=1)
    at(made, "locks_at")
    rounds.lock_round(made, by=organizer)
    short = made.entries.get(assignments__sheet__isnull=True)
    with pytest.raises(InvalidInput):
        chair.rule(made, [short.code], outcome="stands", reason="  ", by=head)
    sent = {"entry": short.code, "outcome": "selectable", "reason": "Two heard it at the hall."}
    client.force_login(organizer.user)
    assert client.post(url(made, "rule/"), sent).status_code == 404
    client.force_login(head.user)
    assert short.alias[:3].upper() in client.get(url(made)).content.decode()
    assert client.post(url(made, "rule/"), {"entry": short.code}).status_code == 400
    assert client.post(url(made, "rule/"), sent).status_code == 302
    ruling = Ruling.objects.get()
    assert (ruling.entry, ruling.outcome, ruling.by) == (short, "selectable", head)


def test_a_panel_that_falls_apart_is_closed_only_by_who_says_so(
    open_round: Callable[..., Round], head: Person, organizer: Person, client: Client
) -> None:
    made = open_round(judges_per_entry=1)
    file_all(made)
    rounds.lock_round(made, by=organizer)
    at(made, "closes_at")
    confirm_as(client, head)
    assert "fall into 4 groups" in client.get(url(made, "close/")).content.decode()
    assert client.post(url(made, "close/"))["Location"] == url(made, "close/")
    made.refresh_from_db()
    assert made.state == Round.State.LOCKED
    client.post(url(made, "close/"), {"apart": "on"})
    made.refresh_from_db()
    assert made.state == Round.State.CLOSED
    assert Event.objects.get(verb="round.closed").facts["groups"] == 4


def confirm_as(client: Client, person: Person) -> None:
    client.force_login(person.user)
    confirm(client)


def test_nobody_else_gets_in(made: Round, season: Season, client: Client) -> None:
    seat = made.seats.first()
    assert seat is not None
    pages = ["/admin/chair/", url(made), url(made, "lock/"), url(made, f"leave/{seat.code}/")]
    posts = [url(made, more) for more in ("remind/", "rule/", "join/", "lock/", f"leave/{seat.code}/")]
    assert [client.get(page).status_code for page in pages] == [302] * 4
    outsiders = [
        make_person(),
        make_role(season, Role.CLEARANCE),
        make_role(season, Role.JUDGE),
        make_role(season, Role.PARTNER),
    ]
    for person in outsiders:
        client.force_login(person.user)
        assert [client.get(page).status_code for page in pages] == [404] * 4
        assert [client.post(page).status_code for page in posts] == [404] * 5
    made.refresh_from_db()
    assert made.state == Round.State.OPEN


def test_marks_are_for_the_chair_and_not_for_a_chair_who_judges(
    made: Round, head: Person, organizer: Person, client: Client
) -> None:
    file_all(made)
    client.force_login(head.user)
    page = client.get(url(made))
    assert page.context["spreads"] and "Disagreement" in page.content.decode()
    client.force_login(organizer.user)
    page = client.get(url(made))
    assert "spreads" not in page.context and "Disagreement" not in page.content.decode()
    judge = made.assignments.select_related("seat__membership__person").first()
    assert judge is not None
    both = judge_of(judge)
    Membership.objects.create(season=made.season, person=both, role=Role.CHAIR)
    client.force_login(both.user)
    assert "spreads" not in client.get(url(made)).context
    rounds.lock_round(made, by=organizer)
    made.refresh_from_db()
    assert permissions.can_see_marks(both.user, made)


def test_who_leads_and_judges_marks_nothing_once_the_locked_round_is_shown(
    made: Round, organizer: Person, client: Client
) -> None:
    """Nobody sees the others' marks and gives marks after that: not by a change, a repair or a seat taken late."""
    duty = file_all(made)[0].assignment
    both = judge_of(duty)
    Membership.objects.create(season=made.season, person=both, role=Role.CHAIR)
    late = make_role(made.season, Role.JUDGE, organizer).memberships.get(role=Role.JUDGE)
    with pytest.raises(panel.SeesMarks):
        panel.join_panel(made, late, by=organizer)
    rounds.lock_round(made, by=organizer)
    with pytest.raises(desk.RoundClosed, match="You lead this season"):
        desk.revise_sheet(duty, draft(song=10), version=1, reason="heard again", by=both)
    client.force_login(both.user)
    assert not client.get(f"/admin/desk/{made.code}/{duty.entry.alias}/").context["may_write"]
    entries = list(made.entries.select_related("round"))
    assert any(not entry.assignments.filter(seat=duty.seat).exists() for entry in entries)
    dealt, _nobody = panel.deal_many(entries, by=organizer)
    assert dealt and duty.seat not in {repair.seat for repair in dealt}
    other = next(d for d in made.assignments.filter(is_repair=False) if judge_of(d) != both)
    desk.revise_sheet(other, draft(song=10), version=1, reason="heard again", by=judge_of(other))


def test_a_chair_rules_on_nobody_they_are_tied_to(made: Round, head: Person, organizer: Person) -> None:
    file_all(made, but=1)
    at(made, "locks_at")
    rounds.lock_round(made, by=organizer)
    short = made.entries.get(assignments__sheet__isnull=True)
    tie = Conflict.objects.create(
        season=made.season, person=head, artist=short.submission.artist, declared_at=clock.now()
    )
    with pytest.raises(InvalidInput, match="tied"):
        chair.rule(made, [short.code], outcome="selectable", reason="I know they are good.", by=head)
    assert not Ruling.objects.exists()
    tie.delete()
    assert chair.rule(made, [short.code], outcome="stands", reason="Too few heard it.", by=head)


def test_a_round_is_led_to_its_end_on_the_pages(made: Round, head: Person, client: Client) -> None:
    file_all(made)
    client.force_login(head.user)
    assert client.get("/admin/chair/")["Location"] == url(made)
    assert client.get(url(made, "close/")).status_code == 404
    assert "unlock" in client.get(url(made, "lock/")).content.decode()
    client.post(url(made, "lock/"))
    made.refresh_from_db()
    assert made.state == Round.State.LOCKED
    client.post(url(made, "close/"))
    made.refresh_from_db()
    assert made.state == Round.State.LOCKED, "the discussion is not over"
    at(made, "closes_at")
    assert "Nobody can undo this" in client.get(url(made, "close/")).content.decode()
    confirm(client).post(url(made, "close/"))
    made.refresh_from_db()
    assert made.state == Round.State.CLOSED
    assert client.get(url(made)).status_code == 200


def test_judges_come_and_go_on_the_pages(
    made: Round, season: Season, organizer: Person, client: Client
) -> None:
    client.force_login(organizer.user)
    late = make_role(season, Role.JUDGE)
    assert late.name in client.get(url(made)).content.decode()
    client.post(url(made, "join/"), {"judge": late.code})
    seat = made.seats.get(membership__person=late)
    assert seat.assignments.count() == 2
    assert client.post(url(made, f"leave/{seat.code}/"), {"reason": ""}).status_code == 422
    client.post(url(made, f"leave/{seat.code}/"), {"reason": "on tour"})
    seat.refresh_from_db()
    assert seat.left_at is not None
    assert client.post(url(made, "join/"), {"judge": "nobody"}).status_code == 404
    assert client.post(url(made, "deal/nothing/")).status_code == 404


def test_a_chair_of_another_season_finds_nothing(made: Round, client: Client) -> None:
    from_elsewhere = make_role(make_season(), Role.CHAIR)
    client.force_login(from_elsewhere.user)
    assert client.get(url(made)).status_code == 404
    assert made.name not in client.get("/admin/chair/?all").content.decode()


def test_the_room_costs_the_same_for_few_and_many_entries(
    made: Round, head: Person, client: Client, django_assert_max_num_queries: Callable[..., object]
) -> None:
    file_all(made)
    client.force_login(head.user)
    with django_assert_max_num_queries(43):  # type: ignore[attr-defined]
        client.get(url(made))
    assert clock.now() < made.locks_at


def test_what_the_standings_say_of_the_panel(
    season: Season, organizer: Person, head: Person, client: Client
) -> None:
    for _ in range(6):
        make_submission(season)
    made = make_round(season, judges_per_entry=4, cut=4)
    open_for_good(season)
    made = rounds.open_round(made, by=organizer)
    strict = made.seats.order_by("pk").first()
    assert strict is not None
    for duty in made.assignments.select_related("seat__membership__person", "round", "entry"):
        song = 2 + duty.entry.index % 6 - (2 if duty.seat_id == strict.pk else 0)
        desk.file_sheet(duty, draft(song=song, performance=max(song, 1)), version=0, by=judge_of(duty))
    standings.compute(made)
    found = queries.findings(made)
    assert found is not None
    by_name = {row.name: row for row in found.leniencies}
    odd = by_name[judge_of_seat(strict).name]
    assert odd.points < -0.8 and odd.is_clear
    assert odd.interval[0] < odd.points < odd.interval[1]
    assert all(row.points > odd.points for name, row in by_name.items() if name != odd.name)
    assert found.groups == 1
    assert [row.rank for row in found.zone] == sorted(row.rank for row in found.zone)
    client.force_login(head.user)
    page = client.get(url(made)).content.decode()
    assert "At the line" in page and "Leniency" in page
    client.force_login(judge_of_seat(strict).user)
    assert client.get(url(made)).status_code == 404


def judge_of_seat(seat: Seat) -> Person:
    return seat.membership.person


def test_the_chair_sees_both_versions_of_a_changed_sheet_and_the_organizer_neither(
    made: Round, head: Person, organizer: Person, client: Client
) -> None:
    duty = file_all(made)[0].assignment
    rounds.lock_round(made, by=organizer)
    desk.revise_sheet(
        duty,
        draft(song=9.5, comment="Keep the bridge."),
        version=1,
        reason="Heard it on speakers.",
        by=judge_of(duty),
    )
    page = url(made, f"entries/{duty.entry.code}/")
    client.force_login(head.user)
    seen = client.get(page).content.decode()
    for words in ("Heard it on speakers.", "Song 9.5", "Song 1", "Keep the bridge."):
        assert words in seen
    assert "1 change" in client.get(url(made)).content.decode()
    client.force_login(organizer.user)
    assert client.get(page).status_code == 404
    client.force_login(judge_of(duty).user)
    assert client.get(page).status_code == 404


def test_the_panel_discusses_the_line_zone_while_the_round_is_locked(
    season: Season, organizer: Person, head: Person, client: Client
) -> None:
    """Who scored an entry near the line, and the chair, talk about it; judges see no place, no probability, nobody's marks."""
    for _ in range(6):
        make_submission(season)
    made = make_round(season, judges_per_entry=3, cut=4)
    open_for_good(season)
    made = rounds.open_round(made, by=organizer)
    places = {seat.pk: place for place, seat in enumerate(made.seats.order_by("pk"))}
    for duty in made.assignments.select_related("seat__membership__person", "round", "entry"):
        song = 3 + (duty.entry.index * 3 + places[duty.seat_id]) % 5
        desk.file_sheet(duty, draft(song=song, performance=song), version=0, by=judge_of(duty))
    seat = made.seats.select_related("membership__person__user").first()
    assert seat is not None
    judge, address = judge_of_seat(seat), f"/admin/desk/{made.code}/discussion/"
    client.force_login(judge.user)
    assert client.get(address).status_code == 404, "not while marks come in"
    rounds.lock_round(made, by=organizer)
    standings.compute(made)
    threads = client.get(address).context["threads"]
    assert threads and all(t.duty.seat_id == seat.pk and t.line is None for t in threads)
    page = client.get(address).content.decode()
    assert "%" not in page.split("<main")[1].split("</main>")[0] and "Place" not in page
    heard = {t.entry.alias for t in threads}
    client.post(address, {"entry": threads[0].entry.alias, "text": "Listen to the bridge."})
    client.post(address, {"entry": threads[0].entry.alias, "text": "  "})
    foreign = made.entries.exclude(alias__in=heard).first()
    assert foreign is not None
    assert client.post(address, {"entry": foreign.alias, "text": "me too"}).status_code == 404
    client.force_login(head.user)
    room = client.get(url(made, "discussion/"))
    assert "Listen to the bridge." in room.content.decode() and "sure to be in" in room.content.decode()
    assert [t.line.rank for t in room.context["threads"]] == sorted(
        t.line.rank for t in room.context["threads"]
    )
    client.post(url(made, "discussion/"), {"entry": threads[0].entry.alias, "text": "From the chair."})
    tie = Conflict.objects.create(
        season=season, person=head, artist=threads[0].entry.submission.artist, declared_at=clock.now()
    )
    tied = {"entry": threads[0].entry.alias, "text": "My cousin is the best."}
    assert client.post(url(made, "discussion/"), tied).status_code == 404
    tie.delete()
    client.force_login(organizer.user)
    assert client.get(url(made, "discussion/")).status_code == 404
    at(made, "closes_at")
    rounds.close_round(made, by=organizer)
    client.force_login(judge.user)
    client.post(address, {"entry": threads[0].entry.alias, "text": "too late"})
    assert list(Remark.objects.values_list("text", flat=True)) == ["Listen to the bridge.", "From the chair."]
    assert "From the chair." in client.get(address).content.decode()


def test_the_next_ten_listens_are_dealt_together(made: Round, head: Person, client: Client) -> None:
    file_all(made)
    standings.compute(made)
    client.force_login(head.user)
    found = client.get(url(made)).context["found"]
    assert found.listens[0].percent == 100 and found.influence is not None
    chosen = [row.entry.code for row in found.listens]
    client.post(url(made, "deal/"), {"entry": chosen})
    more = made.assignments.filter(entry__code__in=chosen, sheet__isnull=True)
    assert more.count() == len(chosen)


def test_a_judge_sees_own_history_and_pace_and_nobody_elses(
    made: Round, organizer: Person, client: Client
) -> None:
    file_all(made)
    seat = made.seats.select_related("membership__person__user").first()
    assert seat is not None
    judge = judge_of_seat(seat)
    own = history_of(judge.user, made)
    marks = [
        float(sum(s.value * s.criterion.weight for s in sheet.scores.all()))
        for sheet in ScoreSheet.objects.filter(assignment__seat=seat)
    ]
    assert (own.sheets, own.sheets_before, own.median) == (3, 0, round(sorted(marks)[1], 6))
    assert sum(row.now for row in own.rows) == 3
    later = make_round(make_season(), opened_at=clock.now())
    assert history_of(judge.user, later).sheets_before == 3, "the next season compares with it"
    client.force_login(judge.user)
    assert "My pace and my marks" in client.get(f"/admin/desk/{made.code}/").content.decode()
