"""What did people decide against the rules, or beyond them? Waivers, pins and confirmations, each signed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from attrs import field, frozen

from kapsched.errors import (
    Several,
    a_moment,
    by_repr,
    each,
    identifier,
    of_type,
    one_of,
    private_text,
    require,
)
from kapsched.model.appointments import Appointment, a_session

PROMISES = (
    "every_session_is_planned_once",
    "every_visit_lasts_as_its_kind_says",
    "every_segment_has_its_people",
    "every_segment_has_its_room",
    "every_segment_has_its_place",
    "nobody_excluded_is_booked",
    "the_patient_is_booked_for_the_visit",
    "nothing_unneeded_is_booked",
    "starts_are_on_the_grid",
    "nothing_starts_before_its_time",
    "nothing_lies_beyond_the_horizon",
    "everything_ends_by_midnight",
    "everything_is_within_hours",
    "nothing_is_booked_twice",
    "no_pool_is_over_its_ratio",
    "gaps_are_kept",
    "offsets_are_kept",
    "frequencies_are_kept",
    "spans_are_kept",
    "people_stay_the_same",
    "what_is_pinned_stays",
    "the_stated_cost_is_true",
)
"""Every promise by the name of the check that judges it, in the order of a report."""

# What a plan costs is said of no session, so nobody can accept it for some.
_A_PROMISE = one_of(one for one in PROMISES if one != "the_stated_cost_is_true")


@frozen(kw_only=True)
class Waiver:
    """A promise that somebody knowingly set aside for some sessions: who, when and why.

    A finding all of whose sessions are named is shown as accepted, whatever else has a part in it: of a double booking
    that may be anybody. A gap or an offset between two of them is not planned for either, and continuity and spans are
    counted without them.
    """

    check: str
    sessions: tuple[str, ...] = field(converter=Several[str])
    by: str
    at: datetime
    why: str = field(repr=False)

    _repr_pretty_ = by_repr

    def __attrs_post_init__(self) -> None:
        require(
            self,
            check=_A_PROMISE,
            sessions=_some_sessions,
            by=identifier,
            at=a_moment,
            why=_a_reason,
        )

    def covers(self, sessions: Iterable[str]) -> bool:
        """Does it name all of these sessions, of which there is at least one?"""
        concerned = set(sessions)
        return bool(concerned) and concerned <= set(self.sessions)


@frozen(kw_only=True)
class Pin:
    """An appointment that moves only by name: planning leaves it as it is, and plans around it."""

    appointment: Appointment
    by: str
    at: datetime
    why: str = field(default="", repr=False)

    _repr_pretty_ = by_repr

    def __attrs_post_init__(self) -> None:
        require(self, appointment=of_type(Appointment), by=identifier, at=a_moment, why=perhaps_why)


_EACH_A_SESSION = each(a_session)


def _some_sessions(value: object) -> str:
    return "" if value and not _EACH_A_SESSION(value) else _EACH_A_SESSION(value) or "no session is named"


def _a_reason(value: object) -> str:
    blank = isinstance(value, str) and (not value or value.isspace())
    return "some text is wanted, not a blank" if blank else private_text(value, most=200)


def perhaps_why(value: object) -> str:
    return "" if value == "" else _a_reason(value)
