"""Artists and organisations that a judge may be tied to, by name. Public artists alone; whether they are in a round is not said."""

from django.db.models import Q, QuerySet

from submissions.models import Artist, Organisation

MOST = 12


def public_artists() -> QuerySet[Artist]:
    """Artists that anybody can find: all who have a cleared entry."""
    return Artist.objects.filter(is_public=True)


def artists_like(words: str) -> QuerySet[Artist]:
    """Public artists whose name, romanized name or reading contains the words."""
    if len(words.strip()) < 2 and words.isascii():
        return Artist.objects.none()
    word = words.strip()
    return (
        public_artists()
        .filter(Q(name__icontains=word) | Q(name_romanised__icontains=word) | Q(name_reading__icontains=word))
        .order_by("name")[:MOST]
    )


def organisations_like(words: str) -> QuerySet[Organisation]:
    """Labels, agencies and publishers whose name contains the words."""
    if len(words.strip()) < 2 and words.isascii():
        return Organisation.objects.none()
    return Organisation.objects.filter(name__icontains=words.strip()).order_by("name")[:MOST]
