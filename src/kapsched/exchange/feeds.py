"""Which calendars does a schedule make, and in which files?

One for each patient, member of staff and room, and one for the clinic. A patient's file is named by a keyed
digest, and holds nothing that another patient's course could change.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Literal, NamedTuple, TypeAlias

from attrs import evolve, frozen

from kapsched.errors import Several, each, identifier, of_type, require, require_given, shown, text
from kapsched.exchange.ics import Audience, to_ics
from kapsched.exchange.opaque import a_key, opaque
from kapsched.model.appointments import Appointment
from kapsched.model.bookings import Resource
from kapsched.model.plan import Schedule
from kapsched.model.wording import Wording
from kapsched.model.wordings.english import ENGLISH
from kapsched.model.wordings.shipped import WORDINGS, spoken
from kapsched.timeline.zones import wall, zone

Readers: TypeAlias = Literal["patient", "staff", "room", "clinic"]
ALL: tuple[Readers, ...] = ("patient", "staff", "room", "clinic")
FOLDERS: dict[Readers, str] = {"patient": "patients", "staff": "staff", "room": "rooms"}

_A_SCHEDULE = of_type(Schedule)

# Names that some file system gives to a device, whatever their ending.
_DEVICES = re.compile(r"con|prn|aux|nul|(com|lpt)[0-9]")
_PLAIN = re.compile(r"[a-z0-9](-?[a-z0-9]){0,39}")


@frozen(kw_only=True)
class Feed:
    """One calendar file: its name, with `/` after its folder; its bytes; and their SHA-256 in hexadecimal."""

    name: str
    content: bytes
    digest: str

    def __attrs_post_init__(self) -> None:
        require(self, name=identifier, content=of_type(bytes), digest=text)


class IndexRow(NamedTuple):
    """Whose a calendar file is: the type and id of its reader, and its name."""

    type: str
    id: str
    file: str


class _Wanted(NamedTuple):
    row: IndexRow
    audience: Audience
    appointments: tuple[Appointment, ...]


def feeds(
    schedule: Schedule,
    *,
    audiences: Iterable[Readers] = ALL,
    uid_key: bytes,
    wording: Wording = ENGLISH,
    wordings: Iterable[Wording] = (),
) -> Iterator[Feed]:
    """Every calendar of those audiences: patients in order of course, then staff, rooms and the clinic.

    A patient with two courses has one calendar. Whoever has no appointment has none; the clinic always has. A
    patient's is in the patient's language, where one of `wordings`, `wording` itself or a table that is shipped
    speaks it; everything else is in `wording`.
    """
    chosen, others = Several(audiences), Several(wordings)
    require_given(
        schedule=(schedule, _A_SCHEDULE),
        audiences=(chosen, each(_a_reader)),
        uid_key=(uid_key, a_key),
        wording=(wording, of_type(Wording)),
        wordings=(others, each(of_type(Wording))),
    )
    tables = (*WORDINGS.values(), wording, *others)
    languages = _languages(schedule)

    def speaking(row: IndexRow) -> Wording:
        language = languages.get(row.id, "") if row.type == "patient" else ""
        return spoken(language, tables) or wording

    wanted = _wanted(schedule, tuple(one for one in ALL if one in chosen), uid_key)
    return (_feed(one, uid_key, speaking(one.row)) for one in wanted)


def index_rows(schedule: Schedule, uid_key: bytes) -> tuple[IndexRow, ...]:
    """Whose each calendar of the schedule is, in the order of `feeds`; not for patients' eyes."""
    require_given(schedule=(schedule, _A_SCHEDULE), uid_key=(uid_key, a_key))
    return tuple(one.row for one in _wanted(schedule, ALL, uid_key))


def _feed(one: _Wanted, key: bytes, wording: Wording) -> Feed:
    content = to_ics(one.appointments, audience=one.audience, uid_key=key, wording=wording)
    return Feed(name=one.row.file, content=content, digest=sha256(content).hexdigest())


def _a_reader(value: object) -> str:
    return "" if value in ALL else f"{shown(value)} is no audience; there are {', '.join(ALL)}"


def _languages(schedule: Schedule) -> dict[str, str]:
    """What each patient reads; where two courses differ, as the last of them says."""
    patients = (plan.course.patient for plan in schedule.plans)
    return {one.id: one.language for one in patients if one.language}


def _wanted(schedule: Schedule, audiences: tuple[Readers, ...], key: bytes) -> Iterator[_Wanted]:
    appointments = tuple(_placed(schedule))
    for reader in audiences:
        if reader == "clinic":
            yield _Wanted(IndexRow("clinic", schedule.clinic, "clinic.ics"), "clinic", appointments)
            continue
        for id, theirs in _grouped(appointments, reader):
            audience: Audience = "patient" if reader == "patient" else Resource(reader, id)
            yield _Wanted(IndexRow(reader, id, _file(reader, id, key)), audience, theirs)


def _placed(schedule: Schedule) -> Iterator[Appointment]:
    """Every appointment under its course and patient, on the clinic's clocks."""
    place = zone(schedule.zone)
    for plan in schedule.plans:
        for one in plan.appointments:
            yield evolve(
                one,
                course=plan.course.id,
                patient=plan.course.patient.id,
                start=wall(one.start, place),
                end=wall(one.end, place),
            )


def _grouped(
    appointments: tuple[Appointment, ...], reader: Readers
) -> Iterator[tuple[str, tuple[Appointment, ...]]]:
    """The appointments of each reader of that type: patients as they come, others in order of id."""
    grouped: dict[str, list[Appointment]] = {}
    for one in appointments:
        ids = (
            [one.patient]
            if reader == "patient"
            else {row.resource for row in one.bookings if row.type == reader}
        )
        for id in ids:
            grouped.setdefault(id, []).append(one)
    for id in grouped if reader == "patient" else sorted(grouped):
        yield id, tuple(grouped[id])


def _file(reader: Readers, id: str, key: bytes) -> str:
    """A name that is safe in any file system; a patient's is always opaque."""
    plain = reader != "patient" and _PLAIN.fullmatch(id) and not _DEVICES.fullmatch(id)
    return f"{FOLDERS[reader]}/{id if plain else opaque(key, 'file', reader, id)}.ics"
