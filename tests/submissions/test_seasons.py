import datetime
import hashlib
import json
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from judging.models import Round
from judging.queries.rules import rounds_of
from spotlight.ledger import clock
from spotlight.ledger.models import Event
from submissions.models import Market, Season
from submissions.queries import rules
from submissions.services import seasons
from tests.making import sqlstate
from tests.submissions.making import a_person, a_season, organizer_of

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


def refused_by_database(sql: str, *values: Any) -> bool:
    with pytest.raises(DatabaseError) as refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
    return sqlstate(refusal.value) == "SL001"


# ---- opening ---------------------------------------------------------------------------------------------------------


def test_opening_freezes_the_rules_and_stores_their_hash() -> None:
    season = a_season(opened=True)
    canonical = json.dumps(season.rules, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert season.rules_sha256 == hashlib.sha256(canonical).hexdigest()
    assert season.state == "open" and season.opened_at is not None
    assert [r["cut"]["highest"] for r in season.rules["rounds"]] == [100, 18, 10]
    assert Event.objects.get(verb="season.opened").facts["rules"] == season.rules_sha256


def test_the_stored_rules_are_what_the_rows_still_say() -> None:
    season = Season.objects.get(pk=a_season(opened=True).pk)
    assert rules.digest(rules.rules_of(season)) == season.rules_sha256


def test_the_seed_is_committed_to_and_not_shown() -> None:
    season = a_season(opened=True)
    assert season.rules["seed_sha256"] == hashlib.sha256(season.seed.encode()).hexdigest()
    assert season.seed not in json.dumps(season.rules)


def test_a_season_opens_once() -> None:
    season = a_season(opened=True)
    with pytest.raises(seasons.AlreadyOpen):
        seasons.open_season(season, by=organizer_of(season))


def test_what_is_missing_is_said_and_nothing_opens() -> None:
    season = a_season()
    season.terms.all().delete()
    with pytest.raises(seasons.NotReady) as refusal:
        seasons.open_season(season, by=organizer_of(season))
    assert [p.field for p in refusal.value.problems] == ["terms"]
    assert Season.objects.get(pk=season.pk).opened_at is None


# ---- contradictions --------------------------------------------------------------------------------------------------


def problems(season: Season) -> Any:
    return {(p.about, p.field) for p in rules.opening_problems(Season.objects.get(pk=season.pk), clock.now())}


def change(season: Season, number: int, **fields: Any) -> Any:
    Round.objects.filter(season=season, number=number).update(**fields)
    return problems(season)


def test_a_cut_larger_than_the_field() -> None:
    assert change(a_season(), 2, cut_lowest=120, cut_highest=120) == {("round:2", "cut_highest")}


def test_a_cut_per_market_counts_every_market() -> None:
    assert change(a_season(), 2, cut_scope="market", cut_lowest=40, cut_highest=40) == {
        ("round:2", "cut_highest")
    }


def test_weights_that_dont_sum_to_one() -> None:
    assert change(a_season(), 1, panel_weight=Decimal("0.6")) == {("round:1", "panel_weight")}


def test_a_panel_without_a_rubric_and_popularity_without_metrics() -> None:
    season = a_season()
    rounds_of(season)[0].criteria.all().delete()
    rounds_of(season)[1].metrics.all().delete()
    assert problems(season) == {("round:1", "criteria"), ("round:2", "metrics")}


def test_criteria_that_dont_sum_to_one() -> None:
    season = a_season()
    rounds_of(season)[0].criteria.filter(key="song").update(weight=Decimal("0.4"))
    assert problems(season) == {("round:1", "criteria")}


def test_overlapping_rounds() -> None:
    season = a_season()
    first = rounds_of(season)[0]
    assert ("round:2", "opens_at") in change(season, 2, opens_at=first.closes_at - DAY)


def test_clearing_that_ends_too_late_to_gather_popularity() -> None:
    season = a_season()
    first = rounds_of(season)[0]
    Season.objects.filter(pk=season.pk).update(clearing_ends_at=first.opens_at)
    assert change(season, 1, locks_at=first.opens_at + 7 * DAY - datetime.timedelta(minutes=1)) == {
        ("round:1", "locks_at")
    }
    assert change(season, 1, locks_at=first.opens_at + 7 * DAY) == set()


def test_windows_of_the_season_out_of_order() -> None:
    season = a_season()
    Season.objects.filter(pk=season.pk).update(entries_close_at=season.entries_open_at)
    assert ("season", "entries_close_at") in problems(season)


def test_an_unknown_zone_and_limits_that_let_nothing_in() -> None:
    season = a_season()
    Season.objects.filter(pk=season.pk).update(zone="Asia/Nowhere", shortest_seconds=500, longest_seconds=400)
    assert {("season", "zone"), ("season", "longest_seconds")} <= problems(season)


def test_more_prizes_than_winners() -> None:
    season = a_season()
    season.prizes.filter(tier=3).update(places=6)
    assert problems(season) == {("season", "prizes")}


# ---- the database refuses --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("column", ["quota", "longest_seconds", "board_size"])
def test_rules_of_an_open_season_stand_in_raw_sql(column: str) -> None:
    season = a_season(opened=True)
    assert refused_by_database(
        f"UPDATE submissions_season SET {column} = {column} + 1 WHERE id = %s", season.pk
    )


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE submissions_season SET rules_sha256 = '' WHERE id = %s",
        "UPDATE submissions_season SET seed = 'x' WHERE id = %s",
        "UPDATE submissions_season SET state = 'planned' WHERE id = %s",
        "UPDATE submissions_season SET entries_close_at = entries_close_at + interval '1 day' WHERE id = %s",
        "DELETE FROM submissions_market WHERE season_id = %s",
        "UPDATE submissions_question SET text = 'Other?' WHERE season_id = %s",
        "UPDATE submissions_terms SET text = 'Other' WHERE season_id = %s",
        "UPDATE judging_prize SET places = places + 1 WHERE season_id = %s",
        "UPDATE judging_round SET locks_at = locks_at + interval '1 day' WHERE season_id = %s",
        "DELETE FROM judging_metric m USING judging_round r WHERE r.id = m.round_id AND r.season_id = %s",
        "DELETE FROM judging_round WHERE season_id = %s",
    ],
)
def test_nothing_of_the_rules_changes_in_raw_sql(sql: str) -> None:
    assert refused_by_database(sql, a_season(opened=True).pk)


def test_nothing_is_added_to_the_rules_of_an_open_season() -> None:
    season = a_season(opened=True)
    with pytest.raises(DatabaseError), transaction.atomic():
        Market.objects.create(season=season, code="x", name="X")
    round_ = rounds_of(season)[-1]
    round_.pk, round_.number, round_._state.adding = None, 4, True
    with pytest.raises(DatabaseError), transaction.atomic():
        round_.save()


def test_looks_and_names_may_still_change() -> None:
    season = a_season(opened=True)
    season.name, season.brand_color = "Another name", "#123456"
    season.save()
    season.refresh_from_db()
    assert season.brand_color == "#123456"


# ---- the rest of its life --------------------------------------------------------------------------------------------


def test_the_whole_calendar_moves_together_before_opening() -> None:
    season = a_season()
    before = [r.opens_at for r in rounds_of(season)]
    closes = season.entries_close_at
    seasons.shift_calendar(season, by=organizer_of(season), step=7 * DAY)
    assert season.entries_close_at == closes + 7 * DAY
    assert [r.opens_at for r in season.rounds.order_by("number")] == [at + 7 * DAY for at in before]


def test_finishing() -> None:
    season = a_season(opened=True)
    assert seasons.finish_season(season, by=None).state == "finished"


# ---- pages -----------------------------------------------------------------------------------------------------------


def test_a_season_in_the_making_is_seen_by_nobody_else(client: Client) -> None:
    season = a_season()
    for name in ("season", "season_rules", "season_rules_json"):
        assert client.get(reverse(name, args=[season.slug])).status_code == 404
    client.force_login(a_person().user)
    assert client.get(reverse("season_rules", args=[season.slug])).status_code == 404
    client.force_login(organizer_of(season).user)
    assert client.get(reverse("season_rules", args=[season.slug])).status_code == 200


@pytest.mark.parametrize("language", ["en", "ja", "ko"])
def test_the_pages_of_an_open_season_answer_everybody(client: Client, language: str) -> None:
    season = a_season(opened=True)
    client.cookies["django_language"] = language
    for name in ("season", "season_rules", "season_theme"):
        assert client.get(reverse(name, args=[season.slug])).status_code == 200


def test_the_rules_document_has_the_published_hash(client: Client) -> None:
    season = a_season(opened=True)
    body = client.get(reverse("season_rules_json", args=[season.slug])).content
    assert hashlib.sha256(body).hexdigest() == season.rules_sha256
