"""Uploads as their owners see them."""

from django.db.models import QuerySet

from spotlight.accounts.models import Person
from spotlight.ledger.models import Upload
from submissions.models import Submission


def own_uploads(person: Person) -> QuerySet[Upload]:
    """Uploads that a person began for a track."""
    return Upload.objects.filter(owner=person, purpose__startswith="track:")


def submission_of(upload: Upload) -> Submission | None:
    """The newest entry of the track that an upload is for."""
    code = upload.purpose.removeprefix("track:")
    return (
        Submission.objects.filter(track__code=code)
        .select_related("track", "season", "artist")
        .order_by("-pk")
        .first()
    )
