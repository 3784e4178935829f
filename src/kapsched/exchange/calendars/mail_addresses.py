"""To whom is a message sent, and by whom? Mail addresses, and the organizer who has one."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple, TypeAlias, get_args
from urllib.parse import quote

from attrs import field, frozen

from kapsched.errors import by_repr, identifier, require

# As mail is delivered everywhere: no quoted parts, no comments, and a domain in letters, or in its xn-- form.
_ADDRESS = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9-]+(\.[a-z0-9-]+)*", re.IGNORECASE | re.ASCII)
_LONGEST = 254

Recipient: TypeAlias = Literal["patient", "staff", "room"]
RECIPIENTS: tuple[Recipient, ...] = get_args(Recipient)
"""Who can be written to: a room may have a mailbox too."""

# RFC 6868 has a way to write them, but not every program knows it.
_NOT_IN_NAMES = '"^'


def a_mail_address(value: object) -> str:
    """A mail address; no message shows it, for it may be somebody's."""
    if isinstance(value, str) and len(value) <= _LONGEST and _ADDRESS.fullmatch(value):
        return ""
    return "a mail address is wanted, such as name@example.org, in ASCII and without a name beside it"


def mailto(address: str) -> str:
    """The address as a URI, as RFC 6068 has it."""
    return "mailto:" + quote(address, safe="@!$'*+")


def _a_name(value: object) -> str:
    if fault := identifier(value):
        return fault
    found = next((one for one in _NOT_IN_NAMES if one in str(value)), None)
    return f"holds {found!r}, which not every mail program can read in a name" if found else ""


class Mailbox(NamedTuple):
    """Where a message goes: somebody's address, or a room's."""

    address: str
    is_room: bool


@frozen(kw_only=True)
class Organizer:
    """Who sends messages: a mail address, and the name that patients' mail programs show beside it.

    The name tells nothing of a treatment: "Harbour clinic", and not what it is known for.
    """

    address: str = field(repr=False)
    name: str

    _repr_pretty_ = by_repr

    def __attrs_post_init__(self) -> None:
        require(self, address=a_mail_address, name=_a_name)
