"""What does a clinic's file say?"""

from __future__ import annotations

import re
from functools import partial
from os import PathLike
from pathlib import Path

from kapsched.errors import InvalidInput
from kapsched.exchange.booking_files import named_bookings
from kapsched.exchange.fields import Fields, day, label, listed, positive, private_text, text, whole
from kapsched.exchange.hours import (
    HoursReader,
    absences,
    holidays,
    hours_reader,
    require_fortnight,
    written_zone,
)
from kapsched.exchange.shown import shown
from kapsched.exchange.table_forms import NamedTable
from kapsched.exchange.toml_files import TomlFile, read_format
from kapsched.model.clinic import Clinic, Horizon, Notice, Pool, Room, StaffMember
from kapsched.timeline.recurrence import WEEKDAYS, Absence, Pattern, Week

_NOTICE = re.compile(r"(\d{1,4}) (hours?|open days?)", re.ASCII)

_NO_HOURS = Pattern((Week(((),) * len(WEEKDAYS)),))
_SOME_HORIZON = Horizon(first_day=_NO_HOURS.first_monday, days=1)


def read_clinic(path: str | PathLike[str]) -> Clinic:
    """The clinic of a TOML file; `InvalidInput` holds everything wrong with the file."""
    return clinic_of(TomlFile.read(path))


def clinic_of(file: TomlFile) -> Clinic:
    """The clinic of a file already parsed."""
    with file.placing():
        return _clinic(file.table)


def bookings_file(path: str | PathLike[str]) -> Path | None:
    """The file of existing bookings that a clinic's file names, beside it; None where it names none."""
    named = bookings_table(path)
    return Path(named.file) if named else None


def bookings_table(path: str | PathLike[str]) -> NamedTable | None:
    """The path of that file, and how it is written."""
    file = TomlFile.read(path)
    with file.placing():
        named = named_bookings(file.table["bookings"]) if "bookings" in file.table else None
    return named._replace(file=str(Path(path).parent / named.file)) if named else None


def _clinic(value: object) -> Clinic:
    with Fields(value) as table:
        read_format(table)
        id = table.need("id", label, "clinic")
        zone_name = table.need("zone", written_zone, "UTC")
        hours = hours_reader(table)
        grid = table.take("grid", whole, 15)
        notice = table.take("notice", _notice, Notice())
        horizon = table.need("horizon", _horizon, _SOME_HORIZON)
        opening = table.need("hours", hours, _NO_HOURS)
        closed: tuple[Absence, ...] = table.take("closed", absences, ())
        closed += table.take("holidays", holidays, ())
        table.take("bookings", named_bookings, None)
        rooms = table.each("rooms", partial(_room, hours))
        staff = table.each("staff", partial(_member, hours))
        pools = table.each("pools", _pool)
        require_fortnight(table, hours)
        return Clinic(
            id=id,
            zone=zone_name,
            hours=opening,
            rooms=rooms,
            staff=staff,
            pools=pools,
            closed=closed,
            grid=grid,
            notice=notice,
            horizon=horizon,
        )


def _horizon(value: object) -> Horizon:
    with Fields(value) as table:
        first_day = table.need("first_day", day, _SOME_HORIZON.first_day)
        days = table.need("days", whole, 1)
        return Horizon(first_day=first_day, days=days)


def _notice(value: object) -> Notice:
    found = _NOTICE.fullmatch(text(value))
    if found is None:
        raise InvalidInput(f'a notice such as "24 hours" or "2 open days" is wanted, not {shown(value)}')
    return Notice(hours=int(found[1])) if found[2].startswith("hour") else Notice(open_days=int(found[1]))


def _room(hours: HoursReader, id: str, value: object) -> Room:
    with Fields(value) as table:
        return Room(
            id=id,
            type=table.need("type", label, ""),
            capacity=table.take("capacity", positive, 1),
            hours=table.take("hours", hours, None),
            away=table.take("away", absences, ()),
        )


def _pool(role: str, value: object) -> Pool:
    with Fields(value) as table:
        return Pool(role=role, ratio=table.need("ratio", positive, 1))


def _member(hours: HoursReader, id: str, value: object) -> StaffMember:
    with Fields(value) as table:
        return StaffMember(
            id=id,
            name=table.take("name", private_text, ""),
            roles=table.need("roles", listed(label), ()),
            hours=table.need("hours", hours, _NO_HOURS),
            breaks=table.take("breaks", hours, None),
            away=table.take("away", absences, ()),
            capacity=table.take("capacity", positive, 1),
        )
