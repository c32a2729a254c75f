import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import RequestFactory

from spotlight.web import sitemaps


def test_every_source_gives_its_pages(
    rf: RequestFactory, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.SITE_URL = "https://s.example"
    given = {
        "one": lambda: [("/a&b/", datetime(2026, 11, 19, 12, tzinfo=UTC))],
        "two": lambda: iter([("/c/", None)]),
    }
    monkeypatch.setattr(sitemaps, "import_string", given.get)
    response = sitemaps.sitemap(rf.get("/sitemap.xml"), sources=["one", "two"])
    urls = [[child.text for child in url] for url in ET.fromstring(response.content)]
    assert urls == [
        ["https://s.example/"],
        ["https://s.example/a&b/", "2026-11-19T12:00:00+00:00"],
        ["https://s.example/c/"],
    ]


def test_robots_are_told_where_the_sitemap_is(rf: RequestFactory, settings: Any) -> None:
    settings.SITE_URL = "https://s.example"
    lines = sitemaps.robots(rf.get("/robots.txt")).content.decode().splitlines()
    assert "Disallow: /admin/" in lines
    assert "Sitemap: https://s.example/sitemap.xml" in lines
