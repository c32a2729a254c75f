"""Public codes: short, random, easy to read aloud. Primary keys never leave the house."""

import secrets

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # no 0 o 1 l i: read aloud without asking


def new_code(length: int) -> str:
    """A random code of `length` letters (about 4.95 bits each)."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def short_code() -> str:
    """For public things found by listing anyway: tracks, submissions, entries (about 50 bits)."""
    return new_code(10)


def long_code() -> str:
    """For things whose address is itself a key, such as uploads and play sessions (over 128 bits)."""
    return new_code(27)
