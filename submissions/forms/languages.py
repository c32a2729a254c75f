"""Fields for texts in several languages and for the anchors of a rubric, kept as JSON in one column."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from submissions.models.season import LANGUAGES

CODES = [code for code, _name in LANGUAGES]
HIGHEST_MARK = 10


class LanguagesWidget(forms.MultiWidget):
    """One control for each language, each with its name."""

    template_name = "admin/widgets/languages.html"

    def __init__(self, *, long: bool = False, attrs: dict[str, Any] | None = None) -> None:
        kind = UnfoldAdminTextareaWidget if long else UnfoldAdminTextInputWidget
        widgets = {
            code: kind(
                attrs={"lang": code, "aria-label": name, "rows": 4}
                if long
                else {"lang": code, "aria-label": name}
            )
            for code, name in LANGUAGES
        }
        super().__init__(widgets, attrs)

    def decompress(self, value: Any) -> list[str]:
        """A JSON object into its texts."""
        found = value if isinstance(value, dict) else {}
        return [str(found.get(code, "")) for code in CODES]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, without_class(attrs))
        for sub, (_code, language) in zip(context["widget"]["subwidgets"], LANGUAGES, strict=True):
            sub["language"] = language
        return context


class LanguagesField(forms.MultiValueField):
    """A text in other languages than the one beside it: `{"ja": "…", "ko": "…"}`, without empty ones."""

    def __init__(
        self, *, long: bool = False, label: Any = None, help_text: Any = "", max_length: int | None = None
    ) -> None:
        super().__init__(
            [forms.CharField(required=False, max_length=max_length) for _code in CODES],
            required=False, require_all_fields=False, widget=LanguagesWidget(long=long),
            label=label or _("In other languages"), help_text=help_text,
        )  # fmt: skip

    def compress(self, values: list[str]) -> dict[str, str]:
        """The texts that were written, by language."""
        return {code: text for code, text in zip(CODES, values or [], strict=False) if text}

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compared as they are stored."""
        return self.compress(list(data or [])) != {
            k: v for k, v in (initial or {}).items() if k in CODES and v
        }


class AnchorsWidget(LanguagesWidget):
    """The anchors of a criterion as lines such as `5: Well made, soon forgotten`."""

    template_name = "admin/widgets/languages.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        names = [("own", _("As the name")), *LANGUAGES]
        widgets = {
            code: UnfoldAdminTextareaWidget(
                attrs={"rows": 3, "aria-label": name, **({"lang": code} if code != "own" else {})}
            )
            for code, name in names
        }
        forms.MultiWidget.__init__(self, widgets, attrs)

    def decompress(self, value: Any) -> list[str]:
        found = value if isinstance(value, dict) else {}
        own = {mark: text for mark, text in found.items() if isinstance(text, str)}
        return [as_lines(own)] + [as_lines(found.get(code) or {}) for code in CODES]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = forms.MultiWidget.get_context(self, name, value, without_class(attrs))
        names = [_("As the name"), *(language for _code, language in LANGUAGES)]
        for sub, language in zip(context["widget"]["subwidgets"], names, strict=True):
            sub["language"] = language
        return context


class AnchorsField(forms.MultiValueField):
    """What marks mean: `{"2": "…", "5": "…", "ja": {"2": "…"}}`, written as one line for each mark."""

    def __init__(self, *, label: Any = None) -> None:
        super().__init__(
            [forms.CharField(required=False) for _code in ["own", *CODES]],
            required=False, require_all_fields=False, widget=AnchorsWidget(), label=label or _("What marks mean"),
            help_text=_("A line for each mark, such as “5: Well made, soon forgotten”."),
        )  # fmt: skip

    def compress(self, values: list[str]) -> dict[str, Any]:
        """Lines into marks; raises ValidationError that quotes the line it can't read."""
        own, *others = [from_lines(text) for text in (values or ["", "", "", ""])]
        return own | {code: marks for code, marks in zip(CODES, others, strict=False) if marks}

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compared as text."""
        return bool(list(data or []) != self.widget.decompress(initial))


def without_class(attrs: dict[str, Any] | None) -> dict[str, Any]:
    """The attributes without the class of our own pages: the controls keep those of the panel."""
    return {key: value for key, value in (attrs or {}).items() if key != "class"}


def as_lines(marks: dict[str, Any]) -> str:
    """Marks as text, the lowest first."""
    return "\n".join(
        f"{mark}: {text}" for mark, text in sorted(marks.items(), key=lambda pair: float(pair[0]))
    )


def from_lines(text: str) -> dict[str, str]:
    """Text as marks; raises ValidationError."""
    marks = {}
    for line in filter(None, (part.strip() for part in text.splitlines())):
        mark, _colon, meaning = line.replace("：", ":").partition(":")
        if not mark.strip().isdecimal() or int(mark) > HIGHEST_MARK or not meaning.strip():
            raise forms.ValidationError(
                _("“%(line)s” can’t be read. Write a mark from 0 to 10, a colon and what it means."),
                params={"line": line[:60]},
            )
        marks[str(int(mark))] = meaning.strip()
    return marks
