"""Artists as the people behind them see them."""

from django.db.models import QuerySet

from spotlight.accounts.models import Person
from submissions.models import Artist


def own_artists(person: Person) -> QuerySet[Artist]:
    """The artists that a person stands behind, the first made first."""
    return Artist.objects.filter(members__person=person).order_by("pk")
