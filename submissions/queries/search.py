"""Search over names and titles in Latin, Japanese and Korean: folded keys, substrings first, then similar ones."""

from typing import Any

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import Case, FloatField, Model, Q, QuerySet, Value, When

from submissions.models import Artist, Track
from submissions.models.search_key import fold

LONGEST = 100
LEAST_SIMILAR = 0.45


def search_tracks(asked: str, rows: QuerySet[Track] | None = None) -> QuerySet[Track]:
    """Released tracks whose title or artist matches, the best match first."""
    if rows is None:
        rows = Track.objects.filter(released_at__isnull=False, hidden_at__isnull=True)
    return _matching(rows, asked, "title", "code")


def search_artists(asked: str, rows: QuerySet[Artist] | None = None) -> QuerySet[Artist]:
    """Public artists whose name matches in any of its scripts, the best match first."""
    if rows is None:
        rows = Artist.objects.filter(is_public=True)
    return _matching(rows, asked, "name", "slug")


def _matching[T: Model](rows: QuerySet[T], asked: str, *then_by: str) -> QuerySet[T]:
    """Substring matches, and for three letters or more also similar words (trigrams need three)."""
    key = fold(asked)[:LONGEST]
    if not key:
        return rows.none()
    similar = TrigramWordSimilarity(key, "search_key")
    begins = Q(search_key__startswith=key) | Q(search_key__contains=f"\n{key}")
    score = Case(
        When(search_key=key, then=Value(4.0)),
        When(begins, then=Value(3.0)),
        When(search_key__contains=key, then=Value(2.0)),
        default=similar,
        output_field=FloatField(),
    )
    found = Q(search_key__contains=key)
    if len(key) >= 3:
        found |= Q(search_key__trigram_word_similar=key)
    matching: QuerySet[Any] = rows.filter(found).annotate(match=score).filter(match__gte=LEAST_SIMILAR)
    return matching.order_by("-match", *then_by)
