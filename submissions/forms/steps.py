"""The steps of an entry. A step never insists that something is filled in: what is missing is said by `queries.completeness`."""

import copy
from collections.abc import Iterable
from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.http import QueryDict
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from stdnum import isrc

from spotlight.ledger import clock
from submissions.forms.credits import CreditForm
from submissions.models import Credit, Season, Submission, Track
from submissions.queries.completeness import local, percent
from submissions.queries.consent import (
    asks_age,
    asks_age_anywhere,
    asks_birthday,
    guardian_age,
    guardian_of,
)
from submissions.queries.entries import current_terms
from submissions.services.entries import AgeStated, Changes

LYRIC_LANGUAGES = [
    ("", gettext_lazy("Choose")), ("ja", gettext_lazy("Japanese")), ("ko", gettext_lazy("Korean")), ("en", gettext_lazy("English")),
    ("zh", gettext_lazy("Chinese")), ("es", gettext_lazy("Spanish")), ("fr", gettext_lazy("French")), ("de", gettext_lazy("German")),
    ("pt", gettext_lazy("Portuguese")), ("id", gettext_lazy("Indonesian")), ("th", gettext_lazy("Thai")), ("vi", gettext_lazy("Vietnamese")),
    ("mul", gettext_lazy("Several languages")), ("zxx", gettext_lazy("No words, instrumental")),
]  # fmt: skip
YES_NO = [("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))]
LEAST_ROWS, BLANK_ROWS, MOST_ROWS = 3, 1, 40
MOST_TYPED = 12_000


class StepForm(forms.Form):
    """A form that takes what is there: an empty field is no error, an unreadable one is and keeps its text."""

    use_required_attribute = False
    step = ""
    track_fields: tuple[str, ...] = ()
    submission_fields: tuple[str, ...] = ()

    def __init__(self, data: QueryDict | None = None, files: Any = None, *, submission: Submission) -> None:
        self.submission = submission
        super().__init__(data, files, initial=self.initial_of(submission))

    def initial_of(self, submission: Submission) -> dict[str, Any]:
        """The values that the form shows at first."""
        track = {name: getattr(submission.track, name) for name in self.track_fields}
        return track | {name: getattr(submission, name) for name in self.submission_fields}

    def _post_clean(self) -> None:
        for name in list(self.errors):
            if all(error.code == "required" for error in self.errors.as_data()[name]):
                del self.errors[name]
                self.cleaned_data[name] = False if isinstance(self.fields[name], forms.BooleanField) else ""

    def unreadable(self) -> dict[str, Any]:
        """What was typed and can't be read: the step's fields as sent, and the names of the unreadable ones."""
        wrong = [name for name in self.all_errors() if name != "__all__"]
        if not wrong:
            return {}
        known = self.known_names()
        sent = {
            k: [value.replace("\0", "")[:MOST_TYPED] for value in v[:20]]
            for k, v in self._lists()
            if k in known
        }
        return {"values": sent, "fields": wrong}

    def _lists(self) -> Iterable[tuple[str, list[str]]]:
        return self.data.lists() if isinstance(self.data, QueryDict) else ()

    def known_names(self) -> set[str]:
        """The names that the form reads."""
        return set(self.fields)

    def changes(self) -> Changes:
        """The readable values as changes of the entry."""
        read = self.cleaned_data
        return Changes(
            step=self.step,
            track={name: read[name] for name in self.track_fields if name in read},
            submission={name: read[name] for name in self.submission_fields if name in read},
            unread=self.unreadable(),
        )

    def all_errors(self) -> dict[str, list[str]]:
        """Sentences by the name of the field."""
        return {name: [str(error) for error in errors] for name, errors in self.errors.items()}


class TrackForm(StepForm):
    """What the track is."""

    step = "track"
    track_fields = ("title", "title_romanised", "genre", "language", "is_explicit", "isrc", "lyrics")

    title = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=160,
        help_text=gettext_lazy("As it should appear, in its own language."),
    )
    title_romanised = forms.CharField(
        label=gettext_lazy("Title in Latin letters"), max_length=160, required=False,
        help_text=gettext_lazy("So that listeners who don’t read your script find it."),
    )  # fmt: skip
    genre = forms.CharField(label=gettext_lazy("Genre"), max_length=40)
    language = forms.ChoiceField(label=gettext_lazy("Main language of the lyrics"), choices=LYRIC_LANGUAGES)
    is_explicit = forms.BooleanField(
        label=gettext_lazy("Explicit lyrics"),
        required=False,
        help_text=gettext_lazy("Strong language, sex, violence or drugs. Listeners see a mark."),
    )
    artwork = forms.FileField(
        label=gettext_lazy("Artwork"), required=False,
        help_text=gettext_lazy("A square JPEG, PNG or WebP. Without one we draw a cover for you."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )  # fmt: skip
    isrc = forms.CharField(
        label="ISRC",
        max_length=15,
        required=False,
        help_text=gettext_lazy("Only if the recording has one, such as JP-A12-26-00001."),
    )
    lyrics = forms.CharField(
        label=gettext_lazy("Lyrics"),
        max_length=10_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if genres := self.submission.season.genres:
            kept = self.submission.track.genre
            more = [kept] if kept and kept not in genres else []
            choices = [("", _("Choose")), *((name, name) for name in [*genres, *more])]
            self.fields["genre"] = forms.ChoiceField(label=_("Genre"), choices=choices)
        if self.submission.track.language:
            for name in ("title", "lyrics"):
                self.fields[name].widget.attrs["lang"] = self.submission.track.language

    def clean_isrc(self) -> str:
        """Twelve characters without hyphens."""
        code = isrc.compact(self.cleaned_data["isrc"]).upper()
        if code and not isrc.is_valid(code):
            raise forms.ValidationError(
                _("This is not an ISRC. It has twelve letters and digits, such as JP-A12-26-00001.")
            )
        return code


class RightsForm(StepForm):
    """Who made it, and what may be done with it."""

    step = "rights"
    track_fields = ("ai_use", "ai_note", "licence")
    submission_fields = ("is_original", "has_rights")

    is_original = forms.BooleanField(
        label=gettext_lazy("This is my own original work"), required=False,
        help_text=gettext_lazy("No cover version, and no samples that were not cleared."),
    )  # fmt: skip
    has_rights = forms.BooleanField(
        label=gettext_lazy("I own or control this recording"), required=False,
        help_text=gettext_lazy("If a studio or label paid for it, ask them first."),
    )  # fmt: skip
    ai_use = forms.ChoiceField(
        label=gettext_lazy("Was AI used?"), choices=[c for c in Track.AiUse.choices if c[0]], widget=forms.RadioSelect,
        help_text=gettext_lazy("This does not affect your score. It is shown on the track page."),
    )  # fmt: skip
    ai_note = forms.CharField(
        label=gettext_lazy("What AI did"), max_length=500, required=False,
        help_text=gettext_lazy("Only if AI was used: vocals, instruments, composition, lyrics, or work on the sound."),
    )  # fmt: skip
    licence = forms.ChoiceField(
        label=gettext_lazy("What fans may do with it"), choices=Track.Licence.choices, widget=forms.RadioSelect,
        help_text=gettext_lazy("You keep every right. You can change this at any time before the deadline."),
    )  # fmt: skip

    def __init__(
        self, data: QueryDict | None = None, files: Any = None, *, submission: Submission, rows: int = 0
    ) -> None:
        super().__init__(data, files, submission=submission)
        lines = list(submission.track.credits.all())
        initial = [
            {
                "name": c.name,
                "part": c.part,
                "share": percent(c.share) if c.share is not None else None,
                "email": c.email,
            }
            for c in lines
        ]
        # a new artist's first line is their own
        if not initial and data is None:
            initial = [{"name": submission.artist.name, "part": Credit.Part.COMPOSER, "share": None}]
        rows = min(max(len(initial) + BLANK_ROWS, LEAST_ROWS, rows), MOST_ROWS)
        self.credits: BaseFormSet[CreditForm] = formset_factory(
            CreditForm, extra=rows - len(initial), max_num=MOST_ROWS
        )(
            self._with_management(data), prefix="credit", initial=initial,
            form_kwargs={"asks_email": submission.season.confirms_credits},
        )  # fmt: skip

    @staticmethod
    def _with_management(data: QueryDict | None) -> QueryDict | None:
        """Say how many lines came, whatever the client says: a form without them is a form with none."""
        if data is None:
            return None
        numbers = [
            int(part)
            for key in data
            if key.startswith("credit-") and (part := key.split("-")[1]).isdecimal() and len(part) < 3
        ]
        counted = data.copy()
        counted["credit-TOTAL_FORMS"] = str(min(max(numbers, default=-1) + 1, MOST_ROWS))
        counted["credit-INITIAL_FORMS"] = "0"
        return counted

    def is_valid(self) -> bool:
        """Whether everything could be read, the credits too."""
        return all([super().is_valid(), self.credits.is_valid()])

    @property
    def line_errors(self) -> list[tuple[str, str]]:
        """Errors in the credits: (name of the field in the page, sentence)."""
        if not self.credits.is_bound:
            return []
        return [
            (form.add_prefix(name), str(error))
            for form in self.credits
            for name, errors in form.errors.items()
            for error in errors
        ]

    def all_errors(self) -> dict[str, list[str]]:
        """Sentences by the name of the field, as it is in the page."""
        found = super().all_errors()
        for form in self.credits:
            found |= {form.add_prefix(name): [str(e) for e in errors] for name, errors in form.errors.items()}
        return found

    def known_names(self) -> set[str]:
        """With the names of the credits' lines."""
        return super().known_names() | {
            form.add_prefix(name) for form in self.credits for name in form.fields
        }

    def changes(self) -> Changes:
        """With the credits, unless a line of them can't be read."""
        changes = super().changes()
        if self.credits.is_valid():
            changes.credits = [line for form in self.credits if (line := form.line())]
        return changes


class EligibilityForm(StepForm):
    """Who may enter, where, and on what terms."""

    step = "eligibility"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        season = self.submission.season
        self.questions = list(season.questions.all())
        for number, question in enumerate(self.questions, start=1):
            self.fields[f"question-{number}"] = forms.ChoiceField(
                label=local(question.texts, question.text), choices=YES_NO, widget=forms.RadioSelect
            )
        self._add_choice("market", _("Market"), list(season.markets.all()))
        self._add_choice("division", _("Division"), list(season.divisions.all()))
        self.about = self._as_sent()
        if asks_age(self.about):
            self._add_age()
        self.terms = current_terms(season)
        if self.terms:
            self.fields["terms"] = forms.BooleanField(label=terms_label(season))

    def _add_choice(self, name: str, label: str, things: list[Any]) -> None:
        if things:
            choices = [("", _("Choose")), *((t.code, local(t.names, t.name)) for t in things)]
            self.fields[name] = forms.ChoiceField(label=label, choices=choices)

    def _as_sent(self) -> Submission:
        """The entry with the market that is being sent: its age holds."""
        about = copy.copy(self.submission)
        if self.is_bound and "market" in self.fields:
            about.market = self.submission.season.markets.filter(code=self.data.get("market", "")).first()
        return about

    def _add_age(self) -> None:
        """The year; the whole date only where the stored year leaves it open."""
        stated, under = guardian_of(self.about), guardian_age(self.about)
        self.fields["birth_year"] = forms.IntegerField(
            label=_("Year of birth of the youngest of you"), min_value=1900, max_value=clock.now().year, required=False,
            help_text=_("Only you, clearance and the organizers see it."),
            widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "input narrow", "autocomplete": "off"}),
        )  # fmt: skip
        if asks_birthday(self.about, stated):
            self.fields["born_on"] = forms.DateField(
                label=_("Date of birth of the youngest of you"), required=False, localize=False,
                widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            )  # fmt: skip
        if under:
            self.fields["guardian_email"] = forms.EmailField(
                label=_("E-mail of a parent or guardian"), max_length=254, required=False,
                help_text=_("Only under %(age)d. They get a mail with the terms once you send the entry.") % {"age": under},
                widget=forms.EmailInput(attrs={"autocomplete": "off"}),
            )  # fmt: skip

    def _age_initial(self, submission: Submission) -> dict[str, Any]:
        stated = guardian_of(submission) if asks_age_anywhere(submission.season) else None
        if stated is None:
            return {}
        return {"birth_year": stated.birth_year, "born_on": stated.born_on, "guardian_email": stated.email}

    def _age(self, stored: dict[str, Any]) -> AgeStated:
        """What was typed; what the form did not ask or could not read stays as it is stored."""
        read = {
            name: self.cleaned_data.get(name, stored.get(name))
            for name in ("birth_year", "born_on", "guardian_email")
        }
        return AgeStated(read["birth_year"], read["born_on"], read["guardian_email"] or "")

    def initial_of(self, submission: Submission) -> dict[str, Any]:
        """Answers, market, division, age and acceptance as they are stored."""
        said = {a.question_id: a.is_yes for a in submission.answers.all()}
        answers = {
            f"question-{n}": {True: "yes", False: "no"}.get(said.get(q.pk))  # type: ignore[arg-type]
            for n, q in enumerate(submission.season.questions.all(), start=1)
        }
        terms = current_terms(submission.season)
        return (
            answers
            | self._age_initial(submission)
            | {
                "market": submission.market.code if submission.market else "",
                "division": submission.division.code if submission.division else "",
                "terms": bool(terms and submission.terms_id == terms.pk),
            }
        )

    def changes(self) -> Changes:
        """Answers by question, market and division by their rows."""
        changes, read, season = super().changes(), self.cleaned_data, self.submission.season
        changes.answers = {
            q.pk: {"yes": True, "no": False}.get(read.get(f"question-{n}") or "")
            for n, q in enumerate(self.questions, start=1)
            if f"question-{n}" in read
        }
        if "market" in read:
            changes.submission["market"] = season.markets.filter(code=read["market"] or "").first()
        if "division" in read:
            changes.submission["division"] = season.divisions.filter(code=read["division"] or "").first()
        if "birth_year" in self.fields:
            changes.age = self._age(self._age_initial(self.submission))
        if "terms" in self.fields:
            changes.accepts_terms = bool(read.get("terms"))
        return changes


def terms_label(season: Season) -> str:
    """What the box beside the terms says, with their date."""
    terms = current_terms(season)
    assert terms is not None
    return _("I accept the terms of %(date)s") % {"date": formats.date_format(terms.dated_on)}


STEP_FORMS: dict[str, type[StepForm]] = {
    "track": TrackForm,
    "rights": RightsForm,
    "eligibility": EligibilityForm,
}


def open_step(step: str, submission: Submission, *, rows: int = 0) -> StepForm:
    """The form of a step as it stands, with what was typed and could not be read; at least `rows` lines of credits."""
    unread = submission.unread.get(step)
    if not unread and step == "rights":
        return RightsForm(submission=submission, rows=rows)
    if not unread:
        return STEP_FORMS[step](submission=submission)
    typed = QueryDict(mutable=True)
    for name, values in unread["values"].items():
        typed.setlist(name, values)
    form = STEP_FORMS[step](typed, submission=submission)
    form.is_valid()
    return form


__all__ = ["STEP_FORMS", "EligibilityForm", "RightsForm", "StepForm", "TrackForm", "open_step"]
