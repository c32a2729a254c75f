"""Readings files: all or nothing, the same file twice changes nothing, every rejected row says why."""

import csv
import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.http import StreamingHttpResponse
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext as _

from judging.jobs import counts, readings, rejections, staging, standings
from judging.models import Entry, ImportBatch, Reading, Round, Source
from judging.queries.reasons import in_words, rejected_csv
from judging.services import popularity
from judging.sources import readers, repeats
from spotlight.ledger import clock, files, work
from spotlight.ledger.models import Event
from submissions.models import Like, Play, Role, Save, Submission, Use
from submissions.queries.rules import season_zone
from tests.making import (
    PASSWORD,
    advance,
    make_entry,
    make_person,
    make_readings,
    make_role,
    make_round,
    make_season,
    make_seat,
    make_sheet,
    make_submission,
)  # fmt: skip

pytestmark = pytest.mark.django_db


@pytest.fixture
def entered() -> Submission:
    return make_submission(make_season(), isrc="JPAB02600001")


@pytest.fixture
def source(entered: Submission) -> Source:
    return Source.objects.create(season=entered.season, slug="radio", name="Radio")


def read(source: Source, folder: Path, text: str | bytes) -> ImportBatch:
    path = folder / "readings.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return popularity.import_readings_now(source, path=path, by=None)


def test_rows_by_code_and_by_isrc(entered: Submission, source: Source, tmp_path: Path) -> None:
    code = entered.track.code
    batch = read(
        source, tmp_path, f"track,metric,day,value,market,fans\n{code},plays,2026-05-01,12,jp,9\nJP-AB0-26-00001,plays,2026-05-02,7,kr,\n"
    )  # fmt: skip
    assert (batch.state, batch.rows, batch.accepted, batch.changed, batch.rejected) == ("done", 2, 2, 2, 0)
    assert list(Reading.objects.order_by("day").values_list("market", "value", "fans")) == [
        ("jp", 12, 9),
        ("kr", 7, None),
    ]


def test_the_same_file_twice_changes_nothing(entered: Submission, source: Source, tmp_path: Path) -> None:
    text = f"track,metric,day,value\n{entered.track.code},plays,2026-05-01,12\n"
    read(source, tmp_path, text)
    again = read(source, tmp_path, text)
    assert (again.accepted, again.changed) == (1, 0)
    assert Reading.objects.count() == 1


def test_each_rejected_row_says_why(entered: Submission, source: Source, tmp_path: Path) -> None:
    code = entered.track.code
    tomorrow_after = (clock.now() + datetime.timedelta(days=3)).date()
    rows = [
        "track,metric,day,value",
        f"{code},plays,2026-05-01,12",
        "nobody,plays,2026-05-01,12",
        f"{code},plays,2026-05-01,99",
        f"{code},plays,2026-13-01,1",
        f"{code},plays,{tomorrow_after},1",
        f"{code},plays,2026-05-02,-4",
        f"{code},plays,2026-05-02,١٢",
        f"{code},PLAYS!,2026-05-02,4",
        f"{code},plays,2026-05-02",
        "",
    ]
    batch = read(source, tmp_path, "\n".join(rows))
    assert batch.accepted == 1
    assert list(batch.rejections.values_list("row", "reason")) == [
        (3, "unknown track"),
        (4, "repeats row 2"),
        (5, "day is not a date such as 2026-04-05"),
        (6, "day lies in the future"),
        (7, "value is not a whole number of 0 or more"),
        (8, "value is not a whole number of 0 or more"),
        (9, "metric is not a short name such as plays"),
        (10, "3 fields instead of 4"),
    ]


@pytest.mark.parametrize(
    ("remembered", "chunk", "compared"),
    [(100, 10**6, 10**6), (100, 3, 10**6), (100, 3, 0), (3, 10**6, 10**6), (3, 1, 10**6)],
)
def test_blocks_that_repeat_or_correct_each_other(
    entered: Submission, source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, remembered: int, chunk: int, compared: int
) -> None:  # fmt: skip
    """Straight copies, repeats across blocks (remembered, or found by the database), corrections of days that were there.

    Whatever is compared here and whatever is merged by the database, in one chunk or many, the outcome is the same.
    """
    merged: list[int] = []
    put_aside = staging.put_aside

    def noted(cursor: Any, rows: pl.DataFrame) -> None:
        merged.append(rows.height)
        put_aside(cursor, rows)

    monkeypatch.setattr(staging, "put_aside", noted)
    monkeypatch.setattr(repeats, "MOST_ROWS", remembered)
    monkeypatch.setattr(readings, "CHUNK_ROWS", chunk)
    monkeypatch.setattr(readings, "MOST_COMPARED", compared)
    monkeypatch.setattr(readers, "BLOCK_BYTES", 80)
    code = entered.track.code
    head, line = "track,metric,day,value\n", f"{code},plays,2026-05-%02d,%d\n"
    days = [line % (day, day) for day in range(1, 11)]
    assert read(source, tmp_path, head + "".join(days)).changed == 10
    written = Reading.objects.order_by("day").values_list("value", "batch_id")
    before = list(written)
    assert read(source, tmp_path, head + "".join(reversed(days))).changed == 0
    assert list(written) == before
    assert bool(merged) == (remembered == 3 or compared == 0)  # what is there already isn't even staged
    merged.clear()
    days[4], days[9] = line % (5, 50), line % (11, 11)
    days += [line % (12, 1), line % (1, 77), line % (13, 1), line % (14, 1), line % (12, 78)]
    days += [f"{code},likes,2026-05-03,3\n"]  # new, on a day that was there
    batch = read(source, tmp_path, head + "".join(days))
    assert (batch.rows, batch.accepted, batch.changed, batch.rejected) == (16, 14, 6, 2)
    assert batch.reasons == {"repeats an earlier row": 2}
    assert list(batch.rejections.values_list("row", "reason")) == [
        (13, "repeats row 2"),
        (16, "repeats row 12"),
    ]
    assert Reading.objects.get(day="2026-05-05").value == 50
    assert Reading.objects.filter(batch=batch).count() == 6
    assert Reading.objects.get(day="2026-05-03", measure="likes").value == 3
    if compared and remembered == 100:
        assert sum(merged) == 1  # the one correction
    assert Reading.objects.get(day="2026-05-01").value == 1
    assert Reading.objects.get(day="2026-05-12").value == 1
    assert list(source.days.order_by("day").values_list("rows", flat=True)) == [1, 1, 2, *[1] * 11]
    batch = read(
        source, tmp_path, head + "".join([*days[:10], line % (1, 99)])
    )  # what was equal counts as first, too
    assert (batch.changed, batch.reasons) == (0, {"repeats an earlier row": 1})
    assert Reading.objects.get(day="2026-05-01").value == 1
    assert list(source.days.order_by("day").values_list("day__day", flat=True)) == list(range(1, 15))


def test_only_the_first_rejections_are_kept_and_all_are_counted(
    entered: Submission, source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rejections, "KEPT", 3)
    monkeypatch.setattr(readers, "BLOCK_BYTES", 100)
    code = entered.track.code
    rows = ["=nobody,plays,2026-05-01,1", f"{code},plays,2026-05-01,x"] * 4
    rows += [f"{code},plays,2026-05-01,7", f"{code},plays,2026-05-02,4", f"{code},plays,2026-05-02,5"]
    batch = read(source, tmp_path, "\n".join(["track,metric,day,value", *rows]))
    assert (batch.rejected, batch.rejections.count()) == (9, 3)
    assert batch.reasons == {
        "unknown track": 4, "value is not a whole number of 0 or more": 4, "repeats an earlier row": 1,
    }  # fmt: skip
    assert list(batch.rejections.values_list("row", flat=True)) == [2, 3, 4]
    name = tmp_path / "all.csv"
    with translation.override("ja"):
        name.write_bytes(b"".join(rejected_csv(batch)))
    with name.open(newline="") as lines:
        table = list(csv.reader(lines))
    assert [line[0] for line in table] == ["row", "2", "3", "4", "5", "6", "7", "8", "9", "12"]
    assert table[1][2] == "'=nobody,plays,2026-05-01,1" and table[9][2] == f"{code},plays,2026-05-02,5"
    with translation.override("ja"):
        assert [line[1] for line in table[1:]] == [
            *[_("unknown track"), _("value is not a whole number of 0 or more")] * 4,
            _("repeats row %(row)s") % {"row": 11},
        ]  # fmt: skip
    broken = "\n".join(["track,metric,day,value", *rows, ""]).encode() + b"\xff,plays,2026-05-01,1\n"
    before = set(files.scratch().parent.iterdir())  # of other tests
    assert read(source, tmp_path, broken).state == "failed"
    assert set(files.scratch().parent.iterdir()) == before  # nothing lies about
    again = read(source, tmp_path, f"track,metric,day,value\n{code},plays,2026-05-01,1\n")
    assert again.rejected_file is None and b"".join(rejected_csv(again)) == b"row,reason,line\n"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"", "missing: track, metric, day, value"),
        (b"a,b\n1,2\n", "missing: track, metric, day, value"),
        (b"track,metric,day,value,day\n", "twice: day"),
        (b'track,metric,day,value\n"x"y,plays\n', "follows a closing quotation mark"),
        (b'track,metric,day,value\n"' + b"x" * 140_000 + b'",plays\n', "longer than 131,072"),
        (b"PAR1", "as Parquet"),
        ("track,metric,day,value\n曲,plays,2026-05-01,1\n".encode("utf-16"), "not UTF-8"),
        (b'track,metric,day,value\n"x,plays\n', "never closed"),
    ],
)
def test_a_file_that_can_not_be_read_imports_nothing(
    source: Source, tmp_path: Path, text: bytes, problem: str
) -> None:
    batch = read(source, tmp_path, text)
    assert batch.state == "failed"
    assert problem in batch.problem
    for language in ("ja", "ko"):
        with translation.override(language):
            assert in_words(batch.problem).isascii() is False
    assert not Reading.objects.exists()


def test_a_bad_byte_late_in_the_file_undoes_its_beginning(
    entered: Submission, source: Source, tmp_path: Path
) -> None:
    good = f"track,metric,day,value\n{entered.track.code},plays,2026-05-01,12\n".encode()
    batch = read(source, tmp_path, good + b"\xff\xfe,plays,2026-05-01,1\n")
    assert batch.state == "failed"
    assert not Reading.objects.exists()


def test_the_command_prints_the_report(
    entered: Submission, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "r.csv"
    path.write_text(
        f"track,metric,day,value\n{entered.track.code},plays,2026-05-01,12\nx,plays,2026-05-01,1\n"
    )
    left = tmp_path / "left.csv"
    call_command(
        "import_readings", str(path), "--source", "radio", "--season", entered.season.slug, "--rejected", str(left)
    )  # fmt: skip
    assert left.read_text() == 'row,reason,line\n3,unknown track,"x,plays,2026-05-01,1"\n'
    printed = capsys.readouterr().out
    assert "row 3: unknown track" in printed
    assert "2 rows read, 1 accepted, 1 new or changed, 1 rejected, 0 resets" in printed
    with pytest.raises(CommandError, match="counted here"):
        call_command("import_readings", str(path), "--source", "spotlight", "--season", entered.season.slug)


def test_own_counts_follow_plays_and_likes(entered: Submission) -> None:
    today = clock.now().date()
    for number in range(3):
        Play.objects.create(track=entered.track, day=today, listener=f"hash{number}", market="jp")
    like = Like.objects.create(track=entered.track, person=make_person(), market="kr", at=clock.now())
    for counted in (True, False):
        Save.objects.create(track=entered.track, person=make_person(), counts=counted, at=clock.now())
    since = today - datetime.timedelta(days=1)
    assert counts.fold(entered.season, since=since) == 3
    assert counts.fold(entered.season, since=since) == 0
    assert set(Reading.objects.values_list("measure", "market", "value")) == {
        ("plays", "jp", 3),
        ("likes", "kr", 1),
        ("saves", "", 1),
    }
    like.delete()
    assert counts.fold(entered.season, since=since) == 1
    assert set(Reading.objects.values_list("measure", flat=True)) == {"plays", "saves"}


def test_days_of_own_counts_are_whole_days_of_the_seasons_zone(entered: Submission) -> None:
    zone, day = season_zone(entered.season), datetime.date(2026, 5, 10)
    for hour in (0, 8, 23):  # in Tokyo the day begins nine hours before that of UTC
        at = datetime.datetime.combine(day, datetime.time(hour), zone)
        Like.objects.create(track=entered.track, person=make_person(), at=at)
    registered = datetime.datetime.combine(day - datetime.timedelta(days=20), datetime.time(1), zone)
    Use.objects.create(
        track=entered.track, person=make_person(), url="https://video.example/1", at=registered, state="accepted"
    )  # fmt: skip
    for _again in range(2):
        counts.fold(entered.season, since=day)
    assert set(Reading.objects.values_list("day", "measure", "value")) == {
        (day, "likes", 3),
        (registered.date(), "uses", 1),
    }, "a use that is checked late counts on its day all the same"
    Use.objects.update(state="refused")
    assert [counts.fold(entered.season, since=day) for _again in range(2)] == [1, 0]
    assert set(Reading.objects.values_list("measure", flat=True)) == {"likes"}, (
        "refused after all, it leaves its day"
    )


def test_import_in_the_admin_panel(entered: Submission) -> None:
    organizer = make_role(entered.season, Role.ORGANIZER)
    client = Client()
    assert organizer.user is not None
    client.login(email=organizer.user.email, password=PASSWORD)
    address = f"/admin/readings/{entered.season.slug}/"
    content = f"track,metric,day,value\n{entered.track.code},plays,2026-05-01,12\n=cmd,plays,2026-05-01,1\n".encode()
    refused = client.post(address, {"file": SimpleUploadedFile("r.csv", content)})
    assert refused.status_code == 422
    assert "Choose a source" in refused.content.decode()
    answer = client.post(address, {"new_source": "line-music", "file": SimpleUploadedFile("r.csv", content)})
    assert answer.status_code == 302
    assert "being read" in client.get(answer["Location"]).content.decode()
    work.run_due()
    page = client.get(answer["Location"]).content.decode()
    assert "unknown track" in page
    download = client.get(answer["Location"] + "rejected.csv")
    assert isinstance(download, StreamingHttpResponse) and "'=cmd" in download.getvalue().decode()
    assert Reading.objects.count() == 1
    client.post(f"{address}sources/line-music/counts/", {"reason": "the feed was wrong"})
    assert not Source.objects.get(slug="line-music").is_active


def test_only_the_organizer_sees_readings(entered: Submission) -> None:
    address = f"/admin/readings/{entered.season.slug}/"
    assert Client().get(address).status_code == 302
    for person in (
        make_role(entered.season, Role.JUDGE),
        make_role(make_season(), Role.ORGANIZER),
        make_person(),
    ):
        client = Client()
        assert person.user is not None
        client.login(email=person.user.email, password=PASSWORD)
        assert client.get(address).status_code == 404


def test_the_pages_of_a_source(entered: Submission, tmp_path: Path) -> None:
    """What it sent, its gaps and keys; taking it out shows the difference first, and bringing it back undoes it."""
    season = entered.season
    organizer = make_role(season, Role.ORGANIZER)
    running = make_round(season, cut=1)
    running.metrics.filter(measure="likes").update(source="radio", measure="plays", weight=Decimal("0.9"))
    running.metrics.filter(source="spotlight").update(weight=Decimal("0.1"))
    running = advance(running, "open")
    songs = [make_entry(running, entered), make_entry(running)]
    seat = make_seat(running)
    for song in songs:
        make_sheet(song, seat, 7, 7)
        make_readings(song, *[9 - song.index] * 14)
    radio = popularity.add_source(season, slug="radio", name="Radio", by=organizer)
    rows = [
        f"{song.submission.track.code},plays,{song.counts_from + datetime.timedelta(days=n)},{1 + 499 * song.index}"
        for n in [*range(11), 13]
        for song in songs
    ]
    read(radio, tmp_path, "\n".join(["track,metric,day,value", *rows]))
    client, base = Client(), f"/admin/readings/{season.slug}/"
    assert organizer.user is not None
    client.login(email=organizer.user.email, password=PASSWORD)
    assert "Missing days" in client.get(base).content.decode()
    page = client.get(f"{base}sources/radio/").content.decode()
    assert "2 days" in page and "/api/v1/seasons/" in page
    assert client.get(f"{base}sources/nobody/").status_code == 404
    made = client.post(f"{base}sources/radio/keys/", {"old_for": "0"}).content.decode()
    assert "whsec_" in made and "whsec_" not in client.get(f"{base}sources/radio/").content.decode()
    assert client.post(f"{base}sources/radio/keys/", {"old_for": "9"}).status_code == 422
    assert client.post(f"{base}sources/radio/keys/{radio.keys.get().code}/end/").status_code == 302
    assert radio.keys.get().ends_at is not None
    address = f"{base}sources/radio/counts/"
    standings.compute(running)
    before = [entry.code for entry in ranked(running)]
    preview = client.get(address).content.decode()
    assert "Would enter" in preview and "Would leave" in preview and "Ranks that move most" in preview
    assert Source.objects.get(slug="radio").is_active
    assert client.post(address, {"reason": ""}).status_code == 422
    client.post(address, {"reason": "bought"})
    standings.compute(running)
    assert [entry.code for entry in ranked(running)] == before[::-1]
    assert "Would enter" in client.get(address).content.decode()
    client.post(address, {"reason": "it was right"})
    standings.compute(running)
    assert [entry.code for entry in ranked(running)] == before
    facts = Event.objects.filter(verb="source.switched").order_by("pk").values_list("facts", flat=True)
    assert [(one["counts"], one["reason"]) for one in facts] == [(False, "bought"), (True, "it was right")]


def ranked(running: Round) -> list[Entry]:
    """The entries of the latest standings in their order."""
    latest = running.standings.order_by("-number").first()
    return [row.entry for row in latest.rows.order_by("rank").select_related("entry")]
