"""Whose calendar is which file of a clinic's folder? Those in `busy/`, as time that their owners do not have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from attrs import define, field

from kapsched.errors import Fault, InvalidInput
from kapsched.exchange.foreign.busy_times import read_busy
from kapsched.exchange.shown import meant
from kapsched.model.bookings import Booking, Bookings, Resource, ResourceType
from kapsched.model.clinic import Clinic
from kapsched.timeline.intervals import Interval, IntervalSet

BUSY = "busy"
FOLDERS: Mapping[str, ResourceType] = {"staff": "staff", "patients": "patient", "rooms": "room"}
"""The folders in `busy/`, in each of which a file is named by an id."""

_CALLED: Mapping[ResourceType, str] = {
    "staff": "member of staff",
    "patient": "patient with a course",
    "room": "room",
}


@define
class BusyFiles:
    """What the calendars of others say: the time that is taken, what is wrong with them and what is worth knowing."""

    bookings: list[Booking] = field(factory=list)
    faults: list[Fault] = field(factory=list)
    notes: list[str] = field(factory=list)


def busy_files(folder: Path) -> list[Path]:
    """Every file in the `busy` of a clinic's folder, by path, but for hidden ones."""
    there = (path for path in folder.glob(f"{BUSY}/**/*") if not path.name.startswith("."))
    return sorted(path for path in there if path.is_file())


def read_busy_files(
    paths: Iterable[Path],
    clinic: Clinic,
    patients: Iterable[str],
    booked: Bookings,
    uid_key: bytes | None = None,
) -> BusyFiles:
    """What the calendars say of the clinic's horizon, beside what is `booked` anyway."""
    found, owners = BusyFiles(), tuple(patients)
    for path in paths:
        source = source_of(path)
        try:
            of = _owner(path, clinic, owners)
            busy = read_busy(
                _content(path),
                zone=clinic.zone,
                first=clinic.horizon.first_day,
                last=clinic.horizon.last_day,
                uid_key=uid_key,
            )
        except InvalidInput as error:
            found.faults += [Fault(fault.message, source=source) for fault in error.faults]
            continue
        # What stands in both is one booking, and nobody is told that it is there twice.
        known = IntervalSet(Interval(row.start, row.end) for row in booked.of(of) if row.exclusive)
        found.bookings += [
            Booking(type=of.type, resource=of.id, start=one.start, end=one.end)
            for one in IntervalSet(busy.intervals) - known
        ]
        found.notes += [f"{fault._replace(source=source)}; the rest is used" for fault in busy.unread]
    return found


def source_of(path: Path) -> str:
    """How a calendar is named where something is said of it."""
    name, start = path.as_posix(), path.as_posix().rfind(f"{BUSY}/")
    return name[start:] if start >= 0 else path.name


def _owner(path: Path, clinic: Clinic, patients: tuple[str, ...]) -> Resource:
    type, id = FOLDERS.get(path.parent.name), path.stem
    if path.suffix.lower() != ".ics":
        raise InvalidInput("is no calendar by its name, which ends in .ics")
    if type is None or path.parent.parent.name != BUSY:
        raise InvalidInput(f"a calendar of others lies in busy/{', busy/'.join(FOLDERS)}, and nowhere else")
    known = dict(_known(clinic, patients))[type]
    if id not in known:
        # Of patients there are too many to name them all.
        others = "" if type == "patient" else meant(id, known)
        raise InvalidInput(f"is named by an id, and there is no {_CALLED[type]} {id!r}{others}")
    return Resource(type, id)


def _known(clinic: Clinic, patients: tuple[str, ...]) -> Iterator[tuple[ResourceType, tuple[str, ...]]]:
    yield "staff", tuple(one.id for one in clinic.staff)
    yield "room", tuple(one.id for one in clinic.rooms)
    yield "patient", patients


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"cannot be read: {(error.strerror or str(error)).lower()}") from None
