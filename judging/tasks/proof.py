"""Publishing the proof of a round once it is announced."""

from django.db import transaction

from judging.jobs import proof
from judging.jobs.mails import tell_witnesses
from judging.models import Round
from spotlight.ledger import seals, work


@work.handles("proof.publish")
def publish_proof(key: str, report: work.Report) -> None:
    """Seal the announcement, keep the bundle up to it, and mail the head to the witnesses."""
    seals.seal()
    with transaction.atomic():
        made = proof.publish(Round.objects.select_for_update().get(pk=key))
        if made is not None:
            tell_witnesses(made)
