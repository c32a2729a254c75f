"""Two people, or a person and a machine, at the same moment: closes, imports, publications, approvals, the last place.

`make test` runs each a few times, `make chaos` many. Beside each stands the same race without its lock, which must fail.
"""

import contextlib
import datetime
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.db.models import QuerySet

from judging.jobs import inputs, proof, readings, standings
from judging.models import Award, Decision, ImportBatch, MoveUp, Prize, Release, Round, Source, Standings
from judging.services import cuts, prizes, removals, rounds
from spotlight.accounts.models import Person
from spotlight.errors import SpotlightError
from spotlight.ledger import clock
from spotlight.ledger.models import Event, Mail
from submissions.models import Role, Season
from tests.judging.test_cuts import closed_round
from tests.judging.test_races import (  # noqa: F401  (fixtures)
    Stage,
    commits_without_the_disk,
    stage,
)
from tests.judging.test_removals import entry_at
from tests.making import make_readings, make_role, make_round, make_season
from tests.racing import commits_late, race  # noqa: F401  (a fixture)

pytestmark = pytest.mark.django_db(transaction=True)


def often(few: int, many: int) -> pytest.MarkDecorator:
    """A few times in `make test`, many in `make chaos`."""
    return pytest.mark.parametrize("times", [few, pytest.param(many, marks=pytest.mark.chaos)])


@pytest.fixture
def without_row_locks(commits_late: None, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    """Nobody holds a row while deciding on it."""
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, *_, **__: self)


class Deciding:
    """A season in which rounds are closed, cut and announced one after another by two people."""

    def __init__(self) -> None:
        self.season: Season = make_season()
        self.one: Person = make_role(self.season, Role.ORGANIZER)
        self.two: Person = make_role(self.season, Role.CHAIR)
        self.number = 0

    def round(self, **extra: Any) -> Round:
        """A closed round of five entries, three of whom advance."""
        self.number += 1
        return closed_round(self.season, self.number, entries=5, **extra)


@pytest.fixture
def deciding() -> Deciding:
    return Deciding()


def tries(action: Callable[[], object]) -> Callable[[], None]:
    """The same, a named refusal being an answer like any other."""

    def run() -> None:
        with contextlib.suppress(SpotlightError):
            action()

    return run


# ---- two closers, and close against import ---------------------------------------------------------------------------


@often(3, 60)
def test_three_closers_make_one_close(stage: Stage, times: int) -> None:  # noqa: F811
    for _ in range(times):
        made = stage.round()
        found: list[Standings | None] = []
        close = partial(rounds.close_round, made, by=stage.organizer)
        race(*[lambda close=close, found=found: found.append(close()[1])] * 3)
        assert found[0] is not None and found[0] == found[1] == found[2]
        assert Event.objects.filter(verb="round.closed", subject=f"round:{made.code}").count() == 1


@pytest.mark.usefixtures("without_row_locks")
def test_without_the_lock_closers_collide(stage: Stage) -> None:  # noqa: F811
    made = stage.round()
    with pytest.raises(DatabaseError):
        race(*[partial(rounds.close_round, made, by=stage.organizer)] * 3)


def importing(made: Round, folder: Path, value: int) -> Callable[[], object]:
    """An import of a file that changes the readings of a round's entries."""
    source, _ = Source.objects.get_or_create(season=made.season, slug="spotlight", defaults={"name": "Own"})
    day = made.entries.earliest("pk").counts_from
    lines = ["track,metric,day,value,fans"]
    for code in made.entries.values_list("submission__track__code", flat=True):
        lines += [f"{code},plays,{day + datetime.timedelta(days=n)},{value + n},1" for n in range(10)]
    path = folder / f"{made.code}-{value}.csv"
    path.write_text("\n".join(lines) + "\n")
    batch = ImportBatch.objects.create(source=source, at=clock.now())
    return lambda: readings.import_file(batch, path)


def is_whole(made: Round) -> bool:
    """Whether the copies of a close are exactly what its standings were computed from."""
    return proof.closing_inputs(made).digest() == made.standings.get(is_closing=True).inputs_sha256


@often(3, 50)
def test_an_import_never_comes_between_a_close_and_its_copies(
    stage: Stage,  # noqa: F811
    tmp_path: Path,
    times: int,
) -> None:
    for _ in range(times):
        made = stage.round()
        importing(made, tmp_path, 5)()
        race(
            importing(made, tmp_path, 50),
            partial(rounds.close_round, made, by=stage.organizer),
            importing(made, tmp_path, 90),
        )
        made.refresh_from_db()
        assert is_whole(made)


@pytest.fixture
def copied_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """The close copies what it reads a second time instead of what it counted."""
    real = standings._copy_inputs
    monkeypatch.setattr(standings, "_copy_inputs", lambda round, given: real(round, inputs.load(round)))


@pytest.mark.parametrize("sabotage", [False, True])
def test_the_close_copies_what_it_counted(
    stage: Stage,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
    sabotage: bool,
) -> None:
    """An import that is committed in the middle of a close, which does not wait for it nor it for the close."""
    if sabotage:
        request.getfixturevalue("copied_anew")
    made = stage.round()
    make_readings(made.entries.get(), *range(1, 11))
    load, late = inputs.load, importing(made, tmp_path, 70)

    def load_then_import(round: Round) -> inputs.Inputs:
        given = load(round)
        monkeypatch.setattr(inputs, "load", load)
        race(late)
        return given

    monkeypatch.setattr(inputs, "load", load_then_import)
    rounds.close_round(made, by=stage.organizer)
    assert is_whole(made) is not sabotage


# ---- recompute against publish ---------------------------------------------------------------------------------------


def close_and_publish(made: Round, deciding: Deciding) -> None:
    """Everything from the close to the announcement."""
    rounds.close_round(made, by=deciding.one)
    cuts.approve_cut(cuts.propose_cut(made, by=deciding.one), by=deciding.two)
    cuts.announce(made, by=deciding.one)


def publications(stage: Stage, times: int) -> int:  # noqa: F811
    """Publish while three recompute. Returns how often something newer than what was published came out."""
    wrong, deciding = 0, Deciding()
    for _ in range(times):
        made = stage.round()
        make_round(stage.season, 1000 + stage.number)  # the season goes on
        recompute = partial(standings.compute, made)
        race(recompute, partial(close_and_publish, made, deciding), recompute, recompute)
        newest = made.standings.order_by("-number").first()
        published = Release.objects.get(round=made).standings
        assert newest is not None and published.rows.count() == published.size
        wrong += newest != published
    return wrong


@often(3, 60)
def test_what_is_published_is_whole_and_the_last(stage: Stage, times: int) -> None:  # noqa: F811
    assert publications(stage, times) == 0


@pytest.fixture
def without_the_standings_lock() -> Iterator[None]:
    """Whoever computes reads the state of the round, holds nothing, and the guards of standings are off."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('spotlight_round_state'::regproc)")
        real = cursor.fetchone()[0]
        cursor.execute("CREATE OR REPLACE FUNCTION spotlight_round_state(wanted bigint) RETURNS text LANGUAGE sql AS $$ SELECT 'open'::text $$")  # fmt: skip
        yield
        cursor.execute(real)


@pytest.mark.usefixtures("without_the_standings_lock")
def test_without_the_lock_something_newer_comes_out(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    """The recomputation has read the open round, and writes after the close."""
    made = stage.round()
    load = inputs.load

    def slow(round: Round) -> inputs.Inputs:
        given = load(round)
        monkeypatch.setattr(inputs, "load", load)
        race(partial(rounds.close_round, made, by=stage.organizer))
        return given

    monkeypatch.setattr(inputs, "load", slow)
    with pytest.raises(Exception):  # noqa: B017  # here it deadlocks, collides or writes over: never quietly right
        standings.compute(made)
        assert made.standings.latest("number").is_closing


# ---- double approvals ------------------------------------------------------------------------------------------------


def approvals(deciding: Deciding, times: int) -> None:
    """Two chairs approve the same cut, and then the same removal, at the same moment."""
    third = make_role(deciding.season, Role.CHAIR)
    for _ in range(times):
        made = deciding.round()
        cut = cuts.propose_cut(made, by=deciding.one)
        race(*[partial(cuts.approve_cut, cut, by=person) for person in (deciding.two, third, deciding.two)])
        assert Decision.objects.filter(round=made).count() == 5
        assert Event.objects.filter(verb="cut.made", subject=f"cut:{cut.code}").count() == 1
        assert Mail.objects.filter(batch=f"cut:{cut.code}").count() == 5
        race(*[partial(cuts.announce, made, by=person) for person in (deciding.one, deciding.two)])
        assert Release.objects.filter(round=made).count() == 1
        leaving = entry_at(made, 1).submission
        removal = removals.propose_removal(leaving, kind="disqualified", reason="x", by=deciding.one)
        race(*[partial(removals.approve_removal, removal, by=person) for person in (deciding.two, third)])
        assert MoveUp.objects.filter(round=made).count() == 1
        assert (
            Event.objects.filter(verb="removal.approved", subject=f"submission:{leaving.code}").count() == 1
        )


@often(2, 30)
def test_approved_twice_at_once_it_is_made_once(deciding: Deciding, times: int) -> None:
    approvals(deciding, times)


@pytest.mark.usefixtures("without_row_locks")
def test_without_the_lock_double_approvals_collide(deciding: Deciding) -> None:
    with pytest.raises((DatabaseError, AssertionError, SpotlightError)):
        approvals(deciding, 1)


# ---- the last place --------------------------------------------------------------------------------------------------


def last_places(deciding: Deciding, times: int) -> None:
    """Who has the last place leaves while the cut is approved: it is passed over or followed, never both nor neither."""
    for _ in range(times):
        made = deciding.round(reserves=1)
        following = make_round(deciding.season, made.number + 1)
        deciding.number += 1
        cut = cuts.propose_cut(made, by=deciding.one)
        leaving = entry_at(made, 3)
        removal = removals.propose_removal(leaving.submission, kind="withdrawn", reason="x", by=deciding.one)
        race(
            tries(partial(cuts.approve_cut, cut, by=deciding.two)),
            partial(removals.approve_removal, removal, by=deciding.two),
        )
        if Decision.objects.filter(round=made).exists():
            assert MoveUp.objects.get(round=made).place_of == leaving
        else:
            cuts.approve_cut(cuts.propose_cut(made, by=deciding.one), by=deciding.two)
            assert not MoveUp.objects.filter(round=made).exists()
        still_in = following.entries.filter(state="in").values_list("submission", flat=True)
        assert set(still_in) == {entry_at(made, rank).submission_id for rank in (1, 2, 4)}


@often(4, 50)
def test_the_last_place_is_given_exactly_once(deciding: Deciding, times: int) -> None:
    last_places(deciding, times)


@pytest.mark.usefixtures("without_row_locks")
def test_without_the_lock_the_last_place_is_lost(deciding: Deciding) -> None:
    with pytest.raises((DatabaseError, AssertionError, SpotlightError, MoveUp.DoesNotExist)):
        last_places(deciding, 1)


def declined_at_once(deciding: Deciding) -> None:
    """Three winners decline at the same moment, and one reserve is left."""
    Prize.objects.create(season=deciding.season, tier=1, name="A single", places=3)
    made = deciding.round(reserves=1)
    cuts.approve_cut(cuts.propose_cut(made, by=deciding.one), by=deciding.two)
    cuts.announce(made, by=deciding.one)
    race(*[partial(prizes.answer_award, a, accepts=False, by=deciding.one) for a in Award.objects.all()])
    assert MoveUp.objects.filter(round=made).count() == 1
    assert Award.objects.filter(state="offered").count() == 1


def test_one_reserve_gets_one_of_three_places(deciding: Deciding) -> None:
    declined_at_once(deciding)


@pytest.mark.usefixtures("without_row_locks")
def test_without_the_lock_three_places_go_to_one_reserve(deciding: Deciding) -> None:
    with pytest.raises((DatabaseError, AssertionError)):
        declined_at_once(deciding)
