"""Job: let an episode out at its time. Safe to run twice and too early; the database's clock decides."""

from django.db import transaction
from django.utils.translation import gettext as _

from series import queries
from series.formats import chapters
from series.models import Episode
from spotlight.accounts.models import Person
from spotlight.errors import SpotlightError
from spotlight.ledger import clock, events, work

KIND = "series.publish"


class EpisodeIncomplete(SpotlightError):
    """Something that a public episode must have is missing."""

    code = "episode_incomplete"


def missing(episode: Episode) -> list[str]:
    """What has to be done before the episode can be public, in sentences; empty when it is ready."""
    wanted = []
    if episode.media_id is None:
        wanted.append(_("There is no checked video or sound file. Upload one and wait until it is checked."))
    if not episode.summary.strip():
        wanted.append(_("There is no summary. Write one or two sentences."))
    if not episode.captions.filter(language=episode.language).exists():
        wanted.append(_("There are no captions in the language spoken. Add them as WebVTT."))
    if episode.media_id and chapters.check(
        chapters.from_json(episode.chapters), duration=episode.duration_ms
    ):
        wanted.append(_("A chapter starts after the end of the recording. Repair the chapters."))
    return wanted


def refuse_incomplete(episode: Episode) -> None:
    """Raise EpisodeIncomplete with everything that is missing."""
    if wanted := missing(episode):
        raise EpisodeIncomplete(" ".join(wanted))


def release(episode: Episode, *, by: Person | None) -> None:
    """Make a locked, complete episode public. One that was public before keeps its first date."""
    episode.state = Episode.State.PUBLISHED
    episode.published_at = episode.published_at or clock.now()
    episode.withdrawn_reason = ""
    episode.search_key = queries.search_key(episode)
    episode.save()
    events.log("episode.published", episode, by=by, season=season_of(episode))


def publish_due(code: str) -> None:
    """Publish a scheduled episode whose time has come; ask again for one whose time was moved."""
    with transaction.atomic():
        episode = (
            Episode.objects.select_for_update(of=("self",))
            .select_related("series__season")
            .filter(code=code)
            .first()
        )
        if episode is None or episode.state != Episode.State.SCHEDULED or episode.publish_at is None:
            return
        if episode.publish_at > clock.now():
            work.enqueue(KIND, code, due_at=episode.publish_at)
            return
        refuse_incomplete(episode)
        release(episode, by=None)


def season_of(episode: Episode) -> str:
    """The season's slug for the event log; empty for a series of its own."""
    return episode.series.season.slug if episode.series.season else ""
