"""Which calendars does a schedule make, and in which files?

One for each patient, member of staff and room, and one for the clinic; where it is asked for, one for each of them but
the clinic that tells when they are busy and no more. Each file is named by a keyed digest, so that its name tells
nothing and cannot be guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import NamedTuple

from attrs import frozen

from kapsched.errors import Several, each, identifier, of_type, refuse, require, require_given, shown, text
from kapsched.exchange.calendars.alarms import Alarm
from kapsched.exchange.calendars.audiences import Audience, Sort, a_person_or_room, sort_of, told, whose
from kapsched.exchange.calendars.entries import View
from kapsched.exchange.calendars.ics import written
from kapsched.exchange.calendars.links import Courses
from kapsched.exchange.calendars.policy import (
    CANCELLED_FOR,
    PAST,
    CalendarPolicy,
    perhaps_some_days,
    some_alarms,
)
from kapsched.exchange.calendars.readers import Read, faults_of_schedule, reads, speaking
from kapsched.exchange.opaque import a_key, opaque
from kapsched.logs import debug
from kapsched.model.appointments import Appointment
from kapsched.model.bookings import Resource
from kapsched.model.plan import Schedule
from kapsched.model.wording import Wording
from kapsched.model.wordings.english import ENGLISH
from kapsched.timeline.units import Days
from kapsched.timeline.zones import instant, wall, zone

ALL: tuple[Sort, ...] = CalendarPolicy(busy=True).audiences
USUAL: tuple[Sort, ...] = CalendarPolicy().audiences
FOLDERS: Mapping[Sort, str] = {
    "patient": "patients",
    "staff": "staff",
    "room": "rooms",
    "clinic": "clinic",
    "busy": "busy",
}

_A_SCHEDULE = of_type(Schedule)
_SOME_READERS = each(a_person_or_room)


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


@frozen(kw_only=True)
class _Shown:
    """Which entries are still written at a schedule's `now`, counted in dates of the clinic's zone."""

    schedule: Schedule
    past: Days | None
    cancelled_for: Days | None

    def holds(self, one: Appointment, audience: Audience) -> bool:
        revised = one.revised_for(told(audience))
        # Who was told of another time learns of this one.
        known = max(instant(one.end), instant(revised or one.end))
        if self.past is not None and self._days_since(known) > self.past.count:
            return False
        if one.status != "cancelled" or self.cancelled_for is None or revised is None:
            return True
        return self._days_since(revised) <= self.cancelled_for.count

    def _days_since(self, moment: datetime) -> int:
        place = zone(self.schedule.zone)
        return (wall(self.schedule.now, place).date() - wall(moment, place).date()).days


def feeds(  # noqa: PLR0913  # as much as there is to choose
    schedule: Schedule,
    *,
    audiences: Iterable[Sort] = USUAL,
    uid_key: bytes,
    wording: Wording = ENGLISH,
    wordings: Iterable[Wording] = (),
    past: Days | None = PAST,
    cancelled_for: Days | None = CANCELLED_FOR,
    also: Iterable[Resource] = (),
    alarms: Iterable[Alarm] = (),
) -> Iterator[Feed]:
    """Every calendar of those audiences: patients in order of course, then staff, rooms, the clinic and who is busy.

    A patient with two courses has one calendar. Whoever has no appointment in the schedule, and had none that is
    withdrawn, has no calendar unless `also` names them; the clinic always has. A patient's is in the patient's
    language, where one of `wordings`, `wording` itself or a table that is shipped speaks it; everything else is in
    `wording`. Visits that ended, and last changed, more than `past` before the date of the schedule's `now` are left
    out, and so are those that were cancelled or withdrawn more than `cancelled_for` before it; None leaves out nothing
    that the schedule holds, which forgets what is withdrawn 90 days after. Each appointment must say when it was
    `revised`. `alarms` is the clinic's policy of reminders.
    """
    chosen, others, tables, policy = Several(audiences), Several(also), Several(wordings), Several(alarms)
    require_given(
        schedule=(schedule, _A_SCHEDULE),
        audiences=(chosen, each(_a_reader)),
        uid_key=(uid_key, a_key),
        wording=(wording, of_type(Wording)),
        wordings=(tables, each(of_type(Wording))),
        past=(past, perhaps_some_days),
        cancelled_for=(cancelled_for, perhaps_some_days),
        also=(others, _SOME_READERS),
        alarms=(policy, some_alarms),
    )
    refuse(fault.under("schedule") for fault in faults_of_schedule(schedule))
    courses = Courses(plan.course for plan in schedule.plans)
    speaks = speaking([schedule], wording, tables)

    def seen(audience: Audience) -> View:
        return View(audience=audience, key=uid_key, wording=speaks(audience), courses=courses, alarms=policy)

    within = _Shown(schedule=schedule, past=past, cancelled_for=cancelled_for)
    return _written(reads(schedule, _in_order(chosen), others), within, seen)


def _written(wanted: Iterable[Read], within: _Shown, seen: Callable[[Audience], View]) -> Iterator[Feed]:
    count = 0
    for count, one in enumerate(wanted, start=1):  # noqa: B007  # how many there were is told at the end
        yield _feed(one, within, seen(one.audience))
    debug("calendars made: %d", count)


def index_rows(
    schedule: Schedule,
    uid_key: bytes,
    also: Iterable[Resource] = (),
    audiences: Iterable[Sort] = USUAL,
) -> tuple[IndexRow, ...]:
    """Whose each calendar of the schedule is, in the order of `feeds`; not for patients' eyes."""
    others, chosen = Several(also), Several(audiences)
    require_given(
        schedule=(schedule, _A_SCHEDULE),
        uid_key=(uid_key, a_key),
        also=(others, _SOME_READERS),
        audiences=(chosen, each(_a_reader)),
    )
    wanted = reads(schedule, _in_order(chosen), others)
    return tuple(_row(one.audience, schedule, uid_key) for one in wanted)


def _in_order(audiences: tuple[Sort, ...]) -> tuple[Sort, ...]:
    return tuple(one for one in ALL if one in audiences)


def _feed(one: Read, within: _Shown, view: View) -> Feed:
    entries = view.entries(one.appointments, one.withdrawn, partial(within.holds, audience=one.audience))
    content, row = written(view, entries), _row(one.audience, within.schedule, view.key)
    return Feed(name=row.file, content=content, digest=sha256(content).hexdigest())


def _row(audience: Audience, schedule: Schedule, key: bytes) -> IndexRow:
    sort, of = sort_of(audience), whose(audience)
    if of is None:
        return IndexRow(sort, schedule.clinic, _file(sort, schedule.clinic, key=key))
    named = of if sort == "busy" else (of.id,)
    return IndexRow(of.type, of.id, _file(sort, *named, key=key))


def _a_reader(value: object) -> str:
    return "" if value in ALL else f"{shown(value)} is no audience; there are {', '.join(ALL)}"


def _file(reader: Sort, *whose: str, key: bytes) -> str:
    """A name that is safe in any file system, and that nobody can guess."""
    return f"{FOLDERS[reader]}/{opaque(key, 'file', reader, *whose)}.ics"
