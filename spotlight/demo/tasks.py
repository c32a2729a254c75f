"""The demo's work."""

from spotlight.demo.advance import KIND, advance
from spotlight.ledger import work


@work.handles(KIND)
def move_on(key: str, report: work.Report) -> None:
    """Move the running season to its next window; the key names the round and what is due."""
    advance(key, report)
