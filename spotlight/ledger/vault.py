"""Secrets that the program itself has to read again: encrypted with a key derived from SECRET_KEY, so not in a backup alone.

Fernet (AES-128-CBC with HMAC-SHA256) under keys made by HKDF-SHA256; SECRET_KEY_FALLBACKS open what older keys closed.
"""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.encoding import force_bytes


def encrypt(secret: str) -> str:
    """The secret as it may be stored."""
    return _fernet().encrypt(secret.encode()).decode()


def decrypt(stored: str) -> str | None:
    """The secret again; None if SECRET_KEY is another one now."""
    try:
        return _fernet().decrypt(stored.encode()).decode()
    except InvalidToken:
        return None


def _fernet() -> MultiFernet:
    return MultiFernet([_key(text) for text in [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]])


def _key(text: str | bytes) -> Fernet:
    derived = HKDF(SHA256(), 32, salt=None, info=b"spotlight.ledger.vault").derive(force_bytes(text))
    return Fernet(base64.urlsafe_b64encode(derived))
