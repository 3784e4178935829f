"""What do calendars cost? Ours from the schedule to the bytes, beside icalendar alone; and reading others'.

The peer builds the very same components from values that lie ready, each added with `Event.add`, and serialises the one
tree: the plainest way to use icalendar. The same bytes are asserted. Memory is the peak of a process that has the
schedule, makes every calendar and drops each; and what it allocates for that, which is never less than the largest
file.

    uv run python -m benchmarks.calendars
"""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from resource import RUSAGE_SELF, getrusage
from statistics import median
from time import perf_counter
from typing import Any

import icalendar
import recurring_ical_events

from kapsched import Schedule, feeds, read_busy
from tests import calendar_stories as stories

KEY = b"a key for benchmarks"
FEW, MANY = 30, 300
APPOINTMENTS = 10_000
_VISITS = 7


def main() -> None:
    if len(sys.argv) > 1:
        print(_peaks(sys.argv[1], int(sys.argv[2])))
        return
    _print_memory()  # first, for a process takes over the peak of the one that starts it
    _print_cost()
    _print_reading()


def schedule(patients: int) -> Schedule:
    """So many courses of seven visits each, spread over ten weeks and some hours of the day."""
    first = date(2027, 1, 4)
    return stories.schedule(
        [
            stories.plan(stories.course(f"c{n}", f"q{n}"), first + timedelta(weeks=n % 10), hour=8 + n % 5)
            for n in range(patients)
        ]
    )


def _print_cost() -> None:
    print()
    whole = schedule(APPOINTMENTS // _VISITS + 1)
    for audience in ("clinic", "patient"):

        def ours(reader: str = audience) -> list[bytes]:
            return [feed.content for feed in feeds(whole, uid_key=KEY, audiences=[reader], past=None)]  # type: ignore[list-item]

        wanted = ours()
        theirs = _plainly([icalendar.Calendar.from_ical(one) for one in wanted])
        assert theirs() == wanted
        count = sum(one.count(b"BEGIN:VEVENT") for one in wanted)
        mine, peer = _interleaved(ours, theirs)
        ratios = [a / b for a, b in zip(mine, peer, strict=True)]
        each = " and ".join(f"{median(one) / count * 1e6:.0f}" for one in (mine, peer))
        print(
            f"{audience}: {count:,} entries in {len(wanted):,} files; us an entry, ours and icalendar's: {each}"
        )
        print(f"ratio {median(ratios):.2f} : 1, from {min(ratios):.2f} to {max(ratios):.2f}")


def _interleaved(
    ours: Callable[[], Any], theirs: Callable[[], Any], rounds: int = 7
) -> tuple[list[float], list[float]]:
    """Seconds of each, turn by turn."""
    found: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for one, seconds in zip((ours, theirs), found, strict=True):
            start = perf_counter()
            one()
            seconds.append(perf_counter() - start)
    return found


def _plainly(calendars: Sequence[Any]) -> Callable[[], list[bytes]]:
    """A maker of the same files by icalendar alone, from values that lie ready."""
    ready = [
        (
            list(one.items()),
            one.walk("VTIMEZONE"),
            [
                [(name, *value) for name, some in event.items() for value in _values(name, some)]
                for event in one.events
            ],
        )
        for one in calendars
    ]

    def written() -> list[bytes]:
        return [_one(*parts) for parts in ready]

    return written


def _one(head: Any, zones: Any, events: Any) -> bytes:
    calendar = icalendar.Calendar()
    for name, value in head:
        calendar[name] = value
    for zone in zones:
        calendar.add_component(zone)
    for values in events:
        event = icalendar.Event()
        for name, value, parameters in values:
            event.add(name, value, parameters=parameters)
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _values(name: str, some: Any) -> Iterator[tuple[Any, dict[str, str]]]:
    """Each value of a property as Python has it, with its parameters."""
    for one in some if isinstance(some, list) else [some]:
        parameters = {key: value for key, value in one.params.items() if key not in ("TZID", "VALUE")}
        if name == "CATEGORIES":
            yield [str(cat) for cat in one.cats], parameters
        elif hasattr(one, "dt"):
            yield one.dt, parameters
        else:
            yield (int(one) if name == "SEQUENCE" else str(one)), parameters


def _print_memory() -> None:
    few, many = (_in_a_process(patients) for patients in (FEW, MANY))
    print(f"MiB, writing all calendars ({FEW} patients, {MANY} patients, ratio):")
    names = ("the whole process at its peak", "what is allocated on top of the schedule", "the largest file")
    for what, one, other in zip(names, few, many, strict=True):
        print(f"{what}: {one:.1f}, {other:.1f}, {other / one:.2f}")


def _in_a_process(patients: int) -> list[float]:
    """Two runs, since what traces allocations takes memory itself."""
    found: list[float] = []
    for how in ("whole", "traced"):
        command = [sys.executable, "-m", "benchmarks.calendars", how, str(patients)]
        said = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603  # this module
        found += [float(word) for word in said.stdout.split()]
    return found


def _peaks(how: str, patients: int) -> str:
    whole = schedule(patients)
    list(feeds(schedule(1), uid_key=KEY))  # what is imported and kept for ever is there
    if how == "traced":
        tracemalloc.start()
    largest = max(len(feed.content) for feed in feeds(whole, uid_key=KEY, past=None))
    if how == "traced":
        return f"{tracemalloc.get_traced_memory()[1] / 2**20:.3f} {largest / 2**20:.3f}"
    return f"{getrusage(RUSAGE_SELF).ru_maxrss / 2**10:.3f}"


def _print_reading() -> None:
    entry = (
        "BEGIN:VEVENT\r\nUID:{0}@example.org\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:A meeting of some length\r\n"
        "DTSTART;TZID=Europe/London:2027{1:02}{2:02}T090000\r\nDTEND;TZID=Europe/London:2027{1:02}{2:02}T100000\r\n"
        "{3}DESCRIPTION:{4}\r\nEND:VEVENT\r\n"
    )
    rule = "RRULE:FREQ=WEEKLY;UNTIL=20271231T000000Z\r\n"
    body = "".join(
        entry.format(n, n % 12 + 1, n % 28 + 1, rule if n % 20 == 0 else "", "word " * 40)
        for n in range(2_400)
    )
    content = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//x//EN\r\n{body}END:VCALENDAR\r\n".encode()
    first, last = date(2027, 1, 1), date(2027, 12, 31)

    def ours() -> Any:
        return read_busy(content, zone="Europe/London", first=first, last=last)

    def theirs() -> Any:
        calendar = icalendar.Calendar.from_ical(content)
        edges = (datetime(2027, 1, 1), datetime(2028, 1, 1))  # noqa: DTZ001  # what the peer takes
        return recurring_ical_events.of(calendar).between(*edges)

    mine, peer = _interleaved(ours, theirs, 5)
    ratios = [a / b for a, b in zip(mine, peer, strict=True)]
    print(
        f"\nreading {len(content) / 1e6:.1f} MB, 2,400 entries, 120 of them series: {median(ratios):.2f} : 1 "
        f"against icalendar and recurring-ical-events"
    )


if __name__ == "__main__":
    main()
