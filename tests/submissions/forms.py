"""Reads a form off a page, as a browser would send it."""

from html.parser import HTMLParser
from typing import Any


class _Form(HTMLParser):
    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.form_id, self.inside = form_id, False
        self.values: dict[str, str] = {}
        self.select: str | None = None
        self.area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "form":
            self.inside = found.get("id") == self.form_id
        if not self.inside or "disabled" in found:
            return
        name = found.get("name")
        if tag == "input" and name:
            self._input(name, found)
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and "selected" in found:
            self.values[self.select] = found.get("value", "")
        elif tag == "textarea":
            self.area = name
            self.values[name] = ""

    def _input(self, name: str, found: dict[str, str | None]) -> None:
        kind = found.get("type", "text")
        if kind in ("submit", "file") or (kind in ("checkbox", "radio") and "checked" not in found):
            return
        self.values[name] = found.get("value", "on" if kind == "checkbox" else "")

    def handle_data(self, data: str) -> None:
        if self.inside and self.area:
            self.values[self.area] += data.removeprefix("\n") if not self.values[self.area] else data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "select":
            self.select = None
        elif tag == "textarea":
            self.area = None


def read_form(response: Any, form_id: str) -> dict[str, str]:
    """The values of a form, by name; template rows of formsets (`__prefix__`) left out."""
    reader = _Form(form_id)
    reader.feed(response.content.decode())
    return {name: value for name, value in reader.values.items() if "__prefix__" not in name}
