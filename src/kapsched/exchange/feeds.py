"""Which calendars does a schedule make, and in which files?

One for each patient, member of staff and room, and one for the clinic. Each file is named by a keyed digest, so that
its name tells nothing and cannot be guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Literal, NamedTuple, TypeAlias

from attrs import evolve, frozen

from kapsched.errors import Several, each, identifier, of_type, optional, require, require_given, shown, text
from kapsched.exchange.ics import Audience, to_ics, told
from kapsched.exchange.opaque import a_key, opaque
from kapsched.logs import debug
from kapsched.model.appointments import Appointment
from kapsched.model.bookings import Resource
from kapsched.model.plan import Schedule
from kapsched.model.wording import Wording
from kapsched.model.wordings.english import ENGLISH
from kapsched.model.wordings.shipped import WORDINGS, spoken
from kapsched.timeline.units import Days
from kapsched.timeline.zones import wall, zone

Readers: TypeAlias = Literal["patient", "staff", "room", "clinic"]
ALL: tuple[Readers, ...] = ("patient", "staff", "room", "clinic")
FOLDERS: Mapping[Readers, str] = {
    "patient": "patients",
    "staff": "staff",
    "room": "rooms",
    "clinic": "clinic",
}
# A quarter is enough to look back on; what was before stands in the schedule.
PAST = Days(90)
# Long enough for a device that was off for the holidays to learn of it.
CANCELLED_FOR = Days(30)

_A_SCHEDULE = of_type(Schedule)
_SOME_READERS = each(of_type(Resource))


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


@frozen(kw_only=True)
class _Shown:
    """Which entries are still written at a schedule's `now`, counted in dates of the clinic's zone."""

    schedule: Schedule
    past: Days | None
    cancelled_for: Days | None

    def holds(self, one: Appointment, audience: Audience) -> bool:
        if self.past is not None and self._days_since(one.end) > self.past.count:
            return False
        revised = one.revised_for(told(audience))
        if one.status != "cancelled" or self.cancelled_for is None or revised is None:
            return True
        return self._days_since(revised) <= self.cancelled_for.count

    def _days_since(self, moment: datetime) -> int:
        place = zone(self.schedule.zone)
        return (wall(self.schedule.now, place).date() - wall(moment, place).date()).days


def feeds(
    schedule: Schedule,
    *,
    audiences: Iterable[Readers] = ALL,
    uid_key: bytes,
    wording: Wording = ENGLISH,
    wordings: Iterable[Wording] = (),
    past: Days | None = PAST,
    cancelled_for: Days | None = CANCELLED_FOR,
    also: Iterable[Resource] = (),
) -> Iterator[Feed]:
    """Every calendar of those audiences: patients in order of course, then staff, rooms and the clinic.

    A patient with two courses has one calendar. Whoever has no appointment in the schedule has none, unless `also`
    names them; the clinic always has. A patient's is in the patient's language, where one of `wordings`, `wording`
    itself or a table that is shipped speaks it; everything else is in `wording`. Visits that ended more than `past`
    before the date of the schedule's `now` are left out, and so are those that were cancelled more than
    `cancelled_for` before it; None leaves out nothing.
    """
    chosen, others, tables = Several(audiences), Several(also), Several(wordings)
    require_given(
        schedule=(schedule, _A_SCHEDULE),
        audiences=(chosen, each(_a_reader)),
        uid_key=(uid_key, a_key),
        wording=(wording, of_type(Wording)),
        wordings=(tables, each(of_type(Wording))),
        past=(past, _perhaps_some_days),
        cancelled_for=(cancelled_for, _perhaps_some_days),
        also=(others, _SOME_READERS),
    )
    tables = (*WORDINGS.values(), wording, *tables)
    languages = _languages(schedule)

    def speaking(row: IndexRow) -> Wording:
        language = languages.get(row.id, "") if row.type == "patient" else ""
        return spoken(language, tables) or wording

    within = _Shown(schedule=schedule, past=past, cancelled_for=cancelled_for)
    wanted = _wanted(schedule, tuple(one for one in ALL if one in chosen), uid_key, others)
    return _written(wanted, within, uid_key, speaking)


def _written(
    wanted: Iterable[_Wanted], within: _Shown, key: bytes, speaking: Callable[[IndexRow], Wording]
) -> Iterator[Feed]:
    count = 0
    for count, one in enumerate(wanted, start=1):  # noqa: B007  # how many there were is told at the end
        yield _feed(one, within, key, speaking(one.row))
    debug("calendars made: %d", count)


def index_rows(schedule: Schedule, uid_key: bytes, also: Iterable[Resource] = ()) -> tuple[IndexRow, ...]:
    """Whose each calendar of the schedule is, in the order of `feeds`; not for patients' eyes."""
    others = Several(also)
    require_given(schedule=(schedule, _A_SCHEDULE), uid_key=(uid_key, a_key), also=(others, _SOME_READERS))
    return tuple(one.row for one in _wanted(schedule, ALL, uid_key, others))


def _feed(one: _Wanted, within: _Shown, key: bytes, wording: Wording) -> Feed:
    shown = (visit for visit in one.appointments if within.holds(visit, one.audience))
    content = to_ics(shown, audience=one.audience, uid_key=key, wording=wording)
    return Feed(name=one.row.file, content=content, digest=sha256(content).hexdigest())


def _a_reader(value: object) -> str:
    return "" if value in ALL else f"{shown(value)} is no audience; there are {', '.join(ALL)}"


def _perhaps_some_days(value: object) -> str:
    if isinstance(value, Days) and value.count < 0:
        return f"no days or more are wanted, not {value}"
    return optional(of_type(Days))(value)


def _languages(schedule: Schedule) -> dict[str, str]:
    """What each patient reads; where two courses differ, as the last of them says."""
    patients = (plan.course.patient for plan in schedule.plans)
    return {one.id: one.language for one in patients if one.language}


def _wanted(
    schedule: Schedule, audiences: tuple[Readers, ...], key: bytes, also: tuple[Resource, ...]
) -> Iterator[_Wanted]:
    appointments = tuple(_placed(schedule))
    for reader in audiences:
        if reader == "clinic":
            row = IndexRow("clinic", schedule.clinic, _file("clinic", schedule.clinic, key))
            yield _Wanted(row, "clinic", appointments)
            continue
        for id, theirs in _grouped(appointments, reader, [one.id for one in also if one.type == reader]):
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
    appointments: tuple[Appointment, ...], reader: Readers, also: Iterable[str]
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
    for id in also:
        grouped.setdefault(id, [])
    for id in grouped if reader == "patient" else sorted(grouped):
        yield id, tuple(grouped[id])


def _file(reader: Readers, id: str, key: bytes) -> str:
    """A name that is safe in any file system, and that nobody can guess."""
    return f"{FOLDERS[reader]}/{opaque(key, 'file', reader, id)}.ics"
