"""The API: what is public, what is one's own, one error shape, no undeclared parameters."""

import datetime
import io
from typing import Any

import pytest
from django.test import Client, RequestFactory
from drf_spectacular.drainage import GENERATOR_STATS
from rest_framework.exceptions import ParseError
from rest_framework.request import Request

from judging.models import ChartRow, ChartWeek
from spotlight.ledger import clock
from spotlight.web import limits
from spotlight.web.rest import AnonymousRate, Json
from submissions.models import Follow, Like, Save, Season, Submission, Track
from submissions.models.search_key import search_key
from tests.making import PASSWORD, make_artist, make_person, make_season, make_submission, open_for_good

pytestmark = pytest.mark.django_db


@pytest.fixture
def season() -> Season:
    return open_for_good(make_season("spring"))


def get(address: str, client: Client | None = None, **given: Any) -> Any:
    return (client or Client()).get(f"/api/v1/{address}", given)


def codes(answer: Any) -> list[str]:
    return [row["code"] for row in answer.json()["results"]]


def test_only_released_tracks_are_listed(season: Season) -> None:
    shown = make_submission(season).track
    make_submission(season, state=Submission.State.SUBMITTED)
    make_submission(season, hidden_at=clock.now())
    assert codes(get("tracks/")) == [shown.code]
    assert get(f"tracks/{shown.code}/").json()["audio_url"] == f"/media/tracks/{shown.code}.m4a"


def test_hidden_and_missing_look_the_same(season: Season) -> None:
    hidden = make_submission(season, state=Submission.State.SUBMITTED).track
    one, other = get(f"tracks/{hidden.code}/"), get("tracks/doesnotexist/")
    assert one.status_code == other.status_code == 404
    assert (
        one.json() == other.json() == {"error": {"code": "not_found", "message": "Not found.", "fields": {}}}
    )
    assert get("nowhere/at/all").status_code == 404


@pytest.mark.parametrize("name", ["ordering", "search", "track__code", "fields", "page_size", "limit"])
@pytest.mark.parametrize(
    "address", ["tracks/", "artists/", "seasons/", "episodes/", "seasons/spring/chart/", "seasons/spring/"]
)
def test_unknown_parameters_are_refused(season: Season, address: str, name: str) -> None:
    answer = Client().get(f"/api/v1/{address}", {name: "x"})
    assert answer.status_code == 400
    assert list(answer.json()["error"]["fields"]) == [name]


def test_who_asks_too_often_waits(season: Season, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AnonymousRate, "rate", "2/min", raising=False)
    answers = [
        Client().get("/api/v1/seasons/", headers={"X-Forwarded-For": f"192.0.2.{n}"}) for n in range(3)
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 429], "whatever a header says"
    assert answers[2].json()["error"]["code"] == "throttled" and int(answers[2]["Retry-After"]) <= 60
    assert Client(REMOTE_ADDR="192.0.2.9").get("/api/v1/seasons/").status_code == 200


def test_no_address_lies_in_the_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counters are named after a keyed hash: the same for one visitor, another for the next, and no address."""
    asked = [RequestFactory().get("/", REMOTE_ADDR=f"192.0.2.{n}") for n in (7, 7, 8)]
    one, again, other = (AnonymousRate().get_ident(Request(request)) for request in asked)
    assert one == again != other and "192.0.2" not in one
    kept: dict[str, int] = {}
    monkeypatch.setattr(limits, "cache", Counters(kept))
    day = datetime.date(2026, 11, 21)
    assert [limits.is_within(r, "reports", on=day, a_day=1) for r in asked] == [True, False, True]
    assert len(kept) == 2 and not any("192.0.2" in name for name in kept)


class Counters:
    """A cache that only counts."""

    def __init__(self, kept: dict[str, int]) -> None:
        self.kept = kept

    def add(self, key: str, value: int, _seconds: int) -> None:
        self.kept.setdefault(key, value)

    def incr(self, key: str) -> int:
        self.kept[key] += 1
        return self.kept[key]


def test_a_body_nested_beyond_reading_is_bad_input() -> None:
    with pytest.raises(ParseError):
        Json().parse(io.BytesIO(b"[" * 100_000))


def test_own_things_need_a_sign_in(season: Season) -> None:
    assert get("me/entries/").status_code == 401
    assert get("me/entries/").json()["error"]["code"] == "not_authenticated"
    person = make_person()
    mine = make_submission(season, make_artist(person), state=Submission.State.DRAFT)
    make_submission(season)
    client = Client()
    assert person.user is not None
    client.login(email=person.user.email, password=PASSWORD)
    assert codes(get("me/entries/", client)) == [mine.code]
    liked = make_submission(season).track
    Like.objects.create(track=liked, person=person, at=clock.now())
    assert codes(get("me/likes/", client)) == [liked.code]
    assert codes(get("me/saves/", client)) == []
    assert get("me/follows/", client).json()["results"] == []
    for artist in (make_artist(is_public=True), make_artist()):
        Follow.objects.create(artist=artist, person=person, at=clock.now())
    followed = [row["slug"] for row in get("me/follows/", client).json()["results"]]
    assert followed == [Follow.objects.get(artist__is_public=True).artist.slug]
    Save.objects.create(track=liked, person=person, at=clock.now())
    assert codes(get("me/saves/", client)) == [liked.code]


def test_pages_by_cursor(season: Season) -> None:
    made = {make_submission(season).track.code for _ in range(53)}
    first = get("tracks/").json()
    second = get("tracks/", cursor=first["next"]).json()
    assert (len(first["results"]), len(second["results"])) == (50, 3)
    assert {row["code"] for row in first["results"] + second["results"]} == made
    assert second["next"] is None
    assert get("tracks/", cursor="nonsense").status_code == 404


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("潮どけい", True),
        ("シオドケイ", True),
        ("tide", True),
        ("ＴＩＤＥ", True),
        ("潮", True),
        ("どけ", True),
        ("새벽", False),
        ("%", False),
        ("_", False),
    ],
)
def test_search_in_any_script(season: Season, asked: str, found: bool) -> None:
    track = make_submission(season, title="潮どけい").track
    Track.objects.filter(pk=track.pk).update(
        search_key=search_key("潮どけい", "しおどけい", "Tide Clock", "夜凪")
    )
    assert codes(get("tracks/", q=asked)) == ([track.code] if found else [])


def test_similar_words_are_found(season: Season) -> None:
    track = make_submission(season).track
    Track.objects.filter(pk=track.pk).update(search_key=search_key("Harbour Lights Off"))
    assert codes(get("tracks/", q="harbor light")) == [track.code]


def test_a_board_shows_no_more_than_the_season_allows(season: Season) -> None:
    today = clock.now().date()
    week = ChartWeek.objects.create(
        season=season, number=1, starts_on=today - datetime.timedelta(days=7), ends_on=today, computed_at=clock.now(), inputs_sha256="0"
    )  # fmt: skip
    for rank in (1, 2):
        ChartRow.objects.create(
            week=week, track=make_submission(season).track, rank=rank, previous=None, peak=rank, weeks=1
        )
    shown = {}
    for mode in Season.BoardMode.values:
        Season.objects.filter(pk=season.pk).update(board_mode=mode)
        rows = get("seasons/spring/chart/").json()["results"]
        shown[mode] = [sorted(row) for row in rows]
    moves = ["peak", "previous", "rank", "track", "weeks"]
    assert shown == {
        "hidden": [],
        "top": [["track"]] * 2,
        "order": [["rank", "track"]] * 2,
        "movement": [moves] * 2,
        "full": [sorted([*moves, "points"])] * 2,
    }


def test_lists_cost_a_fixed_number_of_queries(season: Season, django_assert_num_queries: Any) -> None:
    counts = []
    for more in (1, 2):
        for _ in range(more):
            make_submission(season)
        with django_assert_num_queries(3):
            counts.append(len(get("tracks/").json()["results"]))
    assert counts == [1, 3]


def test_the_schema_covers_every_route_without_warnings(season: Season) -> None:
    GENERATOR_STATS.reset()
    schema = get("schema/", format="json").json()
    assert not GENERATOR_STATS
    assert {"/api/v1/tracks/", "/api/v1/seasons/{slug}/chart/", "/api/v1/me/entries/"} <= set(schema["paths"])
    assert schema["paths"]["/api/v1/tracks/"]["get"]["operationId"] == "tracks_list"
    answer = schema["paths"]["/api/v1/tracks/"]["get"]["responses"]["200"]["content"]["application/json"][
        "schema"
    ]
    assert answer["$ref"] == "#/components/schemas/PaginatedTrackList"
    assert get("docs/").status_code == 200
