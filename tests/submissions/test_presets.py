from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from judging.models import Round
from judging.queries import workload
from judging.queries.rules import rounds_of
from judging.services.presets import PRIZES, ROUNDS, create_from_preset
from spotlight.errors import InvalidInput
from spotlight.ledger import clock
from spotlight.ledger.models import Event
from submissions.queries.rules import opening_problems
from submissions.services.presets import SEASONS, empty_season
from tests.submissions.making import a_person, a_season, soon

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("preset", ["spotlight", "korea", "festival"])
def test_every_preset_can_be_opened_as_it_is(preset: str) -> None:
    assert opening_problems(a_season(preset), clock.now()) == []


def test_the_presets_of_both_halves_are_the_same() -> None:
    assert set(SEASONS) == set(ROUNDS) == set(PRIZES)


@pytest.mark.parametrize(
    ("preset", "cuts"),
    [("spotlight", [(100, 100), (18, 18), (5, 10)]), ("korea", [(200, 200), (50, 50), (10, 10)]), ("festival", [(90, 90), (8, 8), (1, 1)])],
)  # fmt: skip
def test_the_cuts_of_a_preset(preset: str, cuts: Any) -> None:
    assert [(r.cut_lowest, r.cut_highest) for r in rounds_of(a_season(preset))] == cuts


def test_weights_of_rubrics_and_metrics_sum_to_one() -> None:
    for round_ in Round.objects.filter(season=a_season()):
        assert sum(c.weight for c in round_.criteria.all()) == Decimal(1)
        assert sum(m.weight for m in round_.metrics.all()) == Decimal(1)


def test_anchors_are_written_in_three_languages() -> None:
    criterion = rounds_of(a_season())[0].criteria.get(key="song")
    assert criterion.anchors_in("en")["8"] == "Stays after one listen"
    assert criterion.anchors_in("ja")["8"] == "一度聴けば心に残る"
    assert list(criterion.anchors_in("ko")) == ["2", "5", "8"]


def test_korea_has_its_three_tiers_of_prizes() -> None:
    prizes = a_season("korea").prizes.order_by("tier")
    assert [(p.places, p.amount, p.currency) for p in prizes] == [
        (1, 20_000_000, "KRW"),
        (4, 10_000_000, "KRW"),
        (5, 8_000_000, "KRW"),
    ]


def test_entries_close_at_the_end_of_a_day_in_the_seasons_zone() -> None:
    season = a_season("festival")
    local = season.entries_close_at.astimezone(ZoneInfo("Europe/London"))
    assert (local.hour, local.minute) == (23, 59)
    assert (local.date() - season.entries_open_at.astimezone(ZoneInfo("Europe/London")).date()).days == 7


def test_the_maker_becomes_organizer_and_it_is_logged() -> None:
    maker = a_person()
    season = a_season(by=maker)
    assert season.memberships.get().role == "organizer"
    assert Event.objects.get(verb="season.created").actor == maker


def test_an_address_is_used_once_and_a_preset_must_exist() -> None:
    season = a_season()
    with pytest.raises(InvalidInput) as refusal:
        create_from_preset(
            preset="spotlight", slug=season.slug, name="Again", starts_at=soon(), by=a_person()
        )
    assert refusal.value.field == "slug"
    with pytest.raises(InvalidInput):
        create_from_preset(preset="other", slug="other", name="Other", starts_at=soon(), by=a_person())


def test_a_season_from_nothing_says_what_it_lacks() -> None:
    season = empty_season(slug="bare", name="Bare", by=a_person())
    fields = {problem.field for problem in opening_problems(season, clock.now())}
    assert {
        "entries_open_at",
        "entries_close_at",
        "clearing_ends_at",
        "results_at",
        "markets",
        "terms",
        "rounds",
    } <= fields


def test_five_thousand_entries_three_sheets_and_26_judges_are_577_listens_and_29_hours() -> None:
    season = a_season()
    first, second, final = workload.asks(season, rounds_of(season), entries=5000, judges=26, minutes=3)
    assert first.listens == 577
    assert round(first.hours) == 29
    assert (second.entries, final.entries) == (100, 18)
    assert final.listens == 18
