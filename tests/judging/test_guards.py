"""A closed round cannot change: raw SQL, as the application's role, on every table that feeds it."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from judging.jobs import standings
from judging.models import Round, Ruling
from judging.services import desk, rounds
from judging.services.chair import rule
from spotlight.accounts.models import Person
from tests.judging.conftest import at, draft, file_all, judge_of
from tests.making import make_entry, make_readings, make_round, make_season, make_seat, sqlstate

pytestmark = pytest.mark.django_db

FED_BY = {
    "judging_entry": "round_id = %(round)s",
    "judging_seat": "round_id = %(round)s",
    "judging_assignment": "round_id = %(round)s",
    "judging_scoresheet": "round_id = %(round)s",
    "judging_score": "sheet_id IN (SELECT id FROM judging_scoresheet WHERE round_id = %(round)s)",
    "judging_sheetversion": "sheet_id IN (SELECT id FROM judging_scoresheet WHERE round_id = %(round)s)",
    "judging_ruling": "round_id = %(round)s",
    "judging_criterion": "round_id = %(round)s",
    "judging_metric": "round_id = %(round)s",
    "judging_standings": "round_id = %(round)s",
    "judging_standing": "standings_id IN (SELECT id FROM judging_standings WHERE round_id = %(round)s)",
    "judging_roundrules": "round_id = %(round)s",
    "judging_roundsheet": "round_id = %(round)s",
    "judging_roundreading": "round_id = %(round)s",
}
ALL_GUARDED = [
    *FED_BY,
    "judging_round",
    "judging_decision",
    "judging_release",
    "judging_chartweek",
    "judging_chartrow",
]
# What is guarded once for all rows of a statement is refused after them: by its own guard, if they could stand at all.
NEW_ROW = {"judging_standing": {"rank": "rank + 1000", "entry_id": "-entry_id"}}
SOFT = {"SL001", "SL003"}  # refused as closed, or as a row that is only ever added


@pytest.fixture
def closed(open_round: Callable[..., Round], organizer: Person) -> Round:
    """A closed round with at least one row in every table that feeds it."""
    made = open_round(minimum_sheets=2)
    for entry in made.entries.all():
        make_readings(entry, 3, 4, 5)
    sheets = file_all(made, but=1)
    at(made, "locks_at")
    rounds.lock_round(made, by=organizer)
    first = sheets[0].assignment
    desk.revise_sheet(first, draft(song=2), version=1, reason="heard again", by=judge_of(first))
    codes = list(made.entries.values_list("code", flat=True))
    rule(made, codes, outcome=Ruling.Outcome.STANDS, reason="ill", by=organizer)
    at(made, "closes_at")
    rounds.close_round(made, by=organizer)
    return made


def refusal(sql: str, **values: Any) -> str | None:
    """The SQLSTATE with which the database refuses a statement, None if it doesn't."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, values)
            raise Accepted
    except Accepted:
        return None
    except DatabaseError as error:
        return sqlstate(error)


class Accepted(Exception):
    """The statement went through; it is rolled back."""


def columns(table: str) -> list[str]:
    with connection.cursor() as cursor:
        return [
            c.name for c in connection.introspection.get_table_description(cursor, table) if c.name != "id"
        ]


def test_no_row_of_a_closed_round_changes_goes_or_comes(
    closed: Round, as_app_role: None, subtests: pytest.Subtests
) -> None:
    for table in FED_BY:
        with subtests.test(table):
            nothing_changes(closed, table)


def nothing_changes(closed: Round, table: str) -> None:
    where, names = FED_BY[table], ", ".join(f'"{name}"' for name in columns(table))
    new = ", ".join(NEW_ROW.get(table, {}).get(name, f'"{name}"') for name in columns(table))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table} WHERE {where}", {"round": closed.pk})
        assert cursor.fetchone()[0] > 0, "the test has something to try on"
    any_column = columns(table)[0]
    assert (
        refusal(f'UPDATE {table} SET "{any_column}" = "{any_column}" WHERE {where}', round=closed.pk) in SOFT
    )
    assert refusal(f"DELETE FROM {table} WHERE {where}", round=closed.pk) in SOFT
    assert (
        refusal(
            f"INSERT INTO {table} ({names}) SELECT {new} FROM {table} WHERE {where} LIMIT 1",
            round=closed.pk,
        )
        == "SL001"
    )


def test_the_application_can_not_empty_a_table_nor_silence_its_guard(as_app_role: None) -> None:
    not_allowed = "42501"
    for table in ALL_GUARDED:
        assert refusal(f"TRUNCATE {table} CASCADE") == not_allowed, table
        assert refusal(f"ALTER TABLE {table} DISABLE TRIGGER ALL") == not_allowed, table
    assert refusal("SET session_replication_role = replica") == not_allowed


def test_where_the_clock_is_fixed_the_owner_can_not_empty_either(closed: Round) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SET CONSTRAINTS ALL IMMEDIATE"
        )  # no pending checks: they would refuse before the guard does
        cursor.execute("UPDATE ledger_clock SET \"offset\" = interval '0', movable = false")
    for table in ALL_GUARDED:
        assert refusal(f"TRUNCATE {table} CASCADE") in SOFT, table


def test_the_round_itself_stands_still(closed: Round, as_app_role: None) -> None:
    other = make_season()
    for change in (
        "state = 'locked'",
        "closed_at = now()",
        "panel_weight = 1",
        "name = 'x'",
        "number = 9",
        "minimum_sheets = 0",
        "season_id = %(other)s",
    ):
        sql = f"UPDATE judging_round SET {change} WHERE id = %(round)s"
        assert refusal(sql, round=closed.pk, other=other.pk) == "SL001", change
    assert refusal("DELETE FROM judging_round WHERE id = %(round)s", round=closed.pk) in {"SL001", "23503"}


def test_a_round_goes_only_forward_one_stage_at_a_time(open_round: Callable[..., Round]) -> None:
    made = open_round()
    for state in ("planned", "closed", "announced"):
        assert (
            refusal("UPDATE judging_round SET state = %(to)s WHERE id = %(round)s", to=state, round=made.pk)
            == "SL001"
        )


def test_rows_never_move_to_another_round(closed: Round, as_app_role: None) -> None:
    other = make_round(make_season())
    seat = make_seat(other)
    for table in (
        "entry",
        "seat",
        "assignment",
        "scoresheet",
        "ruling",
        "criterion",
        "metric",
        "standings",
        "roundsheet",
    ):
        sql = f"UPDATE judging_{table} SET round_id = %(other)s WHERE round_id = %(round)s"
        assert refusal(sql, other=other.pk, round=closed.pk) == "SL001", table
    entry = closed.entries.first()
    assert entry is not None
    smuggled = (
        "INSERT INTO judging_assignment (round_id, entry_id, seat_id, state, position, pool, wave, is_repair, reason, created_at)"
        " VALUES (%(other)s, %(entry)s, %(seat)s, 'open', 1, '', 0, false, '', now())"
    )
    assert refusal(smuggled, other=other.pk, entry=entry.pk, seat=seat.pk) == "SL001"


def test_in_an_open_round_sheets_stay_with_their_assignment(
    open_round: Callable[..., Round], as_app_role: None
) -> None:
    made = open_round()
    sheet = file_all(made, but=2)[0]
    free = made.assignments.filter(sheet__isnull=True).first()
    assert free is not None
    assert (
        refusal(
            "UPDATE judging_scoresheet SET assignment_id = %(to)s WHERE id = %(sheet)s",
            to=free.pk,
            sheet=sheet.pk,
        )
        == "SL001"
    )
    assert (
        refusal("UPDATE judging_assignment SET entry_id = entry_id + 1 WHERE id = %(id)s", id=free.pk)
        == "SL001"
    )


def test_the_rubric_of_an_open_season_can_not_leave_by_the_side_door(
    open_round: Callable[..., Round], as_app_role: None
) -> None:
    made, planned = open_round(), make_round(make_season(), criteria=False)
    sql = "UPDATE judging_criterion SET round_id = %(to)s WHERE round_id = %(round)s"
    assert refusal(sql, to=planned.pk, round=made.pk) == "SL001"


def test_a_draft_can_not_be_filed_once_the_round_is_locked(
    open_round: Callable[..., Round], organizer: Person, as_app_role: None
) -> None:
    made = open_round()
    duty = made.assignments.first()
    assert duty is not None
    desk.save_sheet(duty, draft(), version=0, by=judge_of(duty))
    at(made, "locks_at")
    rounds.lock_round(made, by=organizer)
    assert (
        refusal("UPDATE judging_scoresheet SET state = 'filed' WHERE round_id = %(round)s", round=made.pk)
        == "SL001"
    )
    sql = (
        "INSERT INTO judging_scoresheet (round_id, assignment_id, state, version, note, comment, heard_ms, updated_at)"
        " SELECT round_id, id, 'filed', 1, '', '', 0, now() FROM judging_assignment a WHERE round_id = %(round)s"
        " AND NOT EXISTS (SELECT 1 FROM judging_scoresheet s WHERE s.assignment_id = a.id) LIMIT 1"
    )
    assert refusal(sql, round=made.pk) == "SL001"


def test_windows_of_a_closed_round_stand_still_too(closed: Round) -> None:
    with pytest.raises(DatabaseError):
        Round.objects.filter(pk=closed.pk).update(closes_at=closed.closes_at + datetime.timedelta(days=1))


def test_rows_of_standings_hold_what_they_name(open_round: Callable[..., Round], as_app_role: None) -> None:
    made = open_round()
    foreign = make_entry(make_round(make_season()))
    make_readings(made.entries.all()[0], 3, 4, 5)
    found = standings.compute(made)
    assert found is not None
    late = make_entry(made)
    row = (
        "INSERT INTO judging_standing (standings_id, entry_id, rank, blend, probability, sheets, tie_level, is_selected, parts)"
        " VALUES (%(standings)s, %(entry)s, 99, 0, 0, 0, 0, false, '{}')"
    )
    assert refusal(row, standings=found.pk, entry=late.pk) is None
    assert refusal(row, standings=found.pk, entry=foreign.pk) == "23503"
    assert refusal(row, standings=found.pk, entry=-1) == "23503"
    assert refusal(row, standings=-1, entry=late.pk) == "23503"
    assert refusal("DELETE FROM judging_standings WHERE id = %(key)s", key=found.pk) == "23503"
    delete = "DELETE FROM judging_entry WHERE id = %(key)s"
    assert refusal(delete, key=found.rows.all()[0].entry_id) == "23503"
    assert refusal(delete, key=late.pk) is None
