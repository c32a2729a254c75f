"""The resumable upload in a real browser, against a server that loses connections; the protocol is in docs/front.md."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

pytestmark = pytest.mark.django_db(transaction=True)

MEGABYTE = 1024 * 1024


@dataclass
class Server:
    """Takes an upload in memory. ``lose`` holds the numbers of the pieces whose connection breaks."""

    lose: set[int] = field(default_factory=set)
    refuse: str = ""
    bytes: bytearray = field(default_factory=bytearray)
    size: int = 0
    pieces: int = 0
    calls: list[str] = field(default_factory=list)

    def __call__(self, route: Route) -> None:
        getattr(self, route.request.method.lower())(route)
        self.calls.append(route.request.method)

    def post(self, route: Route) -> None:
        body = route.request.post_data or ""
        self.size = int(re.findall(r'name="size"\s+(\d+)', body)[0])
        if self.refuse:
            route.fulfill(
                status=400, json={"error": {"code": "invalid", "message": self.refuse, "fields": {}}}
            )
        else:
            route.fulfill(status=201, json={"url": "/kit/uploads/1", "offset": 0})

    def head(self, route: Route) -> None:
        route.fulfill(status=200, headers={"Upload-Offset": str(len(self.bytes))})

    def patch(self, route: Route) -> None:
        self.pieces += 1
        if self.pieces in self.lose:
            route.abort("connectionreset")
            return
        assert route.request.headers["content-type"] == "application/offset+octet-stream"
        assert route.request.headers["x-csrftoken"]
        if int(route.request.headers["upload-offset"]) != len(self.bytes):
            route.fulfill(status=409, json={"error": {"code": "wrong_offset", "message": "", "fields": {}}})
            return
        self.bytes += route.request.post_data_buffer or b""
        headers = {"Upload-Offset": str(len(self.bytes))}
        if len(self.bytes) == self.size:
            headers["Upload-Done"] = "/kit/uploads/1/state"
        route.fulfill(status=204, headers=headers)

    def get(self, route: Route) -> None:
        route.fulfill(status=200, content_type="text/html", body='<p id="checked">Being checked</p>')


def begin(page: Page, server: Server, path: Path) -> Any:
    page.route(re.compile(r"/kit/uploads/"), server)
    page.goto("/kit/")
    page.set_input_files("#kit-up", path)
    return page.locator("[data-upload]").first


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    path = tmp_path / "shiodokei.wav"
    path.write_bytes(bytes(range(256)) * (9 * MEGABYTE // 256))
    return path


def test_a_file_arrives_whole_in_pieces(page: Page, sound: Path) -> None:
    server = Server()
    begin(page, server, sound)
    expect(page.locator("#checked")).to_have_text("Being checked")
    assert bytes(server.bytes) == sound.read_bytes()
    assert server.calls == ["POST", "PATCH", "PATCH", "PATCH", "GET"]


def test_it_goes_on_after_a_lost_connection(page: Page, sound: Path) -> None:
    server = Server(lose={2})
    begin(page, server, sound)
    expect(page.locator("#checked")).to_be_visible(timeout=20_000)
    assert bytes(server.bytes) == sound.read_bytes()
    assert server.calls[:4] == ["POST", "PATCH", "PATCH", "HEAD"]


def test_it_goes_on_after_a_reload(page: Page, sound: Path) -> None:
    server = Server(lose=set(range(2, 100)))
    box = begin(page, server, sound)
    expect(box.locator("[data-upload-words]")).to_contain_text("The connection dropped at 44 %")
    page.reload()
    expect(box.locator("[data-upload-words]")).to_have_text(
        "Choose shiodokei.wav again to go on where it stopped."
    )
    server.lose.clear()
    page.set_input_files("#kit-up", sound)
    expect(page.locator("#checked")).to_be_visible(timeout=20_000)
    assert bytes(server.bytes) == sound.read_bytes()
    assert server.calls.count("POST") == 1


def test_it_can_be_paused(page: Page, sound: Path) -> None:
    server = Server(lose=set(range(2, 100)))
    box = begin(page, server, sound)
    expect(box.locator("[data-upload-words]")).to_contain_text("dropped")
    box.get_by_role("button", name="Pause").click()
    expect(box.locator("[data-upload-words]")).to_have_text("Paused at 44 %")
    server.lose.clear()
    box.get_by_role("button", name="Resume").click()
    expect(page.locator("#checked")).to_be_visible(timeout=20_000)


def test_a_refusal_says_why(page: Page, sound: Path) -> None:
    server = Server(refuse="The season closed on 30 September.")
    box = begin(page, server, sound)
    expect(box.locator("[data-upload-error]")).to_have_text(
        "The upload stopped. The season closed on 30 September."
    )
    assert server.pieces == 0


def test_a_file_above_the_limit_never_leaves(page: Page, sound: Path) -> None:
    server = Server()
    page.route(re.compile(r"/kit/uploads/"), server)
    page.goto("/kit/")
    page.locator("[data-upload]").first.evaluate("el => { el.dataset.limit = '1000000'; }")
    page.set_input_files("#kit-up", sound)
    expect(page.locator("[data-upload-error]").first).to_contain_text(
        "This file is 9.4 MB. The limit is 1 MB."
    )
    assert server.calls == []
