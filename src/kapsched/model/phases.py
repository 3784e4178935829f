"""What is a phase? A stretch of a programme with its own order of visits, that may go on for ever."""

from __future__ import annotations

from datetime import date
from typing import TypeAlias

from attrs import field, frozen

from kapsched.errors import (
    InvalidInput,
    Several,
    a_date,
    each,
    flag,
    identifier,
    optional,
    require,
    whole,
)

# So many further rounds of an open phase, or all that may be by a date.
BookAhead: TypeAlias = int | date
# What must hold between the rounds of an open phase is looked at where it has at least as many.
_ROUNDS_TO_LOOK_AT = 2


def book_ahead(value: object) -> str:
    """A count of rounds, or a date."""
    return (
        whole(1, 1000)(value)
        if isinstance(value, int)
        else a_date(value) and "a count from 1 or " + a_date(value)
    )


@frozen(kw_only=True)
class Phase:
    """A named stretch: the kinds of its sessions in programme order, gone through `times` times.

    An `open` phase goes on: `book_ahead` says how many further rounds are planned, or until which date; a course may
    say otherwise. The rest is owed, and not planned yet.
    """

    name: str
    order: tuple[str, ...] = field(converter=Several[str])
    times: int = 1
    open: bool = False
    book_ahead: BookAhead | None = None

    def __attrs_post_init__(self) -> None:
        require(
            self,
            name=identifier,
            order=each(identifier),
            times=whole(1, 1000),
            open=flag,
            book_ahead=optional(book_ahead),
        )
        if not self.order:
            raise InvalidInput("a phase has at least one session", path="order")
        if self.open and self.book_ahead is None:
            raise InvalidInput("an open phase says how far ahead it is planned", path="book_ahead")
        if self.open and self.times != 1:
            raise InvalidInput("an open phase has no number of times: it goes on", path="times")
        if not self.open and self.book_ahead is not None:
            raise InvalidInput("only an open phase is planned so far ahead", path="book_ahead")

    @property
    def rounds(self) -> int:
        """How often its order is gone through in a programme that is nobody's course yet."""
        if not self.open:
            return self.times
        return max(_ROUNDS_TO_LOOK_AT, self.book_ahead if isinstance(self.book_ahead, int) else 0)
