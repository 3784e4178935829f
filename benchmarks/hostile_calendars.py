"""What does a megabyte of somebody else's calendar cost, written so as to cost most? Each in a process of its own.

Prints seconds and the peak of memory for each, and exits with 1 where one is over the limits of 2 s and 300 MB. On a
machine that does other things as well a figure may be twice what it is on an idle one.

    uv run python -m benchmarks.hostile_calendars
"""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from resource import RUSAGE_SELF, getrusage
from time import perf_counter

from kapsched import InvalidInput, read_busy

MOST_SECONDS, MOST_MEGABYTES = 2.0, 300.0
_SIZE = 1_000_000
_ENTRY = "BEGIN:VEVENT\r\nUID:{0}\r\nDTSTART:20270302T090000\r\nDURATION:PT1H\r\n%sEND:VEVENT\r\n"
_ONE = _ENTRY.replace("{0}", "a")
_CHANGE = (
    "BEGIN:VEVENT\r\nUID:a\r\nRECURRENCE-ID;RANGE=THISANDFUTURE:20270302T{0:06}\r\nDTSTART:20270302T090000\r\n"
    "DURATION:PT1H\r\nEND:VEVENT\r\n"
)
_ZONE = (
    "BEGIN:VTIMEZONE\r\nTZID:Z{0}\r\nBEGIN:STANDARD\r\nDTSTART:16010101T030000\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10"
    "\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:{0}\r\n"
    "DTSTART;TZID=Z{0}:20270302T090000\r\nDURATION:PT1H\r\nEND:VEVENT\r\n"
)


def _filled(one: str) -> str:
    return "".join(one.format(number) for number in range(_SIZE // len(one.format(10_000))))


def _listed(before: str, one: str, after: str = "") -> str:
    return before + one * ((_SIZE - len(before) - len(after)) // len(one)) + after


CASES = {
    "entries": lambda: _filled(_ENTRY % ""),
    "weekly series": lambda: _filled(_ENTRY % "RRULE:FREQ=WEEKLY\r\n"),
    "every second": lambda: _filled(_ENTRY % "RRULE:FREQ=SECONDLY\r\n"),
    "monthly series": lambda: _filled(_ENTRY % "RRULE:FREQ=MONTHLY;BYDAY=1MO\r\n"),
    "yearly series": lambda: _filled(_ENTRY % "RRULE:FREQ=YEARLY\r\n"),
    "dates that never come": lambda: _filled(_ENTRY % "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30\r\n"),
    "rules without end": lambda: _listed(_ONE % "RRULE:FREQ=DAILY\r\n", "RRULE:\r\n"),
    "rules and changes": lambda: (_ONE % _listed("", "RRULE:\r\n")[:600_000]) + _filled(_CHANGE)[:300_000],
    "exceptions": lambda: _ONE % ("EXDATE:" + _listed("", "20270309T090000,") + "20270309T090000\r\n"),
    "commas": lambda: _ONE % ("EXDATE:" + _listed("", ",") + "\r\n"),
    "zones": lambda: _filled(_ZONE),
    "broken dates": lambda: _filled("BEGIN:VEVENT\r\nUID:{0}\r\nDTSTART:soon\r\nEND:VEVENT\r\n"),
    "no lines": lambda: _listed("", "!\r\n"),
    "parameters": lambda: _listed(_ONE % "", "UID;A=B:1\r\n"),
    "begins": lambda: _listed("", "BEGIN:VEVENT\r\n"),
    "folds": lambda: _ONE % ("EXDATE:" + _listed("", "\r\n ") + "\r\n"),
}


def main() -> None:
    """All of them, or the one that is named."""
    if len(sys.argv) > 1:
        print(_measured(sys.argv[1]))
        return
    print("| a megabyte of | seconds | MB at its peak | |\n|---|---|---|---|")
    over = False
    for name in CASES:
        command = [sys.executable, "-m", "benchmarks.hostile_calendars", name]
        seconds, peak, became = subprocess.run(  # noqa: S603  # this file
            command, check=True, capture_output=True, text=True
        ).stdout.split(maxsplit=2)
        print(f"| {name} | {seconds} | {peak} | {became.strip()} |")
        over |= float(seconds) > MOST_SECONDS or float(peak) > MOST_MEGABYTES
    sys.exit(over)


def _measured(name: str) -> str:
    content = f"BEGIN:VCALENDAR\r\n{CASES[name]()}END:VCALENDAR\r\n".encode()
    begun = perf_counter()
    try:
        found = read_busy(content, zone="Europe/London", first=date(2027, 1, 1), last=date(2036, 12, 28))
        became = f"{len(found.intervals):,} stretches, {len(found.unread):,} faults"
    except InvalidInput as error:
        became = f"refused: {error.faults[0].path}"
    seconds = perf_counter() - begun
    return f"{seconds:.2f} {getrusage(RUSAGE_SELF).ru_maxrss / 1000:.0f} {became}"


if __name__ == "__main__":
    main()
