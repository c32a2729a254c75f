"""Files with HTTP Range: every row of RFC 9110 that a player meets."""

from pathlib import Path
from typing import Any

import pytest
from django.http import Http404
from django.http.response import HttpResponseBase
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from spotlight.web.ranges import BLOCK, Blocks, NotSatisfiable, Span, file_response, requested_span

CONTENT = bytes(range(256)) * 1024  # four blocks
SIZE = len(CONTENT)


@pytest.fixture
def song(tmp_path: Path) -> Path:
    path = tmp_path / "song.m4a"
    path.write_bytes(CONTENT)
    return path


def answer(path: Path, *, method: str = "GET", at: str = "/media/a", **options: Any) -> HttpResponseBase:
    headers = {name.replace("_", "-"): value for name, value in options.pop("headers", {}).items()}
    request = RequestFactory().generic(method, at, headers=headers)
    return file_response(request, path, **{"media_type": "audio/mp4", "digest": "d1", **options})


def body(response: HttpResponseBase) -> bytes:
    content = b"".join(response) if response.streaming else response.content  # type: ignore[attr-defined]
    return bytes(content)


def test_the_whole_file(song: Path) -> None:
    response = answer(song, name="夜.m4a")
    assert response.status_code == 200
    assert response["Content-Length"] == str(SIZE)
    assert response["Content-Type"] == "audio/mp4"
    assert response["Accept-Ranges"] == "bytes"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"
    assert response["Content-Disposition"] == "inline; filename*=utf-8''%E5%A4%9C.m4a"
    assert body(response) == CONTENT


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-99", 0, 100),
        ("bytes=100-", 100, SIZE),
        ("bytes=-10", SIZE - 10, SIZE),
        (f"bytes=-{SIZE * 2}", 0, SIZE),
        (f"bytes={SIZE - 1}-", SIZE - 1, SIZE),
        (f"bytes=5-{SIZE * 9}", 5, SIZE),
        (f"BYTES = {BLOCK - 1}-{BLOCK}", BLOCK - 1, BLOCK + 1),
        (f"bytes=1-{'9' * 400}", 1, SIZE),
    ],
)
def test_a_part(song: Path, asked: str, start: int, end: int) -> None:
    response = answer(song, headers={"Range": asked})
    assert response.status_code == 206
    assert response["Content-Range"] == f"bytes {start}-{end - 1}/{SIZE}"
    assert response["Content-Length"] == str(end - start)
    assert body(response) == CONTENT[start:end]


@pytest.mark.parametrize(
    "asked",
    [
        "bytes=",
        "bytes=-",
        "bytes=9-3",
        "bytes=a-b",
        "lines=0-5",
        "bytes=0-1,5-6",
        "0-5",
        "bytes=٣-٤",
        "bytes=--5",
    ],
)
def test_what_is_no_single_range_gets_the_whole(song: Path, asked: str) -> None:
    response = answer(song, headers={"Range": asked})
    assert (response.status_code, response["Content-Length"]) == (200, str(SIZE))
    assert "Content-Range" not in response


@pytest.mark.parametrize(
    "asked", [f"bytes={SIZE}-", f"bytes={SIZE}-{SIZE + 5}", "bytes=-0", f"bytes={'9' * 400}-"]
)
def test_a_range_outside(song: Path, asked: str) -> None:
    response = answer(song, headers={"Range": asked})
    assert (response.status_code, response["Content-Range"], body(response)) == (416, f"bytes */{SIZE}", b"")


def test_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "empty"
    path.touch()
    assert answer(path, headers={"Range": "bytes=0-"}).status_code == 416
    whole = answer(path)
    assert (whole.status_code, whole["Content-Length"], body(whole)) == (200, "0", b"")


def test_head_says_the_length_and_ignores_the_range(song: Path) -> None:
    response = answer(song, method="HEAD", headers={"Range": "bytes=0-9"})
    assert (response.status_code, response["Content-Length"], body(response)) == (200, str(SIZE), b"")
    assert "Content-Range" not in response


def test_if_range_with_the_same_tag_gives_the_part(song: Path) -> None:
    tag = answer(song)["ETag"]
    response = answer(song, headers={"Range": "bytes=0-9", "If_Range": tag})
    assert (response.status_code, body(response)) == (206, CONTENT[:10])


@pytest.mark.parametrize("condition", ['"another"', "W/{tag}", "Wed, 21 Oct 2026 07:28:00 GMT", ""])
def test_if_range_with_anything_else_gives_the_whole(song: Path, condition: str) -> None:
    tag = answer(song)["ETag"]
    response = answer(song, headers={"Range": "bytes=0-9", "If_Range": condition.format(tag=tag)})
    assert (response.status_code, body(response)) == (200, CONTENT)


@pytest.mark.parametrize("known", ["{tag}", "W/{tag}", '"x", {tag}', "*"])
def test_not_modified_comes_before_the_range(song: Path, known: str) -> None:
    tag = answer(song)["ETag"]
    response = answer(song, headers={"Range": "bytes=0-9", "If_None_Match": known.format(tag=tag)})
    assert (response.status_code, response["ETag"], body(response)) == (304, tag, b"")


def test_if_match(song: Path) -> None:
    tag = answer(song)["ETag"]
    assert answer(song, headers={"If_Match": '"other"'}).status_code == 412
    assert answer(song, headers={"If_Match": f"W/{tag}"}).status_code == 412
    assert answer(song, headers={"If_Match": tag}).status_code == 200


def test_the_tag_changes_with_content_and_address(song: Path) -> None:
    tags = {answer(song, at=at, digest=digest)["ETag"] for at in ("/a", "/b") for digest in ("1", "2")}
    assert len(tags) == 4
    assert all(tag.startswith('"') for tag in tags)


@pytest.mark.parametrize(
    "media_type", ["text/html", "image/svg+xml", "application/pdf", "audio/mp4;x=text/html"]
)
def test_what_could_run_as_a_page_is_only_saved(song: Path, media_type: str) -> None:
    response = answer(song, media_type=media_type)
    assert response["Content-Disposition"].startswith("attachment")
    assert response._csp_config["sandbox"] is True  # type: ignore[attr-defined]


def test_saving_and_keeping_as_asked(song: Path) -> None:
    response = answer(song, attachment=True, name='a"b.m4a', public_seconds=60)
    assert response["Content-Disposition"] == 'attachment; filename="a\\"b.m4a"'
    assert response["Cache-Control"] == "public, max-age=60"


def test_a_file_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(Http404):
        answer(tmp_path / "nothing")


def test_nginx_sends_what_lies_below_the_media_folder(song: Path, settings: Any) -> None:
    settings.MEDIA_ACCEL_PREFIX, settings.MEDIA_ROOT = "/protected/", song.parent
    inside = song.with_name("夜 1.m4a")
    inside.write_bytes(b"x")
    response = answer(inside, headers={"Range": "bytes=0-9"})
    assert (response.status_code, response["X-Accel-Redirect"]) == (200, "/protected/%E5%A4%9C%201.m4a")
    assert "Content-Range" not in response
    assert answer(inside, headers={"If_None_Match": response["ETag"]}).status_code == 304
    settings.MEDIA_ROOT = song.parent / "elsewhere"
    assert body(answer(inside)) == b"x"


def test_the_file_is_closed_when_the_listener_leaves(song: Path) -> None:
    blocks = Blocks(song, Span(0, SIZE))
    assert len(next(iter(blocks))) == BLOCK
    blocks.close()
    assert blocks._file is not None
    assert blocks._file.closed


@given(size=st.integers(0, 50), first=st.none() | st.integers(0, 60), last=st.none() | st.integers(0, 60))
def test_a_span_is_never_empty_nor_outside(size: int, first: int | None, last: int | None) -> None:
    header = f"bytes={'' if first is None else first}-{'' if last is None else last}"
    try:
        span = requested_span(header, size)
    except NotSatisfiable:
        assert (first is not None and first >= size) or (first is None and (last == 0 or size == 0))
        return
    if span is None:
        assert (first is None and last is None) or (first is not None and last is not None and last < first)
        return
    expected = (
        list(range(size))[first : None if last is None else last + 1]
        if first is not None
        else list(range(size))[-(last or 0) :]
    )
    assert list(range(size))[span.start : span.end] == expected
    assert span.length > 0
