"""What is an appointment? A session placed, with all that is booked for it and who can see that it changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from attrs import field, frozen

from kapsched.errors import (
    MOST,
    Fault,
    InvalidInput,
    a_moment,
    by_repr,
    each,
    identifier,
    of_type,
    one_of,
    optional,
    refuse,
    require,
    require_given,
    shown,
    text,
    whole,
)
from kapsched.model.bookings import Booking, in_order
from kapsched.model.mappings import FrozenMapping
from kapsched.model.notes import a_reference
from kapsched.timeline.zones import exists, instant

if TYPE_CHECKING:
    from kapsched.model.by_hand import Named
    from kapsched.model.course import Course

Reader: TypeAlias = Literal["patient", "staff", "room", "busy"]
Status: TypeAlias = Literal["provisional", "confirmed", "cancelled", "done"]

READERS: tuple[Reader, ...] = get_args(Reader)
_A_STATUS = one_of(get_args(Status))
_A_COUNT = whole(0, MOST)
_A_MAPPING = of_type(Mapping)
_NOBODY: Named = FrozenMapping()
_SOME_BOOKINGS = each(of_type(Booking))
_PERHAPS_A_MOMENT = optional(a_moment)
_perhaps_an_id = partial(text, most=200)
a_session = partial(identifier, most=500)  # its id has two names in it


@frozen(kw_only=True)
class Confirmation:
    """Who said that an appointment is to be, and when."""

    by: str
    at: datetime

    def __attrs_post_init__(self) -> None:
        require(self, by=identifier, at=a_moment)


@frozen(kw_only=True)
class Sequence:
    """How often an appointment changed in a way that each reader cares about.

    `busy` is whoever may know when staff are taken, and nothing else of them.
    """

    patient: int = 0
    staff: int = 0
    room: int = 0
    busy: int = 0

    def __attrs_post_init__(self) -> None:
        require(self, **dict.fromkeys(READERS, _A_COUNT))


@frozen(kw_only=True)
class Changed:
    """When an appointment last changed in a way that each reader cares about; None: when it was last revised."""

    patient: datetime | None = None
    staff: datetime | None = None
    room: datetime | None = None
    busy: datetime | None = None

    def __attrs_post_init__(self) -> None:
        require(self, **dict.fromkeys(READERS, _PERHAPS_A_MOMENT))


_A_SEQUENCE = of_type(Sequence)
_CHANGES = of_type(Changed)
_PERHAPS_CONFIRMED = optional(of_type(Confirmation))


@frozen(kw_only=True)
class Appointment:
    """A session placed: the patient's time from `start` to `end`, and all that is booked for it.

    Made by hand it needs no more than a session, its times and its bookings. `notes` is the clinic's reference to
    what was recorded on the session it hangs on, for the eyes of its staff.
    """

    session: str
    kind: str
    start: datetime
    end: datetime
    bookings: tuple[Booking, ...] = field(default=(), converter=in_order)
    course: str = ""
    patient: str = ""
    status: Status = "provisional"
    sequence: Sequence = Sequence()
    created: datetime | None = None
    revised: datetime | None = None
    changed: Changed = Changed()
    notes: str = field(default="", repr=False)
    confirmation: Confirmation | None = None

    _repr_pretty_ = by_repr

    def __attrs_post_init__(self) -> None:
        require(
            self,
            session=a_session,
            kind=identifier,
            start=a_moment,
            end=a_moment,
            bookings=_SOME_BOOKINGS,
            course=_perhaps_an_id,
            patient=_perhaps_an_id,
            status=_A_STATUS,
            sequence=_A_SEQUENCE,
            created=_PERHAPS_A_MOMENT,
            revised=_PERHAPS_A_MOMENT,
            changed=_CHANGES,
            notes=a_reference,
            confirmation=_PERHAPS_CONFIRMED,
        )
        refuse(
            Fault(f"the clocks skip {moment:%Y-%m-%d %H:%M}; {self.session} cannot be then", name)
            for name, moment in (("start", self.start), ("end", self.end))
            if not exists(moment)
        )
        # Compared as instants: two times of one zone would compare as the clocks show them.
        if instant(self.end) <= instant(self.start):
            raise InvalidInput(
                f"an appointment must end after it starts; {self.session} does not", path="end"
            )

    @classmethod
    def of(
        cls,
        course: Course,
        session: str,
        start: datetime,
        *,
        staff: Named = _NOBODY,
        rooms: Named = _NOBODY,
        status: Status = "provisional",
        now: datetime | None = None,
    ) -> Appointment:
        """An appointment made by hand: its end and all its bookings follow from its session.

        `staff` says who fills each role and `rooms` which room is the one of each type: an id, or several where
        more are needed at once. What is handed over names as many as stay throughout or, in the order of the
        segments, one for each segment that asks. `now` is when the appointment was made.
        """
        # A course holds appointments that are pinned, so its module is not there before this one.
        from kapsched.model.by_hand import taken_by  # noqa: PLC0415
        from kapsched.model.course import Course  # noqa: PLC0415

        require_given(
            course=(course, of_type(Course)),
            session=(session, a_session),
            start=(start, a_moment),
            staff=(staff, _A_MAPPING),
            rooms=(rooms, _A_MAPPING),
            status=(status, _A_STATUS),
            now=(now, _PERHAPS_A_MOMENT),
        )
        known = course.planned.by_id
        if session not in known:
            message = f"course {course.id!r} has no session {shown(session)}; it has {', '.join(known)}"
            raise InvalidInput(message, path="session")
        kind = known[session].kind
        return cls(
            session=session,
            kind=kind.name,
            start=start,
            end=(instant(start) + timedelta(minutes=kind.minutes)).astimezone(start.tzinfo),
            bookings=taken_by(course, session, start, staff=staff, rooms=rooms),
            course=course.id,
            patient=course.patient.id,
            status=status,
            created=now,
            revised=now,
            notes=course.notes.get(session, ""),
        )

    @property
    def id(self) -> str:
        """Unique within a schedule and stable for as long as the course has this session."""
        return f"{self.course}:{self.session}"

    def revised_for(self, reader: Reader) -> datetime | None:
        """When the appointment last changed for that reader."""
        changed: datetime | None = getattr(self.changed, reader)
        return changed or self.revised

    def staff(self, role: str) -> tuple[str, ...]:
        """Who fills a role, in order of id."""
        return tuple(
            sorted({one.resource for one in self.bookings if one.type == "staff" and one.role == role})
        )
