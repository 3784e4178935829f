"""Do instants and texts come out of a calendar as they went in, and is what cannot be written refused at the door?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

import pytest
from attrs import evolve
from hypothesis import example, given
from hypothesis import strategies as st

from kapsched.errors import InvalidInput
from kapsched.exchange.calendars.audiences import Busy
from kapsched.exchange.calendars.feeds import Feed
from kapsched.exchange.calendars.ics import to_ics
from kapsched.model.appointments import Appointment, Confirmation
from kapsched.model.bookings import Booking, Resource
from kapsched.model.clinic import Room
from kapsched.model.course import Patient
from kapsched.model.phases import Phase
from kapsched.model.programme import Segment, SessionKind
from kapsched.model.wording import BLANKS, LINES, Reader, Wording
from kapsched.model.wordings.english import ENGLISH
from tests.calendar_stories import CLINIC, course
from tests.test_exchange_ics import KEY, one, read_by_icalendar, read_by_vobject, utc, with_unknown_zones
from tests.test_exchange_timezones import NAMES, rules, zoneinfo

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
YEARS = datetime(2026, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
NINE = datetime(2027, 3, 8, 9, tzinfo=UTC)


class Line(NamedTuple):
    """A content line as RFC 5545 has it, its value still escaped."""

    name: str
    params: dict[str, str]
    value: str


_PARAM = re.compile(r';([A-Z-]+)=("[^"]*"|[^";:,]*)')
_TEXT = re.compile(r"(?:[^\\;,\x00-\x1f\x7f]|\\[\\;,nN])*")


def logical(content: bytes) -> list[str]:
    """The lines of a file, unfolded in octets. That it is folded lawfully is seen to on the way."""
    physical = content.split(b"\r\n")
    assert physical.pop() == b"", "the last line has its end too"
    joined: list[bytes] = []
    for line in physical:
        assert len(line) <= 75
        assert not {b"\r", b"\n"} & {line[at : at + 1] for at in range(len(line))}
        line.decode()  # no sequence of UTF-8 is cut
        if line.startswith(b" "):
            joined[-1] += line[1:]
        else:
            assert re.match(rb"[A-Z-]+[;:]", line)
            joined.append(line)
    return [line.decode() for line in joined]


def parsed(line: str) -> Line:
    name = re.match("[A-Z-]+", line)
    assert name
    at, params = name.end(), dict[str, str]()
    while found := _PARAM.match(line, at):
        params[found[1]], at = found[2].strip('"'), found.end()
    assert line[at] == ":"
    return Line(name[0], params, line[at + 1 :])


def text(line: Line) -> str:
    """What a text says: escaped where RFC 5545 wants it, and nowhere else."""
    assert _TEXT.fullmatch(line.value)
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], line.value)


def events(content: bytes) -> list[dict[str, Line]]:
    """The properties of each event by name, and those of the calendar as the first."""
    found: list[dict[str, Line]] = [{}]
    for line in map(parsed, logical(content)):
        if line.name == "BEGIN" and line.value == "VEVENT":
            found.append({})
        found[-1 if len(found) > 1 else 0].setdefault(line.name, line)
    return found


def moment(line: Line) -> datetime:
    """The instant that a line says, by the rules of the zone it names; one that clocks skip or show twice says none."""
    found = re.fullmatch(r"(\d{8}T\d{6})(Z?)", line.value)
    assert found
    naive = datetime.strptime(found[1], "%Y%m%dT%H%M%S")  # noqa: DTZ007 - its zone stands beside it
    if found[2]:
        assert "TZID" not in line.params
        return naive.replace(tzinfo=UTC)
    both = {naive.replace(tzinfo=zoneinfo(line.params["TZID"]), fold=fold).astimezone(UTC) for fold in (0, 1)}
    assert len(both) == 1
    return both.pop()


def read(content: bytes) -> list[tuple[datetime, datetime]]:
    return [(moment(event["DTSTART"]), moment(event["DTEND"])) for event in events(content)[1:]]


@cache
def changes(name: str) -> tuple[datetime, ...]:
    """The instants from 2026 to 2030 at which the clocks of a zone change, to the minute."""
    days = [YEARS[0] + timedelta(days=turn) for turn in range((YEARS[1] - YEARS[0]).days + 1)]
    place = zoneinfo(name)

    def offset(instant: datetime) -> timedelta | None:
        return instant.astimezone(place).utcoffset()

    found = []
    for before, after in pairwise(days):
        early, late = before, after
        while offset(early) != offset(late) and late - early > MINUTE:
            middle = early + (late - early) // MINUTE // 2 * MINUTE
            early, late = (middle, late) if offset(middle) == offset(before) else (early, middle)
        if late - early == MINUTE:
            found.append(late)
    return tuple(found)


def in_zone(instant: datetime, length: timedelta, name: str, number: int = 1) -> Appointment:
    """An appointment as the clocks of a zone show it: in a repeated hour the second has its fold."""
    place = zoneinfo(name)
    start, end = instant.astimezone(place), (instant + length).astimezone(place)
    return one(start, end, session=f"induction/dosing/{number}")


def about(name: str) -> st.SearchStrategy[datetime]:
    """Instants of some years, most of them near a change of the clocks."""
    minutes = st.integers(0, (YEARS[1] - YEARS[0]) // MINUTE)
    anywhere = minutes.map(lambda minute: YEARS[0] + minute * MINUTE)
    if not changes(name):
        return anywhere
    near = st.builds(
        lambda change, minute: change + minute * MINUTE,
        st.sampled_from(changes(name)),
        st.integers(-200, 200),
    )
    return near | near | anywhere


@st.composite
def visits(draw: st.DrawFn) -> list[Appointment]:
    """Appointments in some of all the zones that there are."""
    found = []
    for number in range(draw(st.integers(1, 4))):
        name = draw(st.sampled_from(NAMES))
        length = draw(st.integers(1, 600)) * MINUTE
        found.append(in_zone(draw(about(name)), length, name, number))
    return found


@given(visits())
def test_every_reader_finds_the_instants_of_any_zone_in_the_file(appointments: list[Appointment]) -> None:
    content = to_ics(appointments, audience="patient", uid_key=KEY)
    wanted = sorted(utc((one.start, one.end)) for one in appointments)
    assert sorted(read(content)) == wanted
    assert sorted(read_by_icalendar(with_unknown_zones(content))) == wanted


@given(st.data())
def test_a_parser_that_knows_no_zone_finds_them_by_the_file_s_own_rules(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(NAMES))
    starts = data.draw(st.lists(about(name), min_size=1, max_size=4))
    appointments = [in_zone(start, HOUR, name, number) for number, start in enumerate(starts)]
    content = with_unknown_zones(to_ics(appointments, audience="patient", uid_key=KEY))
    assert sorted(read_by_vobject(content)) == sorted((start, start + HOUR) for start in starts)


def test_every_change_of_every_clock_is_crossed_in_the_file_as_it_is_in_the_world() -> None:
    distinct = {rules(name): name for name in reversed(NAMES)}  # of names for one zone, the first
    moving = [name for name in distinct.values() if changes(name)]
    assert len(moving) > 100
    for name in moving:
        # A quarter of an hour before and after, and in each of the two hours that look alike.
        starts = [
            change + step * HOUR / 4 for change in changes(name)[:4] for step in (-5, -3, -1, 0, 1, 3, 5)
        ]
        appointments = [in_zone(start, HOUR, name, number) for number, start in enumerate(starts)]
        content = to_ics(appointments, audience="patient", uid_key=KEY)
        assert read(content) == [(start, start + HOUR) for start in starts], name


SIGNS = "aé😀👩\u200d🚀ש\u200f\u202e\u05d0\u0301\u2060\ufeff\ufdd0,;:\\\"'^n N="
ANY = st.characters(exclude_categories=["Cs"])
WORDS = st.text(ANY, min_size=1, max_size=60) | st.text(SIGNS, min_size=1, max_size=200)


def carried(words: str) -> bool:
    """Can every file carry it? No control sign, separator of lines, mark of byte order, half of a pair."""
    return not re.search("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]", words)


IDS = WORDS.filter(lambda words: carried(words) and bool(words.strip()))
NOTES = IDS.map(lambda words: re.sub(r"\s", "", words)[:100])


def a_visit(kind: str, course: str, patient: str, room: str, people: list[str], notes: str) -> Appointment:
    rows = [Booking(type="room", resource=room, start=NINE, end=NINE + HOUR)]
    rows += [Booking(type="staff", resource=id, role=id, start=NINE, end=NINE + HOUR) for id in people]
    return one(NINE, NINE + HOUR, kind=kind, course=course, patient=patient, bookings=rows, notes=notes)


@example(kind=r"\N", course=r"\\N", patient=r"\n", room=r"C:\New", people=[r"\\\N"], notes=r"a\Nb")
@given(
    kind=IDS,
    course=IDS,
    patient=IDS,
    room=IDS,
    people=st.lists(IDS, min_size=1, max_size=4, unique=True),
    notes=NOTES,
)
def test_every_text_that_is_let_in_is_in_the_file_sign_for_sign(
    kind: str, course: str, patient: str, room: str, people: list[str], notes: str
) -> None:
    visit = a_visit(kind, course, patient, room, people, notes)
    staff = ", ".join(sorted(people))

    _, seen = events(to_ics([visit], audience="clinic", uid_key=KEY))
    assert text(seen["SUMMARY"]) == f"{kind} {course}".strip()
    assert text(seen["LOCATION"]) == room
    assert text(seen["CATEGORIES"]) == kind
    assert text(seen["DESCRIPTION"]) == f"Patient: {patient}\nStaff: {staff}".strip()

    calendar, seen = events(to_ics([visit], audience=Resource("staff", people[0]), uid_key=KEY))
    assert text(calendar["NAME"]) == text(calendar["X-WR-CALNAME"]) == f"Appointments of {people[0]}".strip()
    parts = [f"09:00–10:00 {kind}: {people[0]}".strip()]
    assert text(seen["DESCRIPTION"]) == "\n".join([*parts, *([f"Notes: {notes}"] if notes else [])])


def worded(reader: Reader, key: str, template: str) -> Wording:
    return Wording(language="en", texts={**ENGLISH.texts, (reader, key): template})


@st.composite
def templates(draw: st.DrawFn, reader: Reader, key: str) -> str:
    """A text of a wording: any words about its blanks, of several lines where it may have them."""
    blanks = sorted(BLANKS[reader, key])
    lines = "\n" if (reader, key) in LINES else ""
    piece = (WORDS | st.just(lines)).filter(lambda words: carried(words.replace(lines or "-", "-")))
    parts = draw(
        st.lists(piece.map(doubled) | st.sampled_from([f"{{{one}}}" for one in blanks] or [""]), max_size=6)
    )
    return "".join(parts)


def doubled(words: str) -> str:
    return words.replace("{", "{{").replace("}", "}}")


@given(
    summary=templates("clinic", "summary"),
    calendar=templates("clinic", "calendar"),
    description=templates("clinic", "description"),
    kind=IDS,
)
def test_every_text_of_a_wording_is_in_the_file_with_its_blanks_filled(
    summary: str, calendar: str, description: str, kind: str
) -> None:
    visit = a_visit(kind, "c1", "q17", "oak", ["ben", "jo"], "")
    filled = {"kind": kind, "course": "c1", "patient": "q17", "session": visit.session}
    wanted = {"SUMMARY": (summary, filled), "NAME": (calendar, {}), "X-WR-CALNAME": (calendar, {})}
    wanted["DESCRIPTION"] = description, {"patient": "q17", "staff": "ben, jo", "rooms": "oak"}
    texts: dict[Any, str] = {
        **ENGLISH.texts,
        ("clinic", "summary"): summary,
        ("clinic", "calendar"): calendar,
        ("clinic", "description"): description,
    }
    try:
        wording = Wording(language="cy", texts=texts)
    except InvalidInput:
        assert not (summary.strip() and calendar.strip())  # which leave nothing to be seen
        return
    head, seen = events(to_ics([visit], audience="clinic", uid_key=KEY, wording=wording))
    for name, (template, blanks) in wanted.items():
        words = template.format(**blanks).strip()
        line = (head if name in ("NAME", "X-WR-CALNAME") else seen).get(name)
        assert (text(line) if line else "") == words
        assert line is None or name == "X-WR-CALNAME" or line.params == {"LANGUAGE": "cy"}


@pytest.mark.parametrize("sign", ["a", "é", "ש", "€", "😀", ",", "\\", "👩\u200d🚀", "a\u0301", "\u202e"])
def test_ten_thousand_signs_are_folded_in_octets_wherever_the_folds_fall(sign: str) -> None:
    visit = a_visit("talk", "c1", "q17", "oak", ["ben"], "")
    for shift in range(5):
        words = ("x" * shift + sign * 10_000)[:10_000]
        wording = worded("clinic", "description", words)
        _, seen = events(to_ics([visit], audience="clinic", uid_key=KEY, wording=wording))
        assert text(seen["DESCRIPTION"]) == words


def test_a_visit_of_a_hundred_people_names_them_all() -> None:
    people = [f"{number:03d}{'ש😀,;' * 49}" for number in range(100)]
    visit = a_visit("talk", "c1", "q17", "oak", people, "")
    _, seen = events(to_ics([visit], audience="clinic", uid_key=KEY))
    assert text(seen["DESCRIPTION"]) == f"Patient: q17\nStaff: {', '.join(people)}"
    assert len(text(seen["DESCRIPTION"])) > 19_000


def appointment(**changes: Any) -> object:
    return one(NINE, NINE + HOUR, **changes)


def booking(**changes: Any) -> object:
    return Booking(**{"type": "room", "resource": "oak", "start": NINE, "end": NINE + HOUR, **changes})


def calendar_of(id: str) -> object:
    return to_ics([], audience=Resource("staff", id), uid_key=KEY)


def busy_calendar_of(id: str) -> object:
    return to_ics([], audience=Busy(of=Resource("room", id)), uid_key=KEY)


def wording_of(reader: Reader, key: str) -> Callable[[str], object]:
    return lambda words: worded(reader, key, words)


SEGMENT = Segment(name="talk", minutes=60, staff=["therapist"], room="therapy")
# Every way by which a text comes into a calendar, and where the refusal says that it stands.
DOORS: dict[str, tuple[str, Callable[[str], object]]] = {
    "the kind of an appointment": ("kind", lambda words: appointment(kind=words)),
    "its session": ("session", lambda words: appointment(session=words)),
    "its course": ("course", lambda words: appointment(course=words)),
    "its patient": ("patient", lambda words: appointment(patient=words)),
    "its notes": ("notes", lambda words: appointment(notes=words)),
    "who confirmed it": ("by", lambda words: Confirmation(by=words, at=NINE)),
    "a resource": ("resource", lambda words: booking(resource=words)),
    "a role": ("role", lambda words: booking(role=words)),
    "what a booking is for": ("ref", lambda words: booking(ref=words)),
    "whose calendar it is": ("audience", calendar_of),
    "whose busy times they are": ("of", busy_calendar_of),
    "the name of a file": ("name", lambda words: Feed(name=words, content=b"", digest="d")),
    "a room": ("id", lambda words: Room(id=words, type="therapy")),
    "a member of staff": ("id", lambda words: evolve(CLINIC.staff[0], id=words)),
    "a clinic": ("id", lambda words: evolve(CLINIC, id=words)),
    "a patient": ("id", lambda words: Patient(id=words)),
    "a course": ("id", lambda words: evolve(course("c1", "q17"), id=words)),
    "a phase": ("name", lambda words: Phase(name=words, order=["talk"])),
    "a segment": ("name", lambda words: evolve(SEGMENT, name=words)),
    "a kind of session": ("name", lambda words: SessionKind(name=words, segments=[SEGMENT])),
    **{
        f"the wording's {reader} {key}": (f"texts.{reader}.{key}", wording_of(reader, key))
        for reader, key in BLANKS
        if reader != "desk" and not key.startswith("reason") and key not in ("weekdays", "day")
    },
}
REFUSED = [
    *map(chr, (*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF)),
    "\ud800",
    "\udfff",
]
REFUSED += [
    "\ud83d\ude00",
    "\udc80",
]  # a pair of halves, as it comes from UTF-16, and what stands for a stray byte


@pytest.mark.parametrize("door", DOORS)
def test_what_no_file_can_carry_is_refused_at_every_door_by_its_place(door: str) -> None:
    path, opened = DOORS[door]
    opened("plain")
    for sign in REFUSED:
        if sign == "\n" and door in {f"the wording's {reader} {key}" for reader, key in LINES}:
            opened(f"two{sign}lines")
            continue
        with pytest.raises(InvalidInput) as raised:
            opened(f"plain{sign}words")
        assert [fault.path for fault in raised.value.faults] == [path], repr(sign)
        assert carried(str(raised.value).replace("\n", " ")), "the refusal can be written itself"


def letters() -> Iterator[str]:
    yield from (chr(number) for number in range(0x110000) if carried(chr(number)))


def test_every_other_sign_of_unicode_is_let_in_and_comes_out_again() -> None:
    every = "".join(letters())
    stretches = [every[at : at + 9_900] for at in range(0, len(every), 9_900)]
    for number, stretch in enumerate(stretches):
        wording = worded("clinic", "description", f"|{doubled(stretch)}|")
        visit = a_visit("talk", "c1", "q17", "oak", ["ben"], "")
        _, seen = events(to_ics([visit], audience="clinic", uid_key=KEY, wording=wording))
        assert text(seen["DESCRIPTION"]) == f"|{stretch}|", number
