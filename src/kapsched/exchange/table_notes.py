"""What is worth knowing about the tables of bookings and of past visits? Notes for whoever runs the desk.

What stands in a table of another system may be anybody's name, where one column was taken for another: of such a
table a note says how many and in which line, and shows nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kapsched.exchange.booking_files import BookingsFile
from kapsched.exchange.csv_rows import unused
from kapsched.exchange.done_files import DoneTable
from kapsched.exchange.table_forms import NamedTable, TableForm
from kapsched.exchange.toml_files import read_text
from kapsched.model.bookings import RESOURCE_TYPES
from kapsched.model.clinic import Clinic
from kapsched.model.course import Course
from kapsched.model.rules import Gap, Offset


def of_bookings(found: BookingsFile, form: TableForm, clinic: Clinic) -> Iterator[str]:
    """What is odd about the rows of bookings, those of nobody at the clinic counted if the words are not ours."""
    if form.columns:
        yield from _of_nobody(found, clinic)
    for one in found.oddities:
        if one.code != "unknown" or not form.columns:
            yield one.sentence


def _of_nobody(found: BookingsFile, clinic: Clinic) -> Iterator[str]:
    for type in RESOURCE_TYPES:
        theirs = [one for one in found.oddities if one.code == "unknown" and one.resource.type == type]
        if theirs:
            count = sum(one.count for one in theirs)
            names = f"{_many(len(theirs), 'name')} of no {type} of {clinic.id}"
            line = min(line for one in theirs for line in one.lines)
            rows = f"in line {line}" if count == 1 else f"in {count} rows, the first in line {line}"
            yield f"{names}; left out {rows}"


def of_past(named: NamedTable, table: DoneTable) -> Iterator[str]:
    """Which rows of past visits are of no course, which tell of one visit together, and what its form has in vain."""
    source = table.source
    yield from of_words(source, read_text(named.file, named.form.encoding), named.form)
    if table.strangers:
        count, first = len(table.strangers), table.strangers[0]
        yield f"{source}: {_many(count, 'row')} of no course here and passed over; the first in line {first}"
    if table.joined:
        *others, last = table.joined[0]
        lines, count = f"lines {', '.join(map(str, others))} and {last}", len(table.joined)
        if count > 1:
            yield f"{source}: {count} visits stand in several rows and count once each; the first in {lines}"
        else:
            yield f"{source}: one visit stands in several rows and counts once: {lines}"


def of_words(source: str, content: str, form: TableForm) -> Iterator[str]:
    """What the form of a table says of words that it does not have: they may be misspelt."""
    yield from (f"{source}: {one}" for one in unused(content, form))


def of_gaps_in_the_past(source: str, courses: Iterable[Course]) -> Iterator[str]:
    """Which sessions are done and others that a rule has before them are not; no plan may be left for these."""
    for course in courses:
        sessions = course.planned.sessions
        lacking: dict[tuple[str, str], None] = {}
        for rule in course.planned.rules:
            for one, two in rule.pairs(sessions) if isinstance(rule, Gap | Offset) else ():
                # What may lie on either side of its anchor comes neither before nor after it.
                backwards = isinstance(rule, Offset) and rule.earliest.count < 0
                first, then = (two, one) if backwards else (one, two)
                either = isinstance(rule, Offset) and rule.earliest.count < 0 < rule.latest.count
                if not either and then.id in course.done and first.id not in course.done:
                    lacking[(then.id, first.id)] = None
        for done, missing in lacking:
            yield f"{source}: courses.{course.id}: {done} is done, and {missing}, which comes before it, is not"


def of_leavers(
    source: str, clinic: Clinic, courses: Iterable[Course], table: DoneTable | None
) -> Iterator[str]:
    """Who was there before, or is pinned, and is not at the clinic: they may well have left, so this is no fault."""
    staff = {one.id for one in clinic.staff}
    unshown: dict[str, int] = {}
    for course in courses:
        rows = table.rows.get(course.id, {}) if table and table.form.columns else {}
        for session, done in course.done.items():
            for one in sorted({person for people in done.staff.values() for person in people} - staff):
                if session in rows:
                    line = rows[session][0].line
                    unshown[one] = min(line, unshown.get(one, line))
                else:
                    what = f"{one!r} is no longer, or not yet, at {clinic.id}"
                    yield f"{source}: courses.{course.id}.done.{session}: {what}"
        for session, pinned in course.pinned.items():
            path = f"{source}: courses.{course.id}.pins.{session}"
            for unit in sorted({row.of for row in pinned.bookings if row.type != "patient"}):
                if not clinic.has(unit):
                    yield f"{path}: there is no {unit.type} {unit.id!r} at {clinic.id}"
    if table and unshown:
        names, line = f"{_many(len(unshown), 'name')} of nobody at {clinic.id} now", min(unshown.values())
        yield f"{table.source}: {names}; {'the first ' * (len(unshown) > 1)}in line {line}"


def _many(count: int, what: str) -> str:
    return f"{count} {what} is" if count == 1 else f"{count} {what}s are"
