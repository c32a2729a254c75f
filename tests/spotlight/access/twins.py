"""Two worlds that differ only in what somebody may not see: the secrets, who may see each, and how each is changed.

The second world is the first one with all secrets changed that a role may not see: every id, code and time stays equal,
as nothing is made anew. Whatever is changed is undone by whoever opened the transaction.
"""

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

from judging.jobs import charts, counts, standings
from judging.models import (
    ChartRow,
    ChartWeek,
    Reading,
    Score,
    ScoreSheet,
    Source,
    Standing,
    Standings,
)
from spotlight.ledger import clock, events
from spotlight.ledger.models import Mail
from submissions.models import Follow, Like, Play, Season, Share, Track
from submissions.queries.publicity import frozen_at
from tests import making
from tests.spotlight.access.asking import ROLES
from tests.spotlight.access.world import SECRETS, World

DAY = datetime.timedelta(days=1)
FROZEN_DAYS = 10
OURS = ("accounts", "ledger", "submissions", "judging", "series", "account")


@dataclass(frozen=True)
class Secret:
    """Something that not everybody may see, who may, and how to make it something else."""

    name: str
    seen_by: frozenset[str]
    change: Callable[[World], None]


def secrets() -> list[Secret]:
    """All of them but the words. The operator may see everything; a former role sees what a fan sees."""
    return [Secret(name, _with_operator(*may), change) for name, may, change in CHANGES]


def change_what_is_hidden_from(role: str, world: World) -> int:
    """Turn the world into its twin for a role. Returns how many secrets are different now."""
    words = [word for word, may in SECRETS.items() if role not in _with_operator(*may)]
    hidden = [secret for secret in secrets() if role not in secret.seen_by]
    with making.guards_off():
        _reword(words)
        for secret in hidden:
            secret.change(world)
    return len(words) + len(hidden)


def _with_operator(*roles: str) -> frozenset[str]:
    assert set(roles) <= set(ROLES), roles
    return frozenset({*roles, "operator"})


# ---- the world's boards ----------------------------------------------------------------------------------------------


def add_boards(world: World) -> None:
    """Freeze the board of alpha ten days ago, and add a season that shows no chart and one that shows no order."""
    closes_in = (world.things["round 3"].closes_at - clock.now()) // datetime.timedelta(hours=1)
    Season.objects.filter(pk=world.alpha.pk).update(board_freeze_hours=closes_in + 24 * FROZEN_DAYS)
    _heard(world.things["song"].track, 6)
    _heard(world.things["their song"].track, 9)
    for slug, mode in (("hushed", "hidden"), ("crowd", "top")):
        season = making.make_season(slug, board_mode=mode)
        for number in (1, 2):
            made = making.make_submission(season, title=f"{slug} {number}")
            _heard(making.make_playable(made.track), 5 + number)
            world.things[f"{slug} {number}"] = made
        _charted(season)
        world.things[slug] = making.open_for_good(season)
    _charted(world.alpha)


def _heard(track: Track, listeners: int) -> None:
    today = clock.now().date()
    Play.objects.bulk_create(
        Play(track=track, day=today - (1 + day) * DAY, listener=f"{day}-{n}", market="jp")
        for day in range(30)
        for n in range(listeners)
    )


def _charted(season: Season) -> None:
    """Every week's chart, as if it had been made on the morning after it."""
    counts.fold(season, since=clock.now().date() - 40 * DAY)
    charts.compute_due_weeks(season)
    with making.guards_off():
        for week in season.chart_weeks.all():
            morning = datetime.datetime.combine(week.ends_on + DAY, datetime.time(1), tzinfo=datetime.UTC)
            ChartWeek.objects.filter(pk=week.pk).update(computed_at=morning)


# ---- words -----------------------------------------------------------------------------------------------------------


def _reword(words: list[str]) -> None:
    """Write something longer wherever one of the secret words stands in the database."""
    if not words:
        return
    pattern = f"({'|'.join(words)})"
    with connection.cursor() as cursor:
        for table, column, cast in _texts():
            cursor.execute(
                f"""UPDATE "{table}" SET "{column}" = regexp_replace("{column}"::text, %s, '\\1andmore', 'g')::{cast} """
                f"""WHERE "{column}"::text ~ %s""",
                [pattern, pattern],
            )


def _texts() -> Iterator[tuple[str, str, str]]:
    """Every column of ours that holds words: table, column, type."""
    for model in apps.get_models():
        if model._meta.app_label not in OURS or model._meta.proxy:
            continue
        for field in model._meta.local_concrete_fields:
            if isinstance(field, models.JSONField):
                yield model._meta.db_table, field.column, "jsonb"
            elif isinstance(field, models.CharField | models.TextField) and not field.choices:
                yield model._meta.db_table, field.column, "text"
            elif isinstance(field, ArrayField):
                yield model._meta.db_table, field.column, "text[]"


# ---- numbers ---------------------------------------------------------------------------------------------------------


def _sheets(world: World) -> None:
    """What a colleague gave in the running round, and the standings that follow from it."""
    running = world.things["round 3"]
    filed = ScoreSheet.objects.filter(round=running, state="filed")
    for score in Score.objects.filter(sheet__in=filed):
        Score.objects.filter(pk=score.pk).update(value=(score.value + 5) % 10)
    standings.compute(running)


def _closed_standings(world: World) -> None:
    """The order of a round that is closed and not announced is the other way round, with other numbers."""
    last = Standings.objects.filter(round=world.things["round 2"]).latest("number")
    rows = list(last.rows.order_by("rank"))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE judging_standing SET rank = rank + 1000 WHERE standings_id = %s", [last.pk])
    for row, rank in zip(rows, range(len(rows), 0, -1), strict=True):
        Standing.objects.filter(pk=row.pk).update(
            rank=rank, blend=row.blend + 12_345, probability=777_777, is_selected=not row.is_selected
        )


def _set_aside(world: World) -> None:
    """More readings are set aside, and those that were are larger."""
    track, today = world.things["song"].track, clock.now().date()
    Reading.objects.bulk_create(
        Reading(day=today - day * DAY, source=world.things["source"], track=track, measure="spins", value=999, set_aside=True)
        for day in range(1, 5)
    )  # fmt: skip


def _frozen_plays(world: World) -> None:
    """Since the freeze the other song is heard more, liked, shared and its artist followed; the charts made since then are turned around."""
    first = clock.now().date() - (FROZEN_DAYS - 1) * DAY
    _louder(world.things["song"].track, first, 40)
    since = frozen_at(Season.objects.get(pk=world.alpha.pk))
    _turned(ChartWeek.objects.filter(season=world.alpha, computed_at__gt=since))


def _all_plays(*slugs: str) -> Callable[[World], None]:
    """What was heard in a season all along is the other way round."""

    def change(world: World) -> None:
        for slug in slugs:
            _louder(world.things[f"{slug} 1"].track, clock.now().date() - 30 * DAY, 40)
            _turned(ChartWeek.objects.filter(season=world.things[slug]))

    return change


def _louder(track: Track, first: datetime.date, listeners: int) -> None:
    days = (clock.now().date() - first).days
    new = [
        {"track": track, "day": first + day * DAY, "listener": f"more-{day}-{n}", "market": "jp"}
        for day in range(days)
        for n in range(listeners)
    ]
    Play.objects.bulk_create(Play(**values) for values in new)
    Share.objects.bulk_create(Share(**values) for values in new)
    fans = [making.make_person() for _ in range(3)]
    Like.objects.bulk_create(Like(track=track, person=fan, market="jp", at=clock.now()) for fan in fans)
    artist = track.billing.get().artist
    Follow.objects.bulk_create(Follow(artist=artist, person=fan, at=clock.now()) for fan in fans)
    source = Source.objects.get(season=track.submissions.get().season, slug="spotlight")
    Reading.objects.filter(source=source, track=track, day__gte=first).update(value=4_000)


def _turned(weeks: models.QuerySet[ChartWeek]) -> None:
    for row in ChartRow.objects.filter(week__in=weeks).select_related("week"):
        last = row.week.rows.count()
        ChartRow.objects.filter(pk=row.pk).update(
            rank=last + 1 - row.rank, previous=row.rank, peak=1, weeks=row.weeks + 7, points=99_999
        )


def _drafts(world: World) -> None:
    """Somebody has begun two more entries."""
    for number in (1, 2):
        artist = making.make_artist(making.make_person("zqvdrafttitle"), name=f"zqvdrafttitle {number}")
        making.make_submission(world.alpha, artist, state="draft", title=f"zqvdrafttitle {number}")


def _waiting(world: World) -> None:
    """Two more entries wait for clearance."""
    for number in (1, 2):
        artist = making.make_artist(making.make_person("zqvwaitingtitle"), name=f"zqvwaitingtitle {number}")
        making.make_submission(world.alpha, artist, state="submitted", title=f"zqvwaitingtitle {number}")


def _mails(world: World) -> None:
    """Other mails wait, and others were sent."""
    for state in ("held", "sent"):
        Mail.objects.create(
            to="zqvelse@example.test", season="alpha", batch="cut:x", template="cut", subject="zqvelse", text="zqvelse",
            state=state, created_at=clock.now(), released_at=clock.now(), sent_at=clock.now(),
        )  # fmt: skip


def _log(world: World) -> None:
    """The log has other lines."""
    for _ in range(3):
        events.log("season.noted", world.alpha, by=world.people["organizer"], season="alpha", what="zqvelse")


CHANGES: list[tuple[str, tuple[str, ...], Callable[[World], None]]] = [
    ("other judges' marks and the standings", ("colleague", "chair", "organizer"), _sheets),
    ("standings of a closed round", ("chair", "organizer"), _closed_standings),
    ("readings set aside", ("owner", "chair", "organizer"), _set_aside),
    ("plays and likes since the freeze", ("chair", "organizer"), _frozen_plays),
    ("plays and likes where the order is hidden", (), _all_plays("hushed", "crowd")),
    ("drafts", ("organizer",), _drafts),  # whose home says how many there are
    ("entries that wait", ("clearance", "chair", "organizer"), _waiting),
    ("mails", ("organizer",), _mails),
    ("log", ("chair", "organizer"), _log),
]
