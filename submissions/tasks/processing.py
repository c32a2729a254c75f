"""Work on tracks."""

from spotlight.ledger.work import Report, handles
from submissions.jobs.processing import process_track
from submissions.queries.processing import KIND


@handles(KIND, queue="media")
def process(key: str, report: Report) -> None:
    """Check one track's audio; the key is the track's code."""
    process_track(key, report)
