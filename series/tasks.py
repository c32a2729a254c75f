"""Entry points of the hub's background work."""

from series.jobs import media, publication
from spotlight.ledger import work


@work.handles(publication.KIND)
def publish_episode(key: str, report: work.Report) -> None:
    """Publish a scheduled episode."""
    publication.publish_due(key)


@work.handles(media.KIND, queue="media")
def check_recording(key: str, report: work.Report) -> None:
    """Check the new file of an episode or clip."""
    media.check_recording(key)
