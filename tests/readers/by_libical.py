"""What does libical read in calendars, and what do its checks say? Zones as the files define them."""

from __future__ import annotations

import ctypes
import json
import re
import sys
from collections.abc import Iterator
from ctypes import c_char_p, c_int, c_long, c_void_p
from ctypes.util import find_library
from typing import Any

# What is of 2022 libical 3 does not know, and says so for each.
_TOO_NEW = re.compile(
    r"X-LIC-ERROR;X-LIC-ERRORTYPE=PROPERTY-PARSE-ERROR:Parse error in property name: REFID\s*"
)


class Time(ctypes.Structure):
    """`struct icaltimetype`."""

    _fields_ = (
        *(
            (name, c_int)
            for name in ("year", "month", "day", "hour", "minute", "second", "is_date", "is_daylight")
        ),
        ("zone", c_void_p),
    )


ical = ctypes.CDLL(find_library("ical"))


def declared(name: str, result: Any, *arguments: Any) -> Any:
    function = getattr(ical, name)
    function.restype, function.argtypes = result, list(arguments)
    return function


parse = declared("icalparser_parse_string", c_void_p, c_char_p)
free = declared("icalcomponent_free", None, c_void_p)
kind_named = declared("icalcomponent_string_to_kind", c_int, c_char_p)
property_named = declared("icalproperty_string_to_kind", c_int, c_char_p)
first = declared("icalcomponent_get_first_component", c_void_p, c_void_p, c_int)
following = declared("icalcomponent_get_next_component", c_void_p, c_void_p, c_int)
first_property = declared("icalcomponent_get_first_property", c_void_p, c_void_p, c_int)
uid = declared("icalcomponent_get_uid", c_char_p, c_void_p)
start = declared("icalcomponent_get_dtstart", Time, c_void_p)
end = declared("icalcomponent_get_dtend", Time, c_void_p)
sequence = declared("icalcomponent_get_sequence", c_int, c_void_p)
status = declared("icalcomponent_get_status", c_int, c_void_p)
status_name = declared("icalproperty_status_to_string", c_char_p, c_int)
check = declared("icalrestriction_check", c_int, c_void_p)
zone_new = declared("icaltimezone_new", c_void_p)
zone_of = declared("icaltimezone_set_component", c_int, c_void_p, c_void_p)
clone = declared("icalcomponent_new_clone", c_void_p, c_void_p)
zone_named = declared("icalcomponent_get_timezone", c_void_p, c_void_p, c_char_p)
as_seconds = declared("icaltime_as_timet_with_zone", c_long, Time, c_void_p)
from_text = declared("icaltime_from_string", Time, c_char_p)
parameter = declared("icalproperty_get_parameter_as_string", c_char_p, c_void_p, c_char_p)
as_ical = declared("icalcomponent_as_ical_string", c_char_p, c_void_p)
utc = declared("icaltimezone_get_utc_timezone", c_void_p)

DTSTART, DTEND = property_named(b"DTSTART"), property_named(b"DTEND")


def parts(calendar: Any, name: bytes) -> Iterator[Any]:
    kind = kind_named(name)
    one = first(calendar, kind)
    while one:
        yield one
        one = following(calendar, kind)


def instant(event: Any, calendar: Any, kind: int, time: Time) -> int:
    """Seconds since 1970 by the zone that the file defines."""
    name = parameter(first_property(event, kind), b"TZID")
    zone = zone_named(calendar, name) if name else utc()
    assert zone, f"the file defines no zone {name}"
    return int(as_seconds(time, zone))


def answer(text: str) -> dict[str, Any]:
    calendar = parse(text.encode())
    # What cannot be understood becomes X-LIC-ERROR; what is too new for it is no fault of ours.
    written = as_ical(calendar).decode().replace("\r\n ", "")
    complaints = [
        line
        for line in written.splitlines()
        if line.startswith("X-LIC-ERROR") and not _TOO_NEW.fullmatch(line)
    ]
    if not check(calendar):
        complaints.append("breaks a restriction of RFC 5546")
    entries = [
        [
            uid(event).decode(),
            instant(event, calendar, DTSTART, start(event)),
            instant(event, calendar, DTEND, end(event)),
            sequence(event),
            status_name(status(event)).decode(),
        ]
        for event in parts(calendar, b"VEVENT")
    ]
    free(calendar)
    return {"entries": entries, "complaints": complaints}


def clocks(question: dict[str, Any]) -> dict[str, Any]:
    """Which instants are some wall times of a zone that a file describes?"""
    calendar = parse(question["text"].encode())
    (definition,) = parts(calendar, b"VTIMEZONE")
    zone = zone_new()
    zone_of(zone, clone(definition))
    walls = (wall.replace("-", "").replace(":", "").encode() for wall in question["walls"])
    instants = [as_seconds(from_text(wall), zone) for wall in walls]
    free(calendar)
    return {"instants": instants}


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    sys.stdout.write(json.dumps([answer(one) if isinstance(one, str) else clocks(one) for one in asked]))
