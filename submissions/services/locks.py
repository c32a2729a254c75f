"""The order in which an entry's rows are locked: season (shared), artist, submission."""

from django.db import connection

from submissions.models import Artist, Season, Submission


def hold_season(season_id: int) -> Season:
    """The season as it is now; its dates and state can't change before the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM submissions_season WHERE id = %s FOR SHARE", [season_id])
    return Season.objects.get(pk=season_id)


def hold_submission(submission: Submission) -> Submission:
    """The entry as it is now, under its season's shared lock; nobody else changes it before the transaction ends."""
    season = hold_season(submission.season_id)
    held = (
        Submission.objects.select_for_update(of=("self",))
        .select_related("artist", "track", "track__original", "track__rendition")
        .get(pk=submission.pk)
    )
    held.season = season
    return held


def hold_artist(artist: Artist) -> Artist:
    """The artist as it is now, locked: quotas and verification are decided one at a time."""
    return Artist.objects.select_for_update().get(pk=artist.pk)
