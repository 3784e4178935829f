"""How is a clinic's policy of calendars written? The file `calendars.toml`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from os import PathLike

from kapsched.errors import Fault, InvalidInput, require_given
from kapsched.exchange.calendars.alarms import REMINDED, Alarm
from kapsched.exchange.calendars.audiences import Sort
from kapsched.exchange.calendars.policy import CalendarPolicy
from kapsched.exchange.fields import Fields, boolean, choice, label, listed, text
from kapsched.exchange.file_sorts import sort_of_table
from kapsched.exchange.shown import meant, shown
from kapsched.exchange.toml_files import TomlFile, a_path, read_format
from kapsched.model.programme import Programme
from kapsched.timeline.units import Days

ALWAYS = "all"

_DAYS = re.compile(r"([0-9]{1,6}) days?")
_BEFORE = re.compile(r"([0-9]{1,6}) (day|hour|minute)s?")
_USUAL = CalendarPolicy()
_PATIENT: tuple[Sort, ...] = ("patient",)


def read_calendars(path: str | PathLike[str]) -> CalendarPolicy:
    """The policy of a file; what it does not say is as `CalendarPolicy` has it."""
    require_given(path=(path, a_path))
    file = TomlFile.read(path)
    if sort_of_table(file.table) not in ("calendars", ""):
        message = "says nothing of calendars: that is past, cancelled_for, busy, opening_hours and [[alarm]]"
        raise InvalidInput(*file.faults, Fault(message, source=file.source))
    return calendars_in(file)


def calendars_in(file: TomlFile) -> CalendarPolicy:
    """The policy of a file already parsed."""
    with file.placing():
        return _policy(file.table)


def unmet_kinds(policy: CalendarPolicy, programmes: Iterable[Programme]) -> Iterator[str]:
    """Each kind of visit that an alarm is for and that none of the programmes has."""
    known = dict.fromkeys(kind.name for programme in programmes for kind in programme.kinds)
    for number, alarm in enumerate(policy.alarms, start=1):
        for kind in alarm.kinds:
            if kind not in known:
                yield f"alarm.{number}.kinds: no programme here has the kind {kind!r}{meant(kind, known)}"


def _policy(value: object) -> CalendarPolicy:
    with Fields(value) as table:
        read_format(table)
        return CalendarPolicy(
            past=table.take("past", _days, _USUAL.past),
            cancelled_for=table.take("cancelled_for", _days, _USUAL.cancelled_for),
            busy=table.take("busy", boolean, _USUAL.busy),
            opening_hours=table.take("opening_hours", boolean, _USUAL.opening_hours),
            alarms=table.take("alarm", listed(_alarm), _USUAL.alarms),
        )


def _days(value: object) -> Days | None:
    if text(value) == ALWAYS:
        return None
    said = _DAYS.fullmatch(text(value))
    if said is None:
        raise InvalidInput(f'days such as "90 days", or "{ALWAYS}", are wanted, not {shown(value)}')
    return Days(int(said[1]))


def _alarm(value: object) -> Alarm:
    with Fields(value) as table:
        before = table.need("before", _before, Days(1))
        readers = table.take("for", listed(choice(*REMINDED)), _PATIENT)
        return Alarm(before=before, readers=readers, kinds=table.take("kinds", listed(label), ()))


def _before(value: object) -> Days | timedelta:
    said = _BEFORE.fullmatch(text(value))
    if said is None:
        raise InvalidInput(f'a time such as "1 day", "2 hours" or "90 minutes" is wanted, not {shown(value)}')
    count = int(said[1])
    return Days(count) if said[2] == "day" else timedelta(**{f"{said[2]}s": count})
