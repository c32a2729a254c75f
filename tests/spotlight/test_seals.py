"""The hash chain over the event log: in order, without gaps, closed against change, silent about people."""

import hashlib
import json
import threading

import psycopg2
import pytest
from django.db import DatabaseError, connection, transaction

from spotlight.accounts.models import Person
from spotlight.ledger import events, seals
from spotlight.ledger.models import Event, Seal, Unsealed
from tests.making import guards_off, make_person
from tests.racing import PATIENCE, commits_late, race  # noqa: F401  (a fixture)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mina() -> Person:
    return make_person("Mina")


def log(verb: str, by: Person | None = None, season: str = "s", **facts: object) -> Event:
    return events.log(verb, "round:s-1", by=by, season=season, **facts)


def verbs(season: str = "s") -> list[str]:
    return list(Seal.objects.filter(season=season).values_list("event__verb", flat=True))


def test_lines_name_the_digest_before_them(mina: Person) -> None:
    for verb in ("a", "b", "c"):
        log(verb, mina)
    log("x", season="other")
    assert seals.seal() == 4
    rows = list(Seal.objects.filter(season="s"))
    lines = [json.loads(row.line) for row in rows]
    assert [line["previous"] for line in lines] == [seals.START, rows[0].digest, rows[1].digest]
    assert [line["sequence"] for line in lines] == [1, 2, 3]
    assert seals.problems("s") == seals.problems("other") == []
    assert seals.seal() == 0


def test_an_event_that_may_come_before_is_waited_for(mina: Person) -> None:
    """A transaction writes first and commits last: nothing after it is sealed meanwhile."""
    written, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            log("first")
            written.set()
            go_on.wait(PATIENCE)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert written.wait(PATIENCE)
    log("second")
    sealed_meanwhile = seals.seal()
    go_on.set()
    thread.join()
    assert sealed_meanwhile == 0
    assert seals.seal() == 2
    assert verbs() == ["first", "second"]


def test_a_transaction_in_another_database_holds_nothing_up(mina: Person) -> None:
    written, go_on = threading.Event(), threading.Event()

    def elsewhere() -> None:
        other = psycopg2.connect(**connection.get_connection_params() | {"dbname": "postgres"})
        with other, other.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()")
            written.set()
            go_on.wait(PATIENCE)
        other.close()

    thread = threading.Thread(target=elsewhere)
    thread.start()
    assert written.wait(PATIENCE)
    log("a", mina)
    sealed_meanwhile = seals.seal()
    go_on.set()
    thread.join()
    assert sealed_meanwhile == 1


@pytest.mark.usefixtures("commits_late")
def test_sealers_at_the_same_time_make_one_chain() -> None:
    for number in range(60):
        log(f"v{number}")
    race(*[seals.seal] * 4)
    assert verbs() == [f"v{number}" for number in range(60)]
    assert seals.problems("s") == []


def test_seals_are_never_changed(mina: Person) -> None:
    log("a", mina)
    seals.seal()
    for change in (lambda: Seal.objects.update(line="{}"), lambda: Seal.objects.all().delete()):
        with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
            change()


def test_what_the_owner_changes_behind_the_guards_is_found(mina: Person) -> None:
    for verb in ("a", "b", "c"):
        log(verb, mina, number=1)
    seals.seal()
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE ledger_event SET facts = '{\"number\": 2}' WHERE verb = 'b'")
        cursor.execute("UPDATE ledger_seal SET line = replace(line, '\"c\"', '\"d\"') WHERE sequence = 3")
        cursor.execute("SET session_replication_role = DEFAULT")
    found = seals.problems("s")
    assert "the event of seal 2 is not what was sealed" in found
    assert "seal 3 does not have the digest of its line" in found


def test_a_seal_that_names_another_before_it_is_found() -> None:
    log("a")
    log("b")
    seals.seal()
    last = Seal.objects.get(sequence=2)
    line = last.line.replace(json.loads(last.line)["previous"], "f" * 64)
    with transaction.atomic(), guards_off():
        Seal.objects.filter(pk=last.pk).update(line=line, digest=hashlib.sha256(line.encode()).hexdigest())
    assert seals.problems("s") == ["seal 2 does not follow the one before it"]


def test_an_event_kept_out_of_the_chain_is_found() -> None:
    log("a")
    Unsealed.objects.all().delete()
    assert seals.seal() == 0
    assert "was taken out of the chain" in seals.problems("s")[0]


def test_lines_say_nothing_about_people_and_outlive_their_keys(mina: Person) -> None:
    events.log("note", "artist:canary-slug", by=mina, season="s", reason="Canary said so", person=mina.code)
    log("b", mina, reason="canary", state="open", sheets=3)
    seals.seal()
    text = "".join(Seal.objects.values_list("line", flat=True))
    assert "anary" not in text and mina.code not in text and mina.name not in text
    first, second = (json.loads(line) for line in Seal.objects.values_list("line", flat=True))
    assert first["actor"] == second["actor"] == first["facts"]["person"] == seals.token(mina, "s")
    assert seals.token(mina, "s") != seals.token(mina, "other")
    assert second["facts"]["state"] == "open" and second["facts"]["sheets"] == 3
    Person.objects.filter(pk=mina.pk).update(erasure_key=b"")
    assert seals.problems("s") == []


def test_the_application_may_seal(mina: Person) -> None:
    log("a", mina)
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE spotlight_app")
    try:
        log("b", mina)
        assert seals.seal() == 2
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
