"""Filters of the portal and of clearance: stored values as people read them."""

from typing import Any

from django import template

from submissions.models import Question
from submissions.queries.completeness import local, percent

register = template.Library()


@register.filter
def seconds(milliseconds: int | None) -> float:
    """Milliseconds as seconds."""
    return (milliseconds or 0) / 1000


@register.filter
def heights(peaks: Any) -> list[float]:
    """A stored waveform (bytes) as heights from 0 to 1."""
    return [byte / 255 for byte in bytes(peaks or b"")]


@register.filter
def hundredths(value: int) -> str:
    """Hundredths of a percent as 60 or 33.34."""
    return percent(value)


@register.filter
def question_text(question: Question) -> str:
    """A question in the reader's language."""
    return local(question.texts, question.text)


@register.filter
def named(thing: Any) -> str:
    """A market or division in the reader's language."""
    return local(thing.names, thing.name)
