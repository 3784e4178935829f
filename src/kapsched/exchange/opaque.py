"""What stands for an id where nobody should read it? A keyed digest: stable, and nothing without the key."""

from __future__ import annotations

import hmac
import json
from base64 import b32encode

LETTERS = 26
"""The length of an opaque name: 130 bits at five a letter."""
SIGNATURE = 8
"""The length of what is added to a name that is signed."""


def a_key(value: object) -> str:
    """The clinic's key for opaque names."""
    if not isinstance(value, bytes):
        # A key is a secret, even where it is none.
        return f"the key of opaque names is bytes, not {type(value).__name__}"
    return "" if value else "the key of opaque names is empty; 32 random bytes make a good one"


def opaque(key: bytes, *parts: str | int) -> str:
    """Letters and digits that stand for `parts`, and never for others; the first part says what for."""
    # JSON keeps the parts apart, so that no two lists of them read alike.
    return _letters(key, json.dumps(parts).encode("ascii"))[:LETTERS]


def signed(key: bytes, *parts: str | int) -> str:
    """As `opaque`, with eight letters more by which whoever has the key knows that it was made with it."""
    name = opaque(key, *parts)
    return name + _signature(key, name)


def is_signed(key: bytes, text: str) -> bool:
    """Was this made by `signed` with the same key?"""
    name, signature = text[:LETTERS], text[LETTERS:]
    return len(text) == LETTERS + SIGNATURE and text.isascii() and signature == _signature(key, name)


def _signature(key: bytes, name: str) -> str:
    return _letters(key, name.encode("ascii"))[:SIGNATURE]  # what opaque digests is JSON, and never a name


def _letters(key: bytes, content: bytes) -> str:
    return b32encode(hmac.digest(key, content, "sha256")).decode("ascii").lower()
