"""Rehearsals in the admin panel: asked for by organizers alone, watched, canceled, read, compared."""

import copy
from typing import Any

import pytest
from django.test import Client

from spotlight.accounts.models import Person, User
from spotlight.ledger import clock
from spotlight.ledger.models import Event, WorkRow
from spotlight.rehearsal import runner, scratch, tasks
from spotlight.rehearsal.models import Rehearsal
from spotlight.rehearsal.words import RULES, STEPS, rule_words, step_words
from submissions.models import Season
from tests import making

pytestmark = pytest.mark.django_db
PART = {
    "number": 1, "name": "Round one", "entries": 300, "chosen": 100, "precision": 0.61, "value": 0.8, "expected_wrong": 20.5,
    "actual_wrong": 39, "line_zone": 80, "sheets": 900, "heard": 300, "judges": 10, "hours": 52.1, "hours_per_judge": 5.2,
    "hours_most": 6.0, "ruled": 0, "tied_at_line": 0, "best_is_in": True, "attackers": 6, "attackers_in": 1, "flagged": 7,
    "flagged_attackers": 5, "chance_wrong": 19, "wrong_however": 31,
    "rules": [{"key": "panel-raw-mean", "enter": 8, "leave": 8, "precision": 0.5, "value": 0.7, "attackers_in": 2}],
}  # fmt: skip
RULE = {
    "number": 1, "name": "Round one", "cut": [100, 100], "popularity": "0.5", "panel": "0.5", "panel_method": "leniency-adjusted",
    "popularity_method": "robust-normal-score", "blend": "weighted-sum", "ties": "panel-first", "design": "balanced-random-k",
    "judges_per_entry": 3, "minimum_sheets": 3,
}  # fmt: skip
REPORT: dict[str, Any] = {
    "parameters": {"artists": 300, "judges": 10, "fans": 500, "seed": 1, "attack": "farm"},
    "season": {"name": "Alpha", "rounds": [RULE]}, "people": {"attackers": 6, "bought_judges": 0}, "rounds": [PART],
    "winners": [{"rank": 1, "artist": 12, "true_place": 3, "attacker": True}], "sheets": 900, "hours": 52.1, "best_wins": True,
}  # fmt: skip


@pytest.fixture
def season(settings: Any) -> Season:
    settings.REHEARSAL_DATABASE_URL = "postgresql://somewhere/postgres"
    return making.make_season("alpha")


@pytest.fixture
def client(season: Season) -> Client:
    organizer = making.make_role(season, "organizer")
    found = Client()
    found.force_login(user_of(organizer))
    return found


def user_of(person: Person) -> User:
    assert person.user is not None
    return person.user


def made(season: Season, **values: Any) -> Rehearsal:
    return Rehearsal.objects.create(season=season, asked_at=clock.now(), **values)


def page(season: Season, code: str = "") -> str:
    return f"/admin/seasons/{season.slug}/rehearsals/{f'{code}/' if code else ''}"


def test_an_organizer_asks_for_one_and_cancels_it(season: Season, client: Client) -> None:
    values = {"artists": 50, "judges": 4, "fans": 30, "seed": 2, "attack": "farm", "preset": ""}
    answer = client.post(page(season), values)
    rehearsal = Rehearsal.objects.get()
    assert answer["Location"] == page(season, rehearsal.code)
    assert '"slug": "alpha"' in rehearsal.rules and season.seed not in rehearsal.rules
    assert WorkRow.objects.get(kind="rehearsal.run").key == rehearsal.code
    assert Event.objects.filter(verb="rehearsal.asked", season="alpha").exists()
    assert b"waits for its turn" in client.get(answer["Location"]).content
    again = client.post(page(season), values)
    assert again.status_code == 422 and b"is not over yet" in again.content
    client.post(answer["Location"])
    rehearsal.refresh_from_db()
    assert rehearsal.state == "canceled"
    tasks.run_rehearsal(rehearsal.code, lambda share: None)  # the work row comes late: nothing is run
    assert client.post(page(season), values | {"artists": 1}).status_code == 422


def test_nobody_else_finds_them(season: Season) -> None:
    rehearsal = made(season)
    other = making.make_season("beta")
    for role in ("judge", "chair", "clearance"):
        stranger = Client()
        stranger.force_login(user_of(making.make_role(season, role)))
        assert [stranger.get(page(season, code)).status_code for code in ("", rehearsal.code)] == [404, 404]
    organizer = Client()
    organizer.force_login(user_of(making.make_role(other, "organizer")))
    assert organizer.get(page(other, rehearsal.code)).status_code == 404
    assert organizer.post(page(season, rehearsal.code)).status_code == 404
    assert Rehearsal.objects.get().state == "waiting"


def test_a_report_is_read_and_downloaded_and_two_stand_side_by_side(season: Season, client: Client) -> None:
    other = copy.deepcopy(REPORT)
    other["season"]["rounds"][0]["popularity"], other["rounds"][0]["precision"] = "0.7", 0.55
    one = made(season, state="done", report=REPORT, progress=1, attack="farm")
    two = made(season, state="done", report=other, progress=1, preset="korea")
    text = client.get(page(season, one.code)).content.decode()
    for words in (
        "61.0 %",
        "20.5 / 19",
        "1 / 6",
        "Panel: plain means of the marks",
        "Artist 12",
        "5 of them are cheats",
    ):
        assert words in text, words
    assert "| Precision | 61.0 % |" in client.get(page(season, one.code), {"as": "markdown"}).content.decode()
    assert client.get(page(season, one.code), {"as": "json"}).json() == REPORT
    pair = client.get(page(season), {"compare": [one.code, two.code]}).content.decode()
    assert "weight of popularity" in pair and "0.7" in pair and "55.0 %" in pair
    assert "Choose two finished" in client.get(page(season), {"compare": [one.code]}).content.decode()
    running = made(season, state="running", progress=0.4, step="round-2")
    assert "Round 2 is heard and judged" in client.get(page(season, running.code)).content.decode()


def test_without_a_server_the_page_says_what_to_do(season: Season, client: Client, settings: Any) -> None:
    settings.REHEARSAL_DATABASE_URL = ""
    assert b"REHEARSAL_DATABASE_URL" in client.get(page(season)).content
    answer = client.post(page(season), {"artists": 50, "judges": 4, "fans": 30, "seed": 2})
    assert answer.status_code == 422 and not Rehearsal.objects.exists()


def test_a_busy_server_is_asked_again_later(season: Season, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*args: Any, **kwargs: Any) -> None:
        raise scratch.Busy("Another rehearsal runs.")

    rehearsal = made(season)
    monkeypatch.setattr(runner, "run", busy)
    tasks.run_rehearsal(rehearsal.code, lambda share: None)
    assert WorkRow.objects.get(kind="rehearsal.run").due_at > clock.now()


def test_every_step_and_rule_has_words() -> None:
    assert all(rule_words(key) != key for key in RULES)
    assert [step_words(step) for step in ("round-1", "findings-2", "entries", "?")] == [
        "Round 1 is heard and judged", "Round 2 is scored again under other rules", "Artists enter and are cleared", "",
    ]  # fmt: skip
    assert set(STEPS) == {"set-up", "entries", "round", "findings", "report"}
