"""Who may see what in a calendar? One table, of which every entry is made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from attrs import frozen

from kapsched.errors import identifier, require, shown
from kapsched.model.appointments import Reader as Told
from kapsched.model.bookings import Resource

Sort: TypeAlias = Literal["patient", "staff", "room", "clinic", "busy"]
"""The audiences of calendars."""


def a_person_or_room(value: object) -> str:
    """A patient, a member of staff or a room, by id."""
    if not isinstance(value, Resource):
        return f"a Resource is wanted, not {type(value).__name__}"
    if value.type not in ("patient", "staff", "room"):
        return f"{shown(value.type)} has no calendar; a patient, a member of staff and a room have one"
    return identifier(value.id)


@frozen(kw_only=True)
class Busy:
    """The audience that learns when somebody has no time, and nothing else: a patient, a member of staff or a room."""

    of: Resource

    def __attrs_post_init__(self) -> None:
        require(self, of=a_person_or_room)


Audience: TypeAlias = Literal["patient", "clinic"] | Resource | Busy
"""Who reads a calendar: one patient, the clinic, whom or what the resource names, or who may know when it is busy."""


@frozen(kw_only=True)
class Sees:
    """What an audience may see: whole visits, or else when it is itself taken; and these things of each."""

    whole_visits: bool = False
    what: bool = False
    """Which session it is of what kind, in whose course."""
    rooms: bool = False
    people: bool = False
    roles: bool = False
    notes: bool = False
    relations: bool = False
    alarms: bool = False


SEES: Mapping[Sort, Sees] = {
    "patient": Sees(whole_visits=True, relations=True, alarms=True),
    "staff": Sees(what=True, rooms=True, roles=True, notes=True, relations=True, alarms=True),
    "room": Sees(what=True, relations=True, alarms=True),
    "clinic": Sees(whole_visits=True, what=True, rooms=True, people=True, relations=True, alarms=True),
    "busy": Sees(),
}
"""Who sees what: what is not said here is in no calendar of theirs."""


def sort_of(audience: Audience) -> Sort:
    """Which audience of the table it is."""
    if isinstance(audience, Busy):
        return "busy"
    if isinstance(audience, Resource):
        assert audience.type != "pool", "a pool is nobody in particular"
        return audience.type
    return audience


def whose(audience: Audience) -> Resource | None:
    """Whose calendar it is, where that is said; the clinic's is everybody's."""
    of = audience.of if isinstance(audience, Busy) else audience
    return of if isinstance(of, Resource) else None


def told(audience: Audience) -> Told:
    """For whom an appointment counts its changes where this audience reads; the clinic reads what its staff do."""
    of = whose(audience)
    if isinstance(audience, Busy) and audience.of.type == "staff":
        return "busy"
    if of is None or of.type == "pool":
        return "patient" if audience == "patient" else "staff"
    return of.type


def an_audience(value: object) -> str:
    """Somebody who reads a calendar."""
    if isinstance(value, Busy):
        return ""
    if isinstance(value, Resource) and value.type != "pool":
        return a_person_or_room(value)
    if isinstance(value, str) and value in ("patient", "clinic"):
        return ""
    return (
        f"{shown(value)} is no audience; there are 'patient', 'clinic', Resource('patient', id), "
        "Resource('staff', id), Resource('room', id), and Busy(of=Resource(…)) for each of these"
    )
