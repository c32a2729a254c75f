"""Two worlds that differ only in what a role may not see answer it with the same bytes.

Not even an order, a count, a length, an entity tag or a mail may differ. Chance, the clock and ids are held still, so
that nothing has to be made equal afterwards. `make test` asks a part, `make chaos` everything.
"""

import logging
import random
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import quote
from zlib import crc32

import pytest
from django.conf import settings
from django.db import transaction
from django.db.models import Count, Max, QuerySet

from judging.services import chair
from spotlight.accounts import codes
from spotlight.ledger import clock, work
from spotlight.ledger.models import Mail
from submissions.models import Track
from submissions.queries.publicity import Publicity
from tests.making import stop_clock
from tests.spotlight.access.asking import ROLES, Answer, Asker, Row, access_table, nothing_here
from tests.spotlight.access.routes import routes, things_for
from tests.spotlight.access.twins import add_boards, change_what_is_hidden_from
from tests.spotlight.access.world import World, build

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(7200)]

# What a reader may try beside what an address documents. Declared or not, no answer may depend on what is hidden.
TRIES = (
    "?ordering=-plays", "?ordering=rank", "?ordering=-likes__count", "?ordering=-blend", "?sort=rising", "?sort=-likes", "?sort=plays",
    "?search=zqv", "?q=zqv", "?q=song", "?s=zqv", "?plays__gte=5", "?likes__count__gt=0", "?track__plays__gt=3", "?state__exact=draft",
    "?title__startswith=zqv", "?score__gte=5", "?rank__lte=1", "?email__contains=zqv", "?o=-1.2", "?o=2", "?format=json", "?format=csv",
    "?fields=plays", "?page=2", "?page=9999", "?page_size=1000", "?limit=1", "?market=jp", "?market=kr&page=1", "?week=8", "?week=9",
    "?view=live", "?cursor=cD0x", "?all=", "?lang=ja", "?season=hushed&sort=rising", "?genre=pop", "?language=en", "?next=/me/",
)  # fmt: skip
HEADERS: tuple[Mapping[str, str], ...] = (
    {"accept": "application/json"},
    {"accept-language": "ja"},
    {"hx-request": "true"},
    {"range": "bytes=0-9"},
)
# Whoever holds the link of an invitation's mail is told what it says.
LINKS = ("invitations/",)
# A package's form for the operator that is filled with the time of day by the machine's clock, which goes on.
CLOCKS = ("admin/mfa/authenticator/add/",)
# Who asks in `make test`: those from whom most is hidden. The others' pages take long.
QUICK = ("anonymous", "owner", "judge", "partner")
# Whose pages take longest and from whom least is hidden; `make chaos` tries fewer words on them.
STAFF = ("chair", "organizer", "guest_organizer", "operator")
STARTED = time.time()
WEEKS = tuple(f"?week={number}" for number in range(1, 13))


@dataclass(frozen=True)
class Question:
    """What to ask: by which method, with which words behind the address, with which headers.

    Its name holds no code and no key, which are others in every run: names choose which part is asked.
    """

    name: str
    row: Row
    method: str
    address: str
    headers: tuple[tuple[str, str], ...] = ()

    def but(
        self, name: str, address: str, method: str = "GET", headers: Mapping[str, str] | None = None
    ) -> "Question":
        """The same with another address or method, or with headers."""
        return Question(f"{self.name} {name}", self.row, method, address, tuple((headers or {}).items()))


@dataclass
class Comparison:
    """What was compared, and where the worlds differ."""

    pairs: int = 0
    differences: list[str] = field(default_factory=list)


def plain_questions(world: World) -> list[Question]:
    """Every address of the resolver with its things, and the boards of the seasons that hide something."""
    found = []
    for route in routes():
        if route.pattern.startswith((*LINKS, *CLOCKS)):
            continue
        things = things_for(route, world)
        found += [
            Question(f"{route.pattern} {label}", (route.pattern, "GET", label), "GET", route.address(given))
            for label, given in things.items()
        ]
    boards = enumerate(_boards(world))
    return found + [
        Question(f"board {n}", (address, "GET", "board"), "GET", address) for n, address in boards
    ]


def _boards(world: World) -> Iterator[str]:
    for slug in ("alpha", "hushed", "crowd"):
        yield from (
            f"/seasons/{slug}/{page}" for page in ("", "rules/", "leaderboard/", "results/", "proof/")
        )
        yield from (f"/playlist{form}?season={slug}" for form in ("/", ".json", ".xspf"))
        yield from (f"/playlist/?season={slug}&sort={sort}" for sort in ("rising", "new", "you"))
        yield from (f"/api/v1/seasons/{slug}/", f"/api/v1/tracks/?season={slug}")
        for week in ("", *WEEKS):
            yield from (f"/api/v1/seasons/{slug}/chart/{week}", f"/seasons/{slug}/leaderboard/{week}")
        yield f"/seasons/{slug}/leaderboard/?view=live"
    for name in ("song", "their song", "hushed 1", "hushed 2", "crowd 1", "crowd 2"):
        code = world.things[name].track.code
        yield from (f"/{path}/{code}/" for path in ("tracks", "embed/tracks", "api/v1/tracks"))
        yield from (f"/tracks/{code}/chart/", f"/media/artwork/{code}.jpg")
        yield f"/oembed?url={quote(f'{settings.SITE_URL}/tracks/{code}/')}"
        yield f"/artists/{world.things[name].artist.slug}/"


def other_methods(plain: Question) -> list[Question]:
    """To try at every address: what is refused must not differ from what is not there by these either."""
    return [plain.but(method, plain.address, method) for method in ("HEAD", "OPTIONS")]


def further_questions(plain: Question, answer: Answer) -> list[Question]:
    """Everything else to try at an address that answered."""
    joint = "&" if "?" in plain.address else "?"
    asked = [plain.but(words, plain.address + joint + words[1:]) for words in TRIES]
    asked += [plain.but(str(given), plain.address, headers=given) for given in HEADERS]
    return asked + [plain.but(str(list(told)), plain.address, headers=told) for told in _known(answer)]


def _known(answer: Answer) -> Iterator[dict[str, str]]:
    """Conditions with what the first world's answer said of itself."""
    if tag := answer.headers.get("etag"):
        yield {"if-none-match": tag}
        yield {"if-match": tag}
    if moment := answer.headers.get("last-modified"):
        yield {"if-modified-since": moment}


def chosen(question: Question, role: str, share: int) -> bool:
    """Whether a question belongs to the part that is asked: one in `share`, another one for each role."""
    return crc32(f"{role} {question.name}".encode()) % share == 0


# ---- asking ----------------------------------------------------------------------------------------------------------


@contextmanager
def a_world() -> Iterator[World]:
    """One world in a transaction that is undone, with chance and the clock held still while it is asked."""
    monkeypatch = pytest.MonkeyPatch()
    monkeypatch.setattr("spotlight.urls.handler404", nothing_here, raising=False)
    logging.disable(logging.CRITICAL)
    with transaction.atomic():
        world = build()
        add_boards(world)
        stop_clock(clock.now())
        yield world
        transaction.set_rollback(True)
    logging.disable(logging.NOTSET)
    monkeypatch.undo()


@contextmanager
def without_chance() -> Iterator[None]:
    """Tokens and nonces are the same each time, and the second in which a cookie is signed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(random, "_urandom", lambda size: b"\0" * size)
        patch.setitem(vars(codes), "secrets", secrets)
        patch.setattr(time, "time", lambda: STARTED)
        yield


@dataclass(frozen=True)
class Share:
    """How much is asked: one in so many of the plain questions, of the refused ones, of the boards, of the other
    methods everywhere, and of all else."""

    plain: int = 1
    refused: int = 1
    boards: int = 1
    everywhere: int = 40
    further: int = 1

    def of(self, question: Question, answered: bool) -> int:
        """One in how many of the questions like this one."""
        return self.boards if question.row[2] == "board" else self.plain if answered else self.refused


def compare(world: World, role: str, questions: list[Question], share: Share) -> Comparison:
    """Ask a role's questions in this world and in its twin."""
    asker, answered = Asker(world.sessions), _answered(role)
    seen: list[tuple[Question, Answer]] = []
    with without_chance():
        for plain in questions:
            if not chosen(plain, role, share.of(plain, plain.row in answered)):
                continue
            answer = _ask(asker, role, plain)
            more = [q for q in other_methods(plain) if chosen(q, role, share.everywhere)]
            if answer.outcome == "200":
                more += [q for q in further_questions(plain, answer) if chosen(q, role, share.further)]
            seen.append((plain, answer))
            seen += [(q, _ask(asker, role, q)) for q in more]
    mails = mails_written(role, world)
    with transaction.atomic():
        change_what_is_hidden_from(role, world)
        with without_chance():
            found = [difference(q, answer, _ask(asker, role, q)) for q, answer in seen]
        found.append("" if mails == mails_written(role, world) else f"{role}: the mails differ")
        transaction.set_rollback(True)
    return Comparison(len(found), [words for words in found if words])


def _answered(role: str) -> set[Row]:
    """The addresses that answer a role with more than a refusal, by the table of `test_access.py`."""
    return {row for row, cells in access_table().items() if cells[role] in ("200", "204", "302", "409")}


def _ask(asker: Asker, role: str, question: Question) -> Answer:
    return asker.ask(role, question.method, question.address, question.row, dict(question.headers))


def difference(question: Question, one: Answer, other: Answer) -> str:
    """Where two answers part, in words; empty if they are the same bytes."""
    where = f"{one.role}: {question.method} {question.address} {dict(question.headers) or ''}"
    if one.outcome != other.outcome:
        return f"{where}: {one.outcome} and {other.outcome}\n{one.trouble}{other.trouble}"
    headers, others = _headers(one), _headers(other)
    if headers != others:
        names = sorted(n for n in headers.keys() | others.keys() if headers.get(n) != others.get(n))
        return f"{where}: {[(n, headers.get(n), others.get(n)) for n in names]}\n{_parting(one.body, other.body)}"
    return f"{where}: {_parting(one.body, other.body)}" if one.body != other.body else ""


def _parting(one: bytes, other: bytes) -> str:
    at = next(
        (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    start = max(at - 60, 0)
    return f"from byte {at} on {one[start : at + 60]!r} and {other[start : at + 60]!r}"


def _headers(answer: Answer) -> dict[str, str]:
    """All headers but the date, and the cookies but the moment at which they end."""
    cookies = "; ".join(
        part for part in answer.cookies.split("; ") if not part.lower().startswith("expires=")
    )
    return {n: v for n, v in answer.headers.items() if n != "date"} | {"cookies": cookies}


def mails_written(role: str, world: World) -> list[tuple[str, str, str]]:
    """What the program writes to a role's person when the chair reminds the panel and all work is done."""
    person = world.people.get(role)
    with transaction.atomic():
        before = Mail.objects.aggregate(last=Max("pk"))["last"] or 0
        chair.remind(world.things["round 3"], by=world.people["chair"])
        work.run_due()
        rows = Mail.objects.filter(person=person, pk__gt=before) if person else Mail.objects.none()
        written = list(rows.order_by("pk").values_list("subject", "text", "html"))
        transaction.set_rollback(True)
    return written


# ---- the tests -------------------------------------------------------------------------------------------------------


def compare_all(shares: Mapping[str, Share]) -> Comparison:
    """Every role in its two worlds, each asking its share."""
    total = Comparison()
    with a_world() as world:
        questions = plain_questions(world)
        for role, share in shares.items():
            found = compare(world, role, questions, share)
            total.pairs += found.pairs
            total.differences += found.differences
    return total


def test_every_answer_is_the_same_in_both_worlds(capsys: pytest.CaptureFixture[str]) -> None:
    total = compare_all(dict.fromkeys(QUICK, Share(plain=8, boards=16, further=240)))
    with capsys.disabled():
        print(f"\ntwo worlds: {total.pairs} pairs of answers, {len(total.differences)} differ")
    assert total.differences == [], "\n".join(total.differences[:40])
    assert total.pairs >= 1_800


@pytest.mark.chaos
@pytest.mark.parametrize("role", ROLES)
def test_every_answer_to_everything_that_can_be_tried(role: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each role by itself, so that a long run says how far it is and can be taken up again where it ended."""
    began = time.monotonic()
    total = compare_all({role: Share(further=60 if role in STAFF else 20, everywhere=1)})
    with capsys.disabled():
        print(f"\n{role}: {total.pairs} pairs of answers, {len(total.differences)} differ, {time.monotonic() - began:.0f} s")  # fmt: skip
    assert total.differences == [], "\n".join(total.differences[:40])
    assert total.pairs >= 20_000 / len(ROLES)


def _by_plays(tracks: QuerySet[Track]) -> QuerySet[Track]:
    return tracks.annotate(heard=Count("plays")).order_by("-heard", "code")


SABOTAGE = {
    "an order": ("submissions.queries.listening.newest", _by_plays),
    "a count": ("submissions.queries.publicity.publicity_of", lambda track: Publicity(shows_numbers=True)),
    "the freeze": ("judging.queries.boards.frozen_at", lambda season: None),
    "a field": (
        "judging.api.ChartRowSerializer.to_representation",
        lambda self, row: {"rank": row.rank, "code": row.track.code},
    ),
    "a list": ("submissions.api.released_tracks", lambda: Track.objects.prefetch_related("billing__artist")),
}


def _tells(address: str) -> bool:
    """Pages that the sabotage below changes."""
    return "week=" not in address and address.startswith(("/playlist.json", "/api/v1/seasons/", "/api/v1/tracks/?", "/tracks/"))  # fmt: skip


def test_what_leaks_is_found() -> None:
    """Broken on purpose, one way at a time, the comparison must see it."""
    with a_world() as world:
        questions = [q for q in plain_questions(world) if q.row[2] == "board" and _tells(q.address)]
        questions.append(Question("tracks", ("api/v1/tracks/", "GET", ""), "GET", "/api/v1/tracks/"))
        assert compare(world, "anonymous", questions, Share(further=100_000)).differences == []
        for what, (place, instead) in SABOTAGE.items():
            with pytest.MonkeyPatch.context() as broken:
                broken.setattr(place, instead)
                assert compare(world, "anonymous", questions, Share(further=100_000)).differences, (
                    f"{what} leaks unseen"
                )
