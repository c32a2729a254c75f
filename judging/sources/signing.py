"""Signatures of pushes as Standard Webhooks has them: HMAC-SHA256 over `id.timestamp.body`.

Source: https://github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md
"""

import base64
import hashlib
import hmac
import secrets

PREFIX = "whsec_"
SECRET_BYTES = 32


def new_secret() -> str:
    """A fresh secret, written as receivers and senders exchange it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def sign(secret: str, *, message: str, timestamp: str, body: bytes) -> str:
    """The value of `webhook-signature` for one secret."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    digest = hmac.new(key, f"{message}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def is_signed(secret: str, signatures: str, *, message: str, timestamp: str, body: bytes) -> bool:
    """Whether one of the space-separated signatures is that of this secret."""
    expected = sign(secret, message=message, timestamp=timestamp, body=body).encode()
    found = False
    for one in signatures.split(" "):
        found |= hmac.compare_digest(one.encode(), expected)
    return found
