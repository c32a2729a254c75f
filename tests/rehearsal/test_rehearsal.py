"""Whole rehearsals, each in a database of its own."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, connections

from judging.models import Round
from judging.services.presets import create_from_preset
from spotlight.ledger import clock
from spotlight.ledger.models import Event, Mail
from spotlight.rehearsal import runner, scratch, services
from spotlight.rehearsal.models import Rehearsal
from submissions.models import Season, Submission
from tests import making

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quick(servers: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' own migrated template, and few steps one by one."""
    settings.REHEARSAL_TEMPLATE = connections["default"].settings_dict["TEST"]["TEMPLATE"]
    settings.REHEARSAL_DATABASE_URL = settings.DATABASE_OWNER_URL
    told = runner.task_of
    monkeypatch.setattr(runner, "task_of", lambda rehearsal: told(rehearsal) | {"singly": 40})


def databases() -> list[str]:
    server = psycopg2.connect(settings.DATABASE_OWNER_URL)
    with server, server.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'rehearsal%'")
        return [row[0] for row in cursor.fetchall()]


def rehearse(*arguments: str) -> str:
    out = StringIO()
    call_command("rehearse", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_three_hundred_artists_through_a_whole_season(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    text = rehearse(
        "--artists=300", "--judges=10", "--fans=300", "--seed=3", "--attack=sybil-plays", f"--json={path}"
    )
    report = json.loads(path.read_text())
    first, second, last = report["rounds"]
    assert [r["chosen"] for r in report["rounds"]] == [100, 18, 8] and report["prizes"] == 8
    assert first["entries"] == 300 and first["sheets"] >= 890 and second["entries"] == 100
    assert first["precision"] > 0.6 and first["value"] > 0.7 and last["judges"] == 10
    assert first["attackers"] == 6 and len(report["winners"]) == 8
    assert abs(first["expected_wrong"] - first["chance_wrong"]) < 8
    assert first["chance_wrong"] < first["actual_wrong"] >= first["wrong_however"] > 0
    rules = {rule["key"]: rule for rule in first["rules"]}
    assert rules["popularity-raw-sum"]["attackers_in"] == 6 >= rules["without-attackers"]["attackers_in"] == 0
    assert rules["panel-raw-mean"]["precision"] < first["precision"] + 0.05
    assert report["work"]["failed"] == 0 and report["work"]["mails"] > 20
    assert "sheets" in text and "What each rule changed" in text and "Winners" in text
    # nothing of it is left but the report
    assert databases() == [] and not Season.objects.exists() and not Submission.objects.exists()
    assert not Mail.objects.exists() and not Event.objects.exists()
    assert Rehearsal.objects.get().report == report


def test_a_seasons_own_rules_are_rehearsed_twice_alike_and_stay_untouched() -> None:
    organizer = making.make_person()
    season = create_from_preset(
        preset="festival",
        slug="mine",
        name="Mine",
        starts_at=clock.now(),
        by=organizer,
        zone="Europe/London",
    )
    Round.objects.filter(season=season).update(
        cut_lowest=3, cut_highest=3, judges_per_entry=2, minimum_sheets=2
    )
    before = list(Round.objects.order_by("number").values())
    reports = []
    for _ in range(2):
        rehearse("--season=mine", "--artists=24", "--judges=4", "--fans=20", "--seed=5")
        report = Rehearsal.objects.first().report
        report.pop("took")
        report.pop("work")
        reports.append(report)
    assert reports[0] == reports[1]
    assert [r["chosen"] for r in reports[0]["rounds"]] == [3, 3, 3]
    assert (
        Season.objects.get().opened_at is None and list(Round.objects.order_by("number").values()) == before
    )
    assert season.seed not in Rehearsal.objects.first().rules


def test_rules_that_can_not_be_opened_say_why() -> None:
    organizer = making.make_person()
    season = create_from_preset(
        preset="festival", slug="mine", name="Mine", starts_at=clock.now(), by=organizer
    )
    season.terms.all().delete()
    with pytest.raises(CommandError, match="Add the terms"):
        rehearse("--season=mine", "--artists=10", "--judges=2", "--fans=10")
    assert Rehearsal.objects.get().state == "failed" and databases() == []


def test_one_at_a_time_and_none_without_a_server(settings: Any) -> None:
    with scratch.scratch_environment("held"):
        with pytest.raises(CommandError, match="Another rehearsal runs"):
            rehearse("--artists=10")
        assert len(databases()) == 1
    settings.REHEARSAL_DATABASE_URL = ""
    with pytest.raises(CommandError, match="REHEARSAL_DATABASE_URL"):
        rehearse("--artists=10")
    assert databases() == []


def test_a_canceled_one_ends_and_its_database_goes() -> None:
    rehearsal = services.prepare(None, by=None, preset="festival", artists=50, judges=4, fans=20, seed=1)

    def cancel(share: float, step: str) -> None:
        services.cancel(rehearsal, by=None)

    assert runner.run(rehearsal, say=cancel).state == "canceled"
    assert databases() == [] and rehearsal.report is None


def test_the_inner_command_refuses_every_other_database() -> None:
    with pytest.raises(CommandError, match="only in the database of a rehearsal"):
        call_command("rehearse_inside")
    assert not settings.IN_REHEARSAL and connection.settings_dict["NAME"]
