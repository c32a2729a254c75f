"""Work on tracks."""

from spotlight.ledger.work import Report, handles
from submissions.jobs.fingerprints import compare_track
from submissions.jobs.processing import process_track
from submissions.queries.fingerprints import COMPARE
from submissions.queries.processing import KIND


@handles(KIND, queue="media")
def process(key: str, report: Report) -> None:
    """Check one track's audio; the key is the track's code."""
    process_track(key, report)


@handles(COMPARE, queue="media")
def compare(key: str, report: Report) -> None:
    """Find what sounds like one track; the key is the track's code."""
    compare_track(key)
