"""What an entry still lacks before it can be sent, each thing with the step and field where it is said."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils import translation
from django.utils.translation import gettext as _

from submissions.models import Credit, Submission, Track
from submissions.queries.consent import asks_birthday, guardian_age, guardian_of, needs_guardian
from submissions.queries.entries import current_terms
from submissions.queries.processing import refusal_sentence

WHOLE = 10_000
COMPOSITION = (Credit.Part.COMPOSER, Credit.Part.LYRICIST, Credit.Part.ARRANGER)
STEPS = ("track", "rights", "eligibility")


@dataclass(frozen=True)
class Gap:
    """One thing to be done: at which step, at which field (its name in the form), in words."""

    step: str
    field: str
    message: str


def gaps(submission: Submission) -> list[Gap]:
    """Everything that keeps the entry from being sent, in the order of the steps."""
    found = [*_track(submission.track, submission), *_rights(submission), *_eligibility(submission)]
    unread = [
        Gap(step, field, _("What is written here could not be read. Correct it."))
        for step in STEPS
        for field in submission.unread.get(step, {}).get("fields", [])
    ]
    said = {(gap.step, gap.field) for gap in unread}
    return sorted(
        unread + [gap for gap in found if (gap.step, gap.field) not in said],
        key=lambda gap: STEPS.index(gap.step),
    )


def local(texts: dict[str, str], default: str) -> str:
    """A text of the season in the reader's language, where it has one."""
    return texts.get(translation.get_language() or "", "") or default


def _track(track: Track, submission: Submission) -> Iterator[Gap]:
    if track.original_id is None:
        yield Gap("track", "audio", _("Upload the audio file."))
    elif track.audio == Track.Audio.REFUSED:
        yield Gap("track", "audio", refusal_sentence(track.refusal))
    if not track.title:
        yield Gap("track", "title", _("Write the title."))
    if not track.genre:
        yield Gap("track", "genre", _("Choose a genre."))
    if not track.language:
        yield Gap("track", "language", _("Choose the language, or say that it has no words."))


def _rights(submission: Submission) -> Iterator[Gap]:
    track = submission.track
    yield from _credits(list(track.credits.all()))
    if not track.ai_use:
        yield Gap("rights", "ai_use", _("Say whether AI was used."))
    elif track.ai_use != Track.AiUse.NONE and not track.ai_note:
        yield Gap("rights", "ai_note", _("Say what AI did."))
    if not submission.is_original:
        yield Gap("rights", "is_original", _("Confirm that it is your original work."))
    if not submission.has_rights:
        yield Gap("rights", "has_rights", _("Confirm that you own or control the recording."))


def _credits(credits: list[Credit]) -> Iterator[Gap]:
    if not any(credit.part == Credit.Part.COMPOSER for credit in credits):
        yield Gap("rights", "credit-0-name", _("Name at least one composer."))
        return
    total = sum(credit.share or 0 for credit in credits if credit.part in COMPOSITION)
    if total != WHOLE:
        sentence = _("Shares of the composition add up to %(total)s%%. Bring them to 100%%.")
        yield Gap("rights", "credit-0-share", sentence % {"total": percent(total)})


def percent(hundredths: int) -> str:
    """Hundredths of a percent as 60 or 33.34."""
    return f"{hundredths / 100:.2f}".rstrip("0").rstrip(".")


def _eligibility(submission: Submission) -> Iterator[Gap]:
    season = submission.season
    answers = {answer.question_id: answer.is_yes for answer in submission.answers.all()}
    for number, question in enumerate(season.questions.all(), start=1):
        said = answers.get(question.pk)
        if said is None:
            yield Gap("eligibility", f"question-{number}", _("Answer this question."))
        elif question.needs_yes and not said:
            yield Gap(
                "eligibility", f"question-{number}", _("Only artists who can say yes to this may enter.")
            )
    if submission.market_id is None and season.markets.exists():
        yield Gap("eligibility", "market", _("Choose your market."))
    if submission.division_id is None and season.divisions.exists():
        yield Gap("eligibility", "division", _("Choose a division."))
    yield from _age(submission)
    yield from _terms(submission)


def _age(submission: Submission) -> Iterator[Gap]:
    under = guardian_age(submission)
    if not under:
        return
    stated = guardian_of(submission)
    needed = needs_guardian(submission, stated)
    if stated is None or stated.birth_year is None:
        yield Gap("eligibility", "birth_year", _("Write the year of birth."))
    elif needed is None and asks_birthday(submission, stated):
        yield Gap("eligibility", "born_on", _("Write the date of birth: the year alone does not decide."))
    elif needed and not stated.email:
        sentence = _("Under %(age)d a parent or guardian has to consent. Write their address.")
        yield Gap("eligibility", "guardian_email", sentence % {"age": under})
    elif needed and _is_own(submission, stated.email):
        yield Gap(
            "eligibility",
            "guardian_email",
            _("This is your own address. Write that of a parent or guardian."),
        )


def _is_own(submission: Submission, email: str) -> bool:
    return submission.artist.members.filter(person__user__email__iexact=email).exists()


def _terms(submission: Submission) -> Iterator[Gap]:
    terms = current_terms(submission.season)
    if (terms and submission.state == Submission.State.DRAFT and submission.terms_id != terms.pk) or (
        terms and submission.terms_id is None
    ):
        yield Gap("eligibility", "terms", _("Accept the terms."))
