"""Publishing the proof of a round once it is announced."""

from django.db import transaction

from judging.jobs import proof
from judging.jobs.mails import tell_witnesses, tell_witnesses_of_cut
from judging.models import Cut, Round
from spotlight.ledger import seals, work


@work.handles("proof.publish")
def publish_proof(key: str, report: work.Report) -> None:
    """Seal the announcement, keep the bundle up to it, and mail the head to the witnesses."""
    seals.seal()
    with transaction.atomic():
        made = proof.publish(Round.objects.select_for_update().get(pk=key))
        if made is not None:
            tell_witnesses(made)


@work.handles("proof.witness")
def witness_cut(key: str, report: work.Report) -> None:
    """Seal a cut that was just made and mail the head to the witnesses: from then on nobody can take it back unseen."""
    seals.seal()
    with transaction.atomic():
        cut = Cut.objects.select_for_update(of=("self",)).select_related("round__season").get(code=key)
        found = proof.seal_of("cut.made", f"cut:{cut.code}", season=cut.round.season.slug)
        tell_witnesses_of_cut(cut, found)
