"""Sources that push their readings: their keys, and what arrives signed."""

import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from judging.jobs import readings
from judging.models import ImportBatch, Push, Source, SourceKey
from judging.queries.reasons import in_words
from judging.services.popularity import ask_for_running, refuse_own
from judging.sources import BadFile, read_bytes, signing
from spotlight.accounts.models import Person
from spotlight.errors import InvalidInput, SpotlightError
from spotlight.ledger import clock, events, vault

TOLERANCE = datetime.timedelta(minutes=5)
LARGEST = 1_000_000
LONGEST_MESSAGE = 100


class BadSignature(SpotlightError):
    """Not signed with a key of this source that is valid now, or not for this body, or not for this time."""

    code = "bad_signature"
    status = 401
    challenge = 'Standard-Webhooks realm="readings"'


class TooLarge(SpotlightError):
    """A push larger than a push may be."""

    code = "too_large"
    status = 413


class SourceBusy(SpotlightError):
    """Other readings of the same source are being taken in."""

    code = "source_busy"


# Keys


def make_key(source: Source, *, old_for: datetime.timedelta, by: Person) -> tuple[SourceKey, str]:
    """A new key and its secret, which is shown this once. The current key stays valid `old_for` longer, older ones end.

    Raises OwnSource.
    """
    refuse_own(source)
    secret = signing.new_secret()
    with transaction.atomic():
        locked = Source.objects.select_for_update().get(pk=source.pk)
        now = clock.now()
        locked.keys.filter(ends_at__gt=now).update(ends_at=now)
        locked.keys.filter(ends_at=None).update(ends_at=now + old_for)
        key = SourceKey.objects.create(
            source=locked, encrypted=vault.encrypt(secret), made_by=by, made_at=now
        )
        events.log(
            "source.key-made", f"source:{source.slug}", by=by, season=source.season.slug,
            key=key.code, old_ends_at=(now + old_for).isoformat(),
        )  # fmt: skip
    return key, secret


def end_key(key: SourceKey, *, by: Person) -> None:
    """End a key at once; ended twice changes nothing."""
    with transaction.atomic():
        locked = SourceKey.objects.select_for_update().get(pk=key.pk)
        now = clock.now()
        if locked.ends_at is not None and locked.ends_at <= now:
            return
        locked.ends_at = now
        locked.save(update_fields=["ends_at"])
        events.log(
            "source.key-ended", f"source:{key.source.slug}", by=by, season=key.source.season.slug, key=key.code
        )  # fmt: skip


# Pushes


def check_signature(
    source: Source | None, *, message: str, timestamp: str, signatures: str, body: bytes
) -> None:
    """Raises BadSignature; a source that isn't there is refused like a wrong signature."""
    if not (message and timestamp and signatures):
        raise BadSignature(_("Sign the request: webhook-id, webhook-timestamp and webhook-signature."))
    now = clock.now()
    if not timestamp.isdecimal() or abs(now.timestamp() - int(timestamp[:15])) > TOLERANCE.total_seconds():
        raise BadSignature(_("webhook-timestamp is more than five minutes away from our clock."))
    keys = [key for key in source.keys.all() if key.ends_at is None or key.ends_at > now] if source else []
    secrets = [secret for key in keys if (secret := vault.decrypt(key.encrypted))]
    facts = {"message": message, "timestamp": timestamp, "body": body}
    if not any([signing.is_signed(secret, signatures, **facts) for secret in secrets]):  # type: ignore[arg-type]
        raise BadSignature(_("The signature is not that of this body with a key that is valid now."))


def receive_push(source: Source, *, message: str, body: bytes) -> dict[str, Any]:
    """Take in a signed body of readings at once. The same message again gets the first answer and changes nothing.

    Raises InvalidInput for a body that can't be read, TooLarge, SourceBusy.
    """
    if len(body) > LARGEST:
        raise too_large()
    if len(message) > LONGEST_MESSAGE:
        raise InvalidInput(_("webhook-id is longer than 100 letters."), field="webhook-id")
    with transaction.atomic():
        known = _answered(source, message)
        if known is None and not readings.try_to_hold(source):
            raise SourceBusy(
                _("Other readings of this source are being taken in. Send this again in a minute.")
            )
        known = known or _answered(source, message)
        return known.answer if known else _take_in(source, message, body)


def too_large() -> TooLarge:
    """The refusal of a body of more than LARGEST bytes."""
    return TooLarge(_("At most 1 MB can be pushed at once. Send the rest with an id of its own."))


def _answered(source: Source, message: str) -> Push | None:
    return Push.objects.filter(source=source, message=message).first()


def _take_in(source: Source, message: str, body: bytes) -> dict[str, Any]:
    now = clock.now()
    batch = ImportBatch.objects.create(source=source, at=now)
    try:
        readings.take_in(batch, partial(read_bytes, body), lambda share: None)
    except BadFile as problem:
        raise InvalidInput(in_words(str(problem))) from problem
    batch.finished_at = clock.now()
    batch.save()
    answer = _answer(batch)
    Push.objects.create(source=source, message=message, batch=batch, answer=answer, at=now)
    events.log(
        "readings.pushed", batch, by=None, season=source.season.slug,
        accepted=batch.accepted, changed=batch.changed, rejected=batch.rejected,
    )  # fmt: skip
    if batch.changed:
        ask_for_running(source.season)
    return answer


def _answer(batch: ImportBatch) -> dict[str, Any]:
    return {
        "batch": batch.code, "rows": batch.rows, "accepted": batch.accepted, "changed": batch.changed,
        "rejected": batch.rejected, "resets": batch.resets,
        "rejections": list(batch.rejections.values("row", "reason")),
    }  # fmt: skip


__all__ = [
    "BadSignature",
    "SourceBusy",
    "TooLarge",
    "check_signature",
    "end_key",
    "make_key",
    "receive_push",
    "too_large",
]
