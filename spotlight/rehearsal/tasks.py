"""The work of rehearsals."""

import datetime

from spotlight.ledger import clock, work
from spotlight.rehearsal import runner
from spotlight.rehearsal.models import Rehearsal
from spotlight.rehearsal.scratch import Busy
from spotlight.rehearsal.services import KIND

AGAIN = datetime.timedelta(seconds=20)


@work.handles(KIND)
def run_rehearsal(key: str, report: work.Report) -> None:
    """Run one rehearsal; where another one runs, come back for it."""
    rehearsal = Rehearsal.objects.get(code=key)
    if rehearsal.is_over:
        return
    try:
        runner.run(rehearsal, say=lambda share, step: report(share), kindly=True)
    except Busy:
        work.enqueue(KIND, key, due_at=clock.now() + AGAIN)
