"""In which words? Every sentence that leaves the library for people, by audience and key, in one language.

A text may hold named blanks such as `{kind}`; which ones depends on its audience and key. The patient's texts
hold none, so that nothing of a programme can reach them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from string import Formatter
from typing import Literal, TypeAlias, cast

from attrs import field, frozen

from kapsched import errors
from kapsched.errors import Fault, refuse, require
from kapsched.model.mappings import FrozenMapping

Reader: TypeAlias = Literal["patient", "staff", "room", "clinic", "desk"]

HEADS = (
    "date",
    "from",
    "to",
    "free from",
    "kind",
    "session",
    "room",
    "staff",
    "status",
    "course",
    "patient",
    "starts",
    "ends",
    "visits",
    "proved",
    "remark",
    "role",
    "segment",
    "time",
    "week",
    "booked",
    "there",
    "share",
)
"""What stands over the columns of tables."""
STATES = (
    "provisional",
    "confirmed",
    "cancelled",
    "done",
    "taken",
    "closed",
    "not there",
    "turnaround",
    "tail",
)
"""What a stretch of time can be, in the legends of pictures and in tables."""

BLANKS: Mapping[tuple[Reader, str], frozenset[str]] = {
    ("patient", "calendar"): frozenset(),
    ("patient", "summary"): frozenset(),
    ("staff", "calendar"): frozenset({"staff"}),
    ("staff", "summary"): frozenset({"kind", "course", "patient", "session"}),
    ("staff", "description"): frozenset({"notes"}),
    ("room", "calendar"): frozenset({"room"}),
    ("room", "summary"): frozenset({"kind", "course", "patient", "session"}),
    ("clinic", "calendar"): frozenset(),
    ("clinic", "summary"): frozenset({"kind", "course", "patient", "session"}),
    ("clinic", "description"): frozenset({"staff", "rooms", "patient"}),
    ("desk", "weekdays"): frozenset(),
    ("desk", "months"): frozenset(),
    ("desk", "day"): frozenset({"weekday", "day", "month", "year"}),
    ("desk", "course title"): frozenset({"course", "patient", "programme"}),
    ("desk", "course summary"): frozenset({"count", "first", "last"}),
    ("desk", "course key"): frozenset(),
    ("desk", "week title"): frozenset({"day"}),
    ("desk", "week summary"): frozenset({"count", "rooms"}),
    ("desk", "week key"): frozenset(),
    ("desk", "people title"): frozenset({"day"}),
    ("desk", "people summary"): frozenset({"count", "people"}),
    ("desk", "people key"): frozenset(),
    ("desk", "day title"): frozenset({"day"}),
    ("desk", "day summary"): frozenset({"count"}),
    ("desk", "day key"): frozenset(),
    ("desk", "use title"): frozenset(),
    ("desk", "use summary"): frozenset({"first", "last"}),
    ("desk", "use key"): frozenset(),
    ("desk", "rooms"): frozenset(),
    ("desk", "roles"): frozenset(),
    ("desk", "week of"): frozenset({"day"}),
    ("desk", "view summary"): frozenset({"count"}),
    ("desk", "also booked"): frozenset(),
    ("desk", "sheet made"): frozenset({"revision", "moment"}),
    ("desk", "closing title"): frozenset({"placed", "courses"}),
    ("desk", "no appointments"): frozenset(),
    ("desk", "goes on"): frozenset({"phase"}),
    ("desk", "refused at"): frozenset({"session", "reasons"}),
    ("desk", "refused"): frozenset({"reasons"}),
    **{("desk", word): frozenset[str]() for word in (*HEADS, *STATES)},
}
"""Every text a table of wording must hold, with the blanks it may leave."""


def _copied(texts: Mapping[tuple[Reader, str], str]) -> Mapping[tuple[Reader, str], str]:
    return FrozenMapping(texts) if isinstance(cast(object, texts), Mapping) else texts


@frozen(kw_only=True)
class Wording:
    """A complete table of texts in the language named by its tag; one that lacks a text is `InvalidInput`."""

    language: str
    texts: Mapping[tuple[Reader, str], str] = field(converter=_copied)

    def __attrs_post_init__(self) -> None:
        require(self, language=errors.identifier, texts=errors.of_type(Mapping))
        refuse(fault.under("texts") for fault in self._faults())

    def _faults(self) -> Iterator[Fault]:
        yield from (
            Fault(f"the wording {self.language!r} has no such text", f"{reader}.{key}")
            for reader, key in BLANKS
            if (reader, key) not in self.texts
        )
        for at, text in self.texts.items():
            path = ".".join(map(str, at)) if isinstance(at, tuple) else repr(at)
            if at not in BLANKS:
                yield Fault("nobody asks for this text", path)
            elif not isinstance(text, str):
                yield Fault(f"text is wanted, not {text!r}", path)
            else:
                yield from (Fault(message, path) for message in _text_faults(text, at))

    def say(self, reader: Reader, key: str, **blanks: object) -> str:
        """The text with its blanks filled; spaces that an empty blank leaves at the ends are gone."""
        return self.texts[reader, key].format_map(blanks).strip()


def _text_faults(text: str, at: tuple[Reader, str]) -> Iterator[str]:
    # A text of several lines is the table\'s own choice.
    if message := errors.text(text.replace("\n", " ")):
        yield message
    try:
        parts = tuple(Formatter().parse(text))
    except ValueError as error:
        yield f"{text!r} has a broken blank: {str(error).lower()}"
        return
    for _, name, form, conversion in parts:
        if name is not None and (name not in BLANKS[at] or form or conversion):
            known = ", ".join(f"{{{one}}}" for one in sorted(BLANKS[at])) or "none"
            yield f"{text!r} may leave these blanks, bare: {known}"
    wanted = {("desk", "weekdays"): 7, ("desk", "months"): 12}.get(at)
    if wanted is not None and len(text.split()) != wanted:
        yield f"{wanted} words are wanted, not {len(text.split())}"


ENGLISH = Wording(
    language="en",
    texts={
        ("patient", "calendar"): "Appointments",
        ("patient", "summary"): "Appointment",
        ("staff", "calendar"): "Appointments of {staff}",
        ("staff", "summary"): "{kind} {course}",
        ("staff", "description"): "Notes: {notes}",
        ("room", "calendar"): "Room {room}",
        ("room", "summary"): "{kind} {course}",
        ("clinic", "calendar"): "All appointments",
        ("clinic", "summary"): "{kind} {course}",
        ("clinic", "description"): "Patient: {patient}\nStaff: {staff}",
        ("desk", "weekdays"): "Mon Tue Wed Thu Fri Sat Sun",
        ("desk", "months"): (
            "January February March April May June July August September October November December"
        ),
        ("desk", "day"): "{weekday} {day} {month} {year}",
        ("desk", "course title"): "Course {course} of patient {patient}: {programme}",
        ("desk", "course summary"): "{count} visits from {first} to {last}",
        ("desk", "course key"): "A line joins a visit to one that hangs on it within three days.",
        ("desk", "week title"): "Rooms in the week of {day}",
        ("desk", "week summary"): "{count} bookings in {rooms} rooms",
        ("desk", "week key"): (
            "Each bar lasts from arrival until the room is free again; a short one is filled, without a letter."
        ),
        ("desk", "people title"): "Staff in the week of {day}",
        ("desk", "people summary"): "{count} bookings of {people} people",
        (
            "desk",
            "people key",
        ): "Each bar lasts as long as somebody is needed; a short one is filled, without a letter.",
        ("desk", "day title"): "Rooms and staff on {day}",
        ("desk", "day summary"): "{count} bookings",
        ("desk", "day key"): "Each bar lasts until the room or the person is free again.",
        ("desk", "use title"): "Share of working time that is booked",
        ("desk", "use summary"): "Per cent in each week from {first} to {last}",
        ("desk", "use key"): (
            "A full column is a week without a free minute. A role is everybody who can fill it, whatever they do."
        ),
        ("desk", "rooms"): "Rooms",
        ("desk", "roles"): "Roles",
        ("desk", "week of"): "week of {day}",
        ("desk", "view summary"): "Visits: {count}",
        ("desk", "also booked"): "Also booked",
        ("desk", "sheet made"): "Revision {revision} of the schedule, made on {moment}.",
        ("desk", "closing title"): "{placed} of {courses} courses are placed",
        ("desk", "no appointments"): "no visits",
        ("desk", "goes on"): "more of {phase} is owed, not planned yet",
        ("desk", "refused at"): "not placed: {session} has no date; {reasons}",
        ("desk", "refused"): "not placed: {reasons}",
        **{("desk", head): head.capitalize() for head in HEADS},
        **{("desk", state): state for state in STATES},
    },
)
