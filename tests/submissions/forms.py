"""Reads a form off a page, as a browser would send it."""

from html.parser import HTMLParser


class _Form(HTMLParser):
    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.form_id, self.inside, self.values = form_id, False, {}
        self.select = self.area = None

    def handle_starttag(self, tag, attrs):
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

    def _input(self, name, found):
        kind = found.get("type", "text")
        if kind in ("submit", "file") or (kind in ("checkbox", "radio") and "checked" not in found):
            return
        self.values[name] = found.get("value", "on" if kind == "checkbox" else "")

    def handle_data(self, data):
        if self.inside and self.area:
            self.values[self.area] += data.removeprefix("\n") if not self.values[self.area] else data

    def handle_endtag(self, tag):
        if tag == "form":
            self.inside = False
        elif tag == "select":
            self.select = None
        elif tag == "textarea":
            self.area = None


def read_form(response, form_id):
    """The values of a form, by name; template rows of formsets (`__prefix__`) left out."""
    reader = _Form(form_id)
    reader.feed(response.content.decode())
    return {name: value for name, value in reader.values.items() if "__prefix__" not in name}
