"""Entry points of the hub's background work."""

from series import processing, publication
from spotlight.ledger import work


@work.handles(publication.KIND)
def publish_episode(key: str, report: work.Report) -> None:
    """Publish a scheduled episode."""
    publication.publish_due(key)


@work.handles(processing.KIND, queue="media")
def check_recording(key: str, report: work.Report) -> None:
    """Check the new file of an episode or clip."""
    processing.check_recording(key)
