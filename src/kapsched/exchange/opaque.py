"""What stands for an id where nobody should read it? A keyed digest: stable, and nothing without the key."""

from __future__ import annotations

import hmac
import json
from base64 import b32encode

LETTERS = 26
"""The length of an opaque name: 130 bits at five a letter."""


def a_key(value: object) -> str:
    """The clinic's key for opaque names."""
    if not isinstance(value, bytes):
        # A key is a secret, even where it is none.
        return f"the key of opaque names is bytes, not {type(value).__name__}"
    return "" if value else "the key of opaque names is empty; 32 random bytes make a good one"


def opaque(key: bytes, *parts: str | int) -> str:
    """Letters and digits that stand for `parts`, and never for others; the first part says what for."""
    # JSON keeps the parts apart, so that no two lists of them read alike.
    digest = hmac.digest(key, json.dumps(parts).encode("ascii"), "sha256")
    return b32encode(digest).decode("ascii").lower()[:LETTERS]
