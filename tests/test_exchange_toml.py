"""Are files read as they are meant, and is everything wrong with them told at once, with its place?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kapsched.errors import Fault, InvalidInput
from kapsched.exchange.documents import (
    bookings_file,
    check_files,
    load_preset,
    presets,
    read_bookings,
    read_bookings_file,
    read_clinic,
    read_courses,
    read_programme,
    read_programmes,
)
from kapsched.exchange.programme_bases import programme_table
from kapsched.exchange.programme_tables import programme_of
from kapsched.exchange.toml_lines import LineIndex
from kapsched.model.bookings import Resource
from kapsched.model.clinic import Clinic, Notice
from kapsched.model.course import Course, Done, Wishes
from kapsched.model.periods import CalendarWeek, RollingDays, TreatmentWeek
from kapsched.model.phases import Phase
from kapsched.model.programme import Programme
from kapsched.model.rules import Continuity, Frequency, Gap, Offset, Span
from kapsched.timeline.recurrence import Absence, DaySpan, Pattern, Week
from kapsched.timeline.units import Days, Hours, OpenDays

CLINIC = """\
format = 1
id = "quay"
zone = "Europe/London"
grid = 30
notice = "2 open days"
fortnight = 2026-12-07
horizon = { first_day = 2026-12-01, days = 90 }
hours = { mon = "08:30-18:00", tue = ["13:00-18:00", "08:30-13:00"], sun = "20:00-24:00" }
closed = [2026-12-25, { from = 2027-08-02, to = 2027-08-06, why = "decorating" }]
holidays.england = { 2026-12-28 = "Boxing Day, moved", "2027-01-01" = "New Year's Day" }
bookings = "bookings.csv"

[rooms.blue]
type = "treatment"
capacity = 3
hours.A = { mon = "09:00-12:00" }
away = [{ weekdays = ["fri"], time = "15:00-17:00" }]
[rooms."../../x"]
type = "therapy"

[staff.ben]
name = "Ben Okafor"
roles = ["therapist", "nurse"]
hours.A = { mon = "09:00-17:00" }
hours.B = { tue = "09:00-17:00" }
breaks = { mon = "12:30-13:00" }
away = [2027-01-18, { from = 2027-02-01 }]
capacity = 2
"""

PROGRAMME = """\
format = 1
name = "quayside"
version = "2027.1"
target = "induction/dosing/1"
[kinds.dosing]
handover = ["nurse"]
segments = [
  { name = "arrive", minutes = 15, staff = ["nurse"], room = "treatment" },
  { name = "rest", minutes = 60, staff = ["nurse"], room = "treatment", shares = ["nurse"], turnaround = 15, \
tail = 5 },
]
[kinds.integration]
segments = [{ name = "talk", minutes = 50, staff = ["therapist"], room = "therapy" }]
[phases.induction]
order = ["dosing", "integration"]
times = 4
[phases.maintenance]
order = ["dosing", "integration"]
steps = [{ every = "28 days", times = 2, tolerance = "3 days" }, { every = "42 days", times = 1 }]
[spans.whole]
of = "induction/dosing"
at_most = "21 days"
[gaps.doses]
of = "dosing"
at_least = "2 days"
[gaps.rest]
after = "dosing"
before = ["integration"]
at_least = "20 hours"
between = "start-start"
[interleaved.turns]
of = ["induction/dosing", "induction/integration"]
[offsets.next-day]
of = "integration"
anchor = "dosing"
after = "1 day"
[frequencies.two]
of = "dosing"
phase = "induction"
exactly = 2
[frequencies.rolling]
of = "dosing"
at_most = 3
per = "7 days"
[continuity.pair]
role = "therapist"
scope = "pair"
of = "integration"
[continuity.same]
role = "therapist"
hard = false
"""

PATIENTS = """\
format = 1
zone = "Europe/London"
fortnight = 2026-12-07
[patients.q17]
name = "Ada Ferris"
hours.A = { mon = "09:00-12:00" }
away = [{ from = 2027-02-15, to = 2027-02-19 }]
excludes = ["ben"]
wishes = { weekdays = ["mon", "wed"], half_day = "morning", staff = ["amara"], time = "10:00" }
[patients.q18]
[courses.c18]
patient = "q18"
programme = "quayside@2027.1"
first_day = 2027-01-04
[courses."../../x"]
patient = "q17"
programme = "quayside@2027.1"
first_day = 2027-01-04
[courses."../../x".done]
"induction/dosing/1" = 2026-12-14T10:00:00
"induction/integration/1" = { start = 2026-12-15T10:00:00+02:00, end = 2026-12-15T11:00:00, \
staff = { therapist = "ben" } }
"""

BOOKINGS = """\
type,resource,start,end,exclusive,ref
staff,ben,2027-01-06T10:03,2027-01-06T10:47,,dentist
room,blue,2027-07-06 10:00,2027-07-06 11:00,false,
room,attic,2027-07-06T10:00,2027-07-06T11:00,true,
room,attic,2027-07-07T10:00,2027-07-07T11:00,true,
patient,nobody we know,2027-07-06T10:00Z,2027-07-06T11:00+00:00,TRUE,"a, b"
"""


def saved(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else dedent(content).encode())
    return path


def faults_of(read: Callable[[], object]) -> list[tuple[int | None, str, str]]:
    """The faults of a reading, each as (line, path, message)."""
    with pytest.raises(InvalidInput) as caught:
        read()
    return [(fault.line, fault.path, fault.message) for fault in caught.value.faults]


def clinic_faults(folder: Path, content: str) -> list[tuple[int | None, str, str]]:
    return faults_of(lambda: read_clinic(saved(folder, "clinic.toml", content)))


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    return read_clinic(saved(tmp_path, "clinic.toml", CLINIC))


@pytest.fixture
def programme(tmp_path: Path) -> Programme:
    return read_programme(saved(tmp_path, "quayside.toml", PROGRAMME))


def test_a_clinic_is_read_as_its_file_says(clinic: Clinic) -> None:
    assert (clinic.id, clinic.zone, clinic.grid) == ("quay", "Europe/London", 30)
    assert clinic.notice == Notice(open_days=2)
    assert (clinic.horizon.first_day, clinic.horizon.days) == (date(2026, 12, 1), 90)
    assert clinic.hours == Pattern(
        (Week.of(mon=[(510, 1080)], tue=[(510, 780), (780, 1080)], sun=[(1200, 1440)]),)
    )
    decorating = Absence(first=date(2027, 8, 2), last=date(2027, 8, 6), why="decorating")
    boxing_day = Absence(first=date(2026, 12, 28), last=date(2026, 12, 28), why="Boxing Day, moved")
    assert clinic.closed[1:3] == (decorating, boxing_day)
    assert len(clinic.closed) == 4


def test_rooms_and_staff_are_read_in_the_order_of_the_file(clinic: Clinic) -> None:
    blue, attic = clinic.rooms
    assert (blue.id, blue.type, blue.capacity) == ("blue", "treatment", 3)
    assert blue.hours == Pattern((Week.of(mon=[(540, 720)]), Week.of()), date(2026, 12, 7))
    assert blue.away == (Absence(weekdays=frozenset({4}), span=DaySpan(900, 1020)),)
    assert (attic.id, attic.hours, attic.capacity) == ("../../x", None, 1)
    (ben,) = clinic.staff
    assert (ben.name, ben.roles, ben.capacity) == ("Ben Okafor", ("therapist", "nurse"), 2)
    assert ben.away == (
        Absence(first=date(2027, 1, 18), last=date(2027, 1, 18)),
        Absence(first=date(2027, 2, 1)),
    )
    assert ben.breaks == Pattern((Week.of(mon=[(750, 780)]),))


def test_the_bookings_a_clinic_names_lie_beside_its_file(tmp_path: Path) -> None:
    path = saved(tmp_path, "clinic.toml", CLINIC)
    assert bookings_file(path) == tmp_path / "bookings.csv"
    assert (
        bookings_file(saved(tmp_path, "bare.toml", CLINIC.replace('bookings = "bookings.csv"', ""))) is None
    )


@pytest.mark.parametrize("name", ["../bookings.csv", "/etc/passwd", "..", "a\\\\b.csv", "C:b.csv"])
def test_bookings_cannot_lie_elsewhere(tmp_path: Path, name: str) -> None:
    ((line, path, message),) = clinic_faults(tmp_path, CLINIC.replace("bookings.csv", name))
    assert (line, path) == (11, "bookings")
    assert "plain file name" in message


def test_a_notice_may_be_in_hours(tmp_path: Path) -> None:
    path = saved(tmp_path, "clinic.toml", CLINIC.replace("2 open days", "24 hours"))
    assert read_clinic(path).notice == Notice(hours=24)


def test_a_file_may_begin_with_a_byte_order_mark_and_end_its_lines_like_windows(
    tmp_path: Path, clinic: Clinic
) -> None:
    content = b"\xef\xbb\xbf" + CLINIC.replace("\n", "\r\n").encode()
    assert read_clinic(saved(tmp_path, "windows.toml", content)) == clinic


EIGHT = """\
# [staff.ben] is said below, and "zone = 3" only here
format = 1
id = "quay"
zone = "Europe/Londno"
colour = "blue # no comment"
horizon = { first_day = 2026-12-01, days = "90" }
hours = { mon = "08:30-18:00", tue = ["08:30-12:30",
   "12:00-18:00"] }
closed = [
  2026-12-25,
  { from = 2027-01-05, to = 2027-01-01 },
]
[rooms.blue]
type = "treatment"
capacity = 0
[staff.ben]
roles = "therapist"
hours = { mon = "17:00-09:00" }
note = '''
[staff.cleo]
'''
"""


def test_one_file_with_nine_faults_gives_nine_paths_with_their_lines(tmp_path: Path) -> None:
    assert [(line, path) for line, path, _ in clinic_faults(tmp_path, EIGHT)] == [
        (4, "zone"),
        (5, "colour"),
        (6, "horizon.days"),
        (7, "hours.tue"),
        (11, "closed.2"),
        (15, "rooms.blue.capacity"),
        (17, "staff.ben.roles"),
        (18, "staff.ben.hours.mon"),
        (19, "staff.ben.note"),
    ]


EIGHT_OF_A_PROGRAMME = """\
format = 1
name = "kap"
version = 1
target = "induction/dosing/9"
[kinds.dosing]
segments = [
  { name = "arrive", minutes = "15", staff = ["nurse"], room = "treatment" },
  { name = "dose", minutes = 60, staff = ["doctor"], shares = ["nurse"] },
]
[phases.induction]
order = ["dosign"]
[gaps.apart]
of = "integration"
at_least = "2 days"
between = "start-start"
[offsets.next]
of = "dosing"
anchor = "dosing"
after = "1 day"
ideal = "1 day"
[frequencies.apart]
of = "dosing"
exactly = 2
[frequencies.two]
of = "dosing"
phase = "inductoin"
exactly = 2
[continuity.same]
role = "therapist"
"""


def test_a_fault_in_a_programme_hides_no_other(tmp_path: Path) -> None:
    file = saved(tmp_path, "kap.toml", EIGHT_OF_A_PROGRAMME)
    assert [(line, path) for line, path, _ in faults_of(lambda: read_programme(file))] == [
        (3, "version"),
        (7, "kinds.dosing.segments.arrive.minutes"),
        (8, "kinds.dosing.segments.dose.shares"),
        (11, "phases.induction.order"),
        (13, "gaps.apart.of"),
        (15, "gaps.apart.between"),
        (20, "offsets.next.ideal"),
        (21, "frequencies.apart"),
        (26, "frequencies.two.phase"),
        (29, "continuity.same.role"),
    ]


MISNAMED = """\
format = 1
name = "kap"
version = "1"
[kinds."do/sing"]
handover = ["nurse"]
segments = [{ name = "dose", minutes = 0, staff = ["doctor"] }]
[phases."*"]
order = ["do/sing", "tlak"]
steps = [{ every = "28 days", times = 2 }]
[gaps."a/b"]
of = "do/sing"
at_least = "2 dayz"
[gaps.""]
of = "do/sing"
at_least = "2 days"
[continuity.""]
role = "doctor"
"""


def test_what_is_misnamed_is_told_once_and_hides_nothing_about_it(tmp_path: Path) -> None:
    found = faults_of(lambda: read_programme(saved(tmp_path, "kap.toml", MISNAMED)))
    assert [(line, path) for line, path, _ in found] == [
        (4, "kinds.do/sing"),
        (6, "kinds.do/sing.segments.dose.minutes"),
        (7, "phases.*"),
        (8, "phases.*.order"),
        (10, "gaps.a/b"),
        (12, "gaps.a/b.at_least"),
        (13, 'gaps.""'),
        (16, 'continuity.""'),
    ]


def test_a_patient_without_a_name_hides_no_course(tmp_path: Path) -> None:
    content = '[patients.q17]\n[patients.""]\nhour = 3\n[courses.c1]\npatient = "q18"\n[courses.""]\n'
    found = faults_of(lambda: read_courses(saved(tmp_path, "patients.toml", f"format = 1\n{content}")))
    assert [(line, path) for line, path, _ in found] == [
        (3, 'patients.""'),
        (4, 'patients."".hour'),
        (5, "courses.c1.programme"),
        (5, "courses.c1.first_day"),
        (6, "courses.c1.patient"),
        (7, 'courses.""'),
        (7, 'courses."".patient'),
        (7, 'courses."".programme'),
        (7, 'courses."".first_day'),
    ]


def test_a_role_that_cannot_be_read_has_no_echo_where_it_is_asked_for(tmp_path: Path) -> None:
    file = saved(tmp_path, "kap.toml", PROGRAMME.replace('staff = ["therapist"]', 'staff = "therapist"'))
    ((line, path, _),) = faults_of(lambda: read_programme(file))
    assert (line, path) == (12, "kinds.integration.segments.talk.staff")


def test_a_fault_with_a_patient_hides_none_with_a_course(tmp_path: Path) -> None:
    content = """\
        format = 1
        [patients.q17]
        wishes = { half_day = "evening" }
        hours.A = { mon = "09:00-12:00" }
        [courses.c1]
        patient = "q71"
        programme = "kap-twice-weekly"
        first_day = "2027-01-04"
        [courses.c2]
        patient = "q17"
        programme = "kap-twice-weekly@1"
        first_day = 2027-01-04
        done = { "induction/dosing/0" = 2026-12-14T10:00:00+00:00 }
        [courses.c3]
        patient = "q17"
        programme = "kap-twice-weekly@1"
        first_day = 2027-01-04
        done = { "induction/dosing/1" = 2026-12-14T10:00:00 }
        """
    found = faults_of(lambda: read_courses(saved(tmp_path, "patients.toml", content)))
    assert [(line, path) for line, path, _ in found] == [
        (1, "fortnight"),
        (3, "patients.q17.wishes.half_day"),
        (6, "courses.c1.patient"),
        (7, "courses.c1.programme"),
        (8, "courses.c1.first_day"),
        (13, "courses.c2.done.induction/dosing/0"),
        (18, "courses.c3.done.induction/dosing/1"),
    ]
    messages = [message for _, _, message in found]
    assert "did you mean 'q17'?" in messages[2]
    assert "kap-twice-weekly@1" in messages[3]
    assert 'zone = "..."' in messages[6]


def test_a_message_names_the_place_and_the_way_out(tmp_path: Path) -> None:
    path = saved(tmp_path, "clinic.toml", CLINIC.replace("[staff.ben]", "[staf.ben]"))
    with pytest.raises(InvalidInput) as caught:
        read_clinic(path)
    assert str(caught.value) == (
        "clinic.toml:21: staf: 'staf' is not known here; did you mean 'staff'? (known are format, id, zone,"
        " fortnight, grid, notice, horizon, hours, closed, holidays, bookings, rooms, staff, pools)"
    )


@pytest.mark.parametrize(
    ("old", "new", "path", "message"),
    [
        ("format = 1", "format = 2", "format", "this file has format 2; this kapsched reads up to 1"),
        ("format = 1", "format = 0", "format", "there is no format 0"),
        ("format = 1", "", "format", "is missing"),
        ("grid = 30", "grid = 7", "grid", "7"),
        ("grid = 30", "grid = true", "grid", "not true"),
        ("grid = 30", "grid = 3e1", "grid", "not 30.0"),
        ("fortnight = 2026-12-07", "fortnight = 2026-12-08", "fortnight", "a Monday"),
        ("fortnight = 2026-12-07", "", "fortnight", "is missing"),
        ("2 open days", "2 days", "notice", "2 open days"),
        ("days = 90", "days = 0", "horizon.days", "from 1 to"),
        ("first_day = 2026-12-01", "first_day = 2026-12-01T00:00:00", "horizon.first_day", "a date"),
        ("first_day = 2026-12-01", "first_day = 0001-01-01", "horizon.first_day", "year 1 "),
        ("20:00-24:00", "20:00-24:01", "hours.sun", "24:01"),
        ("20:00-24:00", "20:00", "hours.sun", "09:00-17:30"),
        ("2026-12-28 =", "2026-02-30 =", "holidays.england.2026-02-30", "a date"),
        ('["fri"]', '["Fri"]', "rooms.blue.away.1.weekdays.1", "did you mean 'fri'?"),
        ("{ from = 2027-02-01 }", '{ why = "leave" }', "staff.ben.away.2", "says when"),
        ('"treatment"', '""', "rooms.blue.type", "empty"),
        ("Ben Okafor", "Ben\\u0007", "staff.ben.name", "not every file"),
    ],
)
def test_each_fault_of_a_clinic_is_told_by_its_path(
    tmp_path: Path, old: str, new: str, path: str, message: str
) -> None:
    assert old in CLINIC
    found = clinic_faults(tmp_path, CLINIC.replace(old, new, 1))
    assert [place for _, place, _ in found] == [path]
    assert message in found[0][2]


def test_touching_hours_are_no_fault_and_overlapping_ones_are(tmp_path: Path) -> None:
    touching = CLINIC.replace('mon = "08:30-18:00"', 'mon = ["08:30-12:00", "12:00-18:00"]')
    assert read_clinic(saved(tmp_path, "touching.toml", touching)).hours.weeks[0].days[0] == (
        DaySpan(510, 720),
        DaySpan(720, 1080),
    )
    overlapping = touching.replace('"12:00-18:00"]', '"11:59-18:00"]')
    ((_, path, message),) = clinic_faults(tmp_path, overlapping)
    assert (path, message) == ("hours.mon", "08:30-12:00 overlaps 11:59-18:00")


def test_two_things_with_one_id_are_told_by_their_id_and_line(tmp_path: Path) -> None:
    ((line, path, message),) = clinic_faults(tmp_path, CLINIC + '[staff.ben]\nroles = ["nurse"]\n')
    assert (line, path) == (CLINIC.count("\n") + 1, "staff.ben")
    assert "twice" in message


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (b"", None, "the file is empty"),
        (b" \n\n", None, "the file is empty"),
        (b"format = 1\nid = \xff\n", 2, "is not UTF-8 text"),
        (b"format = 1\nid = [\n", 3, "is not TOML"),
        (b"format = 1\nid = maybe\n", 2, "is not TOML"),
        (b"x = 2026-02-30\n", 1, "is not TOML"),
        (b"x = " + b"[" * 100_000, None, "nested too deeply"),
        (b"x = " + b"9" * 5_000, None, "is not TOML"),
    ],
)
def test_a_file_that_is_no_toml_is_refused_by_name(
    tmp_path: Path, content: bytes, line: int | None, message: str
) -> None:
    path = saved(tmp_path, "clinic.toml", content)
    readers: tuple[Callable[[Path], object], ...] = (read_clinic, read_programme, read_courses)
    for read in readers:
        with pytest.raises(InvalidInput) as caught:
            read(path)
        (fault,) = (one for one in caught.value.faults if message in one.message)
        assert (fault.source, fault.line) == ("clinic.toml", line)


def test_a_file_that_is_not_there_or_is_a_folder_is_named(tmp_path: Path) -> None:
    assert faults_of(lambda: read_clinic(tmp_path / "clinic.toml")) == [(None, "", "there is no such file")]
    with pytest.raises(InvalidInput, match=f"{tmp_path.name}: is a directory"):
        read_clinic(tmp_path)
    with pytest.raises(InvalidInput, match="cannot be read"):
        read_clinic(tmp_path / "a\0b")


def test_the_rules_of_a_programme_stand_in_the_stated_order(programme: Programme) -> None:
    ids = [f"maintenance/dosing/{number}" for number in (1, 2, 3)]
    assert programme.rules == (
        Gap(name="doses", after="dosing", before="dosing", at_least=Days(2)),
        Gap(name="rest", after="dosing", before="integration", at_least=Hours(20), between="start-start"),
        Gap(name="turns", after="induction/dosing", before="induction/integration", at_least=Hours(0)),
        Gap(name="turns-next", after="induction/integration", before="induction/dosing", at_least=Hours(0)),
        Offset(name="next-day", of="integration", anchor="dosing", earliest=Days(1), latest=Days(1)),
        Offset(
            name="maintenance-step-1",
            of=ids[:2],
            anchor="dosing",
            earliest=Days(25),
            ideal=Days(28),
            latest=Days(31),
        ),
        Offset(name="maintenance-step-2", of=ids[2:], anchor="dosing", earliest=Days(42), latest=Days(42)),
        Frequency(name="two", of="dosing", phase="induction", at_least=2, at_most=2, per=CalendarWeek()),
        Frequency(name="rolling", of="dosing", at_most=3, per=RollingDays(days=7)),
        Span(name="whole", of="induction/dosing", at_most=Days(21)),
        Continuity(name="pair", role="therapist", scope="pair", of="integration"),
        Continuity(name="same", role="therapist", hard=False),
    )


OFFSET = """\
based_on = "quayside@2027.1"
[offsets.next-day]
"""


@pytest.mark.parametrize(
    ("said", "offset"),
    [
        ('after = "1 open day"', {"earliest": OpenDays(1), "latest": OpenDays(1)}),
        (
            'after = "1 open day"\nwithin = "72 hours"',
            {"earliest": OpenDays(1), "latest": OpenDays(1), "within": Hours(72)},
        ),
        (
            'earliest = "-3 open days"\nideal = "-2 open days"\nlatest = "-1 open days"',
            {"earliest": OpenDays(-3), "ideal": OpenDays(-2), "latest": OpenDays(-1)},
        ),
        (
            'earliest = "20 hours"\nlatest = "30 hours"\nbetween = "start-start"',
            {"earliest": Hours(20), "latest": Hours(30), "between": "start-start"},
        ),
        (
            'after = "1 day"\nwithin = "30 hours"\nbetween = "start-start"',
            {"earliest": Days(1), "latest": Days(1), "within": Hours(30), "between": "start-start"},
        ),
    ],
)
def test_an_offset_is_read_in_days_open_days_or_hours_and_written_again(
    tmp_path: Path, programme: Programme, said: str, offset: dict[str, Any]
) -> None:
    fresh = '\nof = "integration"\nanchor = "dosing"\n'
    base = evolve(programme, rules=[one for one in programme.rules if one.name != "next-day"])
    changed = based(tmp_path, OFFSET + said + fresh, (base,))
    wanted = Offset(name="next-day", of="integration", anchor="dosing", **offset)
    assert wanted in changed.rules
    assert programme_of(programme_table(changed)) == changed


@pytest.mark.parametrize(
    ("said", "path", "message"),
    [
        ('earliest = "1 open day"\nlatest = "2 days"', "offsets.next-day.latest", "never in two of them"),
        (
            'earliest = "1 hour"\nlatest = "2 hours"\nideal = "1 hour"',
            "offsets.next-day.ideal",
            'days or open days such as "1 open day" are wanted',
        ),
        ('after = "1 day"\nwithin = "3 days"', "offsets.next-day.within", 'such as "72 hours" is wanted'),
        ('after = "1 day"\nbetween = "start-start"', "offsets.next-day.between", "only hours are counted"),
    ],
)
def test_each_fault_of_an_offset_is_told_by_its_path(
    tmp_path: Path, programme: Programme, said: str, path: str, message: str
) -> None:
    fresh = '\nof = "integration"\nanchor = "dosing"\n'
    base = evolve(programme, rules=[one for one in programme.rules if one.name != "next-day"])
    with pytest.raises(InvalidInput) as caught:
        based(tmp_path, OFFSET + said + fresh, (base,))
    (fault,) = caught.value.faults
    assert fault.path == path
    assert message in fault.message


def test_the_kinds_and_phases_of_a_programme_are_read(programme: Programme) -> None:
    dosing, _ = programme.kinds
    assert dosing.handover == ("nurse",)
    rest = dosing.segments[1]
    assert (rest.minutes, rest.shares, rest.turnaround, rest.tail) == (60, ("nurse",), 15, 5)
    assert [(phase.name, phase.times) for phase in programme.phases] == [("induction", 4), ("maintenance", 3)]


def based(folder: Path, body: str, programmes: tuple[Programme, ...] = ()) -> Programme:
    text = 'format = 1\nname = "ours"\nversion = "1"\n' + dedent(body)
    return read_programme(saved(folder, "ours.toml", text), programmes)


def test_what_a_programme_does_not_say_is_its_bases(tmp_path: Path, programme: Programme) -> None:
    changed = based(
        tmp_path,
        """\
        based_on = "quayside@2027.1"
        phases.induction.times = 6
        phases.maintenance.steps = [{ every = "7 days", times = 1 }]
        continuity.pair.hard = false
        gaps.doses = false
        gaps.rest = { of = "dosing" }
        interleaved.turns = false
        offsets.next-day.latest = "2 days"
        frequencies.two.at_most = 3
        """,
        (programme,),
    )
    assert (changed.name, changed.version, changed.target) == ("ours", "1", programme.target)
    assert changed.kinds == programme.kinds
    assert [phase.times for phase in changed.phases] == [6, 1]
    rules = {rule.name: rule for rule in changed.rules}
    assert rules.keys() == {
        "rest",
        "next-day",
        "maintenance-step-1",
        "two",
        "rolling",
        "whole",
        "pair",
        "same",
    }
    assert rules["rest"] == Gap(
        name="rest", after="dosing", before="dosing", at_least=Hours(20), between="start-start"
    )
    assert rules["next-day"] == Offset(
        name="next-day", of="integration", anchor="dosing", earliest=Days(1), latest=Days(2)
    )
    assert rules["two"] == Frequency(name="two", of="dosing", phase="induction", at_least=2, at_most=3)


def test_weeks_may_be_counted_from_a_session_and_no_other_period_may(
    tmp_path: Path, programme: Programme
) -> None:
    body = """\
        based_on = "quayside@2027.1"
        frequencies.two.per = "treatment week"
        frequencies.rolling = { per = "treatment week", anchor = "induction/dosing/1" }
        """
    changed = based(tmp_path, body, (programme,))
    rules = {rule.name: rule for rule in changed.rules}
    assert rules["two"] == Frequency(
        name="two", of="dosing", phase="induction", at_least=2, at_most=2, per=TreatmentWeek()
    )
    weekly = TreatmentWeek(anchor="induction/dosing/1")
    assert rules["rolling"] == Frequency(name="rolling", of="dosing", at_most=3, per=weekly)
    # Whoever counts otherwise says so, and what the weeks were counted from is forgotten.
    again = based(
        tmp_path, 'based_on = "ours@1"\nfrequencies.rolling.per = "week"', (evolve(changed, name="ours"),)
    )
    assert Frequency(name="rolling", of="dosing", at_most=3) in again.rules
    for said, message in (
        ('per = "week", anchor = "induction/dosing/1"', 'only per = "treatment week" is counted from'),
        ('per = "treatment week", anchor = "induction/dosing"', "picks 4; it picks induction/dosing/1,"),
        ('per = "treatment week", anchor = "induction/dosing/9"', "picks 0; there are induction/dosing/1,"),
    ):
        with pytest.raises(InvalidInput) as caught:
            based(
                tmp_path,
                f'based_on = "quayside@2027.1"\nfrequencies.rolling = {{ {said} }}',
                (programme,),
            )
        (fault,) = caught.value.faults
        assert (fault.line, fault.path) == (5, "frequencies.rolling.anchor")
        assert message in fault.message


def test_a_phase_may_be_open_and_keep_one_step(tmp_path: Path, programme: Programme) -> None:
    body = """\
        based_on = "quayside@2027.1"
        [phases.maintenance]
        open = true
        book_ahead = 4
        steps = [{ every = "28 days", tolerance = "3 days" }]
        """
    changed = based(tmp_path, body, (programme,))
    last = Phase(name="maintenance", order=["dosing", "integration"], open=True, book_ahead=4)
    assert changed.phases == (programme.phases[0], last)
    step = Offset(
        name="maintenance-step-1",
        of="maintenance/dosing",
        anchor="dosing",
        earliest=Days(25),
        ideal=Days(28),
        latest=Days(31),
    )
    assert step in changed.rules
    assert programme_of(programme_table(changed)).phases == changed.phases
    known = evolve(changed, name="quayside")
    until = based(tmp_path, 'based_on = "quayside@1"\nphases.maintenance.book_ahead = 2027-06-30', (known,))
    assert until.phases == (programme.phases[0], evolve(last, book_ahead=date(2027, 6, 30)))
    assert step in until.rules
    closed = based(tmp_path, 'based_on = "quayside@1"\nphases.maintenance.times = 2', (known,))
    assert closed.phases == (programme.phases[0], Phase(name="maintenance", order=last.order, times=2))


@pytest.mark.parametrize(
    ("said", "path", "message"),
    [
        ("open = true", "book_ahead", "an open phase says how far ahead it is planned"),
        ("open = true; book_ahead = 4; times = 2", "times", "it goes on"),
        ("open = true; book_ahead = 0", "book_ahead", "a number from 1 is wanted, not 0"),
        ('open = true; book_ahead = "soon"', "book_ahead", "a number from 1 or a date such as 2027-01-04"),
        ("open = 1; book_ahead = 4", "open", "true or false is wanted"),
        ("book_ahead = 4", "book_ahead", "only an open phase is planned so far ahead"),
        ("open = true; book_ahead = 4; steps = []", "steps", "an open phase has one step, which goes on"),
        (
            'open = true; book_ahead = 4; steps = [{ every = "7 days", times = 2 }]',
            "steps.1.times",
            "",
        ),
    ],
)
def test_a_phase_that_is_half_open_is_told_with_its_place(
    tmp_path: Path, said: str, path: str, message: str
) -> None:
    text = PROGRAMME.replace(
        'steps = [{ every = "28 days", times = 2, tolerance = "3 days" }, { every = "42 days", times = 1 }]',
        said.replace("; ", "\n"),
    )
    assert text != PROGRAMME
    found = faults_of(lambda: read_programme(saved(tmp_path, "p.toml", text)))
    paths = [fault for fault in found if fault[1] == f"phases.maintenance{path and '.' + path}"]
    assert len(found) == len(paths) == 1, found
    assert message in paths[0][2]


def test_a_course_may_say_how_far_ahead_it_is_planned(tmp_path: Path, programme: Programme) -> None:
    def first(said: str) -> Course:
        text = PATIENTS.replace("quayside@2027.1", "esketamine@1", 1).replace(
            "first_day = 2027-01-04", said, 1
        )
        return read_courses(saved(tmp_path, "patients.toml", text), [programme])[0]

    assert first("first_day = 2027-01-04").book_ahead is None
    assert first("first_day = 2027-01-04\nbook_ahead = 6").book_ahead == 6
    assert first("first_day = 2027-01-04\nbook_ahead = 2027-06-30").book_ahead == date(2027, 6, 30)
    for wrong in ("0", '"6"', "2027-06-30T10:00:00", "true"):
        with pytest.raises(InvalidInput) as caught:
            first(f"first_day = 2027-01-04\nbook_ahead = {wrong}")
        assert [fault.path for fault in caught.value.faults] == ["courses.c18.book_ahead"]


@pytest.mark.parametrize("name", presets())
def test_a_programme_that_changes_nothing_is_its_base(tmp_path: Path, name: str) -> None:
    base = load_preset(name)
    same = based(tmp_path, f'based_on = "preset:{name}"')
    assert (same.kinds, same.phases, same.rules, same.target) == (
        base.kinds,
        base.phases,
        base.rules,
        base.target,
    )


@pytest.mark.parametrize("name", presets())
def test_a_preset_survives_being_written_as_a_table(name: str) -> None:
    assert programme_of(programme_table(load_preset(name))) == load_preset(name)


def test_faults_on_top_of_a_base_have_lines_of_the_file_itself(tmp_path: Path, programme: Programme) -> None:
    body = """\
        based_on = "quayside@2027.1"
        gaps.nothing = false
        """
    with pytest.raises(InvalidInput) as caught:
        based(tmp_path, body, (programme,))
    assert (
        str(caught.value)
        == "ours.toml:5: gaps.nothing: there is nothing of this name in quayside@2027.1 to take away"
    )


def test_programmes_may_be_based_on_each_other_in_any_order(tmp_path: Path) -> None:
    third = 'format = 1\nname = "third"\nversion = "1"\nbased_on = "second@1"\n'
    second = 'format = 1\nname = "second"\nversion = "1"\nbased_on = "quayside@2027.1"\n'
    second += "phases.induction.times = 6\n"
    paths = [
        saved(tmp_path, "a.toml", third),
        saved(tmp_path, "b.toml", second),
        saved(tmp_path, "c.toml", PROGRAMME),
    ]
    found = read_programmes(paths)
    assert [programme.name for programme in found] == ["third", "second", "quayside"]
    assert found[0].phases == found[1].phases != found[2].phases


def test_a_circle_of_bases_is_refused(tmp_path: Path) -> None:
    paths = [
        saved(tmp_path, f"{one}.toml", f'format = 1\nname = "{one}"\nversion = "1"\nbased_on = "{other}@1"\n')
        for one, other in (("a", "b"), ("b", "a"))
    ]
    with pytest.raises(InvalidInput) as caught:
        read_programmes(paths)
    assert [fault.path for fault in caught.value.faults] == ["based_on"]


def test_a_base_at_fault_has_no_echo_in_what_is_based_on_it(tmp_path: Path) -> None:
    on_top = 'format = 1\nname = "second"\nversion = "1"\nbased_on = "quayside@2027.1"\n'
    below = PROGRAMME.replace("minutes = 15", "minutes = 0")
    paths = [saved(tmp_path, "a.toml", on_top), saved(tmp_path, "b.toml", below)]
    found = faults_of(lambda: read_programmes(paths))
    assert [path for _, path, _ in found] == ["kinds.dosing.segments.arrive.minutes"]


def test_two_files_cannot_describe_one_programme(tmp_path: Path) -> None:
    paths = [saved(tmp_path, "a.toml", PROGRAMME), saved(tmp_path, "b.toml", PROGRAMME)]
    with pytest.raises(
        InvalidInput, match=r"b\.toml: name: quayside@2027\.1 is already described in a\.toml"
    ):
        read_programmes(paths)


@pytest.mark.parametrize(
    "name", ["kap-twice-weekly", "kap-twice-weekly@0", "../clinic@1", "", "kap-twice-weekl@1"]
)
def test_a_preset_that_does_not_exist_is_refused_and_the_others_are_named(name: str) -> None:
    with pytest.raises(InvalidInput, match="kap-twice-weekly@1"):
        load_preset(name)


def test_courses_are_read_in_the_order_of_the_file(tmp_path: Path, programme: Programme) -> None:
    first, second = read_courses(saved(tmp_path, "patients.toml", PATIENTS), [programme])
    assert (first.id, first.patient.id, first.done) == ("c18", "q18", {})
    assert (second.id, second.programme, second.first_day) == ("../../x", programme, date(2027, 1, 4))
    patient = second.patient
    assert (patient.name, patient.excludes) == ("Ada Ferris", ("ben",))
    assert patient.hours == Pattern((Week.of(mon=[(540, 720)]), Week.of()), date(2026, 12, 7))
    assert patient.wishes == Wishes(weekdays={0, 2}, half_day="morning", staff=["amara"], time=time(10))
    assert second.done == {
        "induction/dosing/1": Done(start=datetime(2026, 12, 14, 10, tzinfo=UTC)),
        "induction/integration/1": Done(
            start=datetime(2026, 12, 15, 8, tzinfo=UTC),
            end=datetime(2026, 12, 15, 11, tzinfo=UTC),
            staff={"therapist": ("ben",)},
        ),
    }


def test_a_programme_that_was_given_goes_before_the_preset_of_its_name(
    tmp_path: Path, programme: Programme
) -> None:
    content = PATIENTS.replace("quayside@2027.1", "kap-twice-weekly@1")
    content = content[: content.index('[courses."../../x".done]')]
    preset = read_courses(saved(tmp_path, "patients.toml", content))[0].programme
    assert preset == load_preset("kap-twice-weekly@1")
    own = saved(
        tmp_path, "own.toml", PROGRAMME.replace("quayside", "kap-twice-weekly").replace("2027.1", "1")
    )
    given = read_programme(own)
    assert read_courses(saved(tmp_path, "patients.toml", content), [given])[0].programme == given != preset


def test_a_time_that_the_clocks_skip_is_a_fault_and_one_shown_twice_is_the_first(
    tmp_path: Path, programme: Programme
) -> None:
    skipped = PATIENTS.replace("2026-12-14T10:00:00", "2026-03-29T01:30:00")
    ((line, path, message),) = faults_of(
        lambda: read_courses(saved(tmp_path, "patients.toml", skipped), [programme])
    )
    assert (line, path) == (20, "courses.../../x.done.induction/dosing/1")
    assert message == "the clocks in Europe/London skip 01:30 on 2026-03-29"
    twice = PATIENTS.replace("2026-12-14T10:00:00", "2026-10-25T01:30:00")
    course = read_courses(saved(tmp_path, "patients.toml", twice), [programme])[1]
    assert course.done["induction/dosing/1"].start == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_bookings_are_read_on_the_clocks_of_the_clinic(tmp_path: Path, clinic: Clinic) -> None:
    found = read_bookings_file(saved(tmp_path, "bookings.csv", BOOKINGS), clinic)
    assert len(found.bookings) == 3
    (ben,) = found.bookings.of(Resource("staff", "ben"))
    assert (ben.start, ben.end) == (
        datetime(2027, 1, 6, 10, 3, tzinfo=UTC),
        datetime(2027, 1, 6, 10, 47, tzinfo=UTC),
    )
    assert (ben.exclusive, ben.ref) == (True, "dentist")
    (blue,) = found.bookings.of(Resource("room", "blue"))
    assert (blue.start, blue.exclusive) == (datetime(2027, 7, 6, 9, tzinfo=UTC), False)
    (patient,) = found.bookings.of(Resource("patient", "nobody we know"))
    assert (patient.start, patient.exclusive, patient.ref) == (
        datetime(2027, 7, 6, 10, tzinfo=UTC),
        True,
        "a, b",
    )


def test_spaces_around_the_words_of_a_table_of_bookings_mean_nothing(tmp_path: Path, clinic: Clinic) -> None:
    spaced = (
        " type ,resource, start , end ,exclusive\n room ,blue, 2027-07-06T10:00 , 2027-07-06T11:00 , FALSE \n"
    )
    (row,) = read_bookings(saved(tmp_path, "bookings.csv", spaced), clinic)
    assert (row.of, row.exclusive) == (Resource("room", "blue"), False)


def test_unknown_resources_are_reported_once_and_ignored(tmp_path: Path, clinic: Clinic) -> None:
    path = saved(tmp_path, "bookings.csv", BOOKINGS)
    assert read_bookings_file(path, clinic).unknown == (Resource("room", "attic"),)
    assert Resource("room", "attic") not in read_bookings(path, clinic).resources


def test_every_fault_of_a_table_of_bookings_has_its_row_and_line(tmp_path: Path, clinic: Clinic) -> None:
    content = """\
        type,resource,start,end,exclusive
        romo,blue,2027-01-06T10:00,2027-01-06T11:00,true

        room,,2027-03-28T01:30,2027-01-06 11,yes
        room,blue,2027-01-06T11:00,2027-01-06T11:00,true
        room,blue,2027-01-06T11:00,2027-01-06T12:00,true,more
        room,blue
        """
    found = faults_of(lambda: read_bookings(saved(tmp_path, "bookings.csv", content), clinic))
    assert [(line, path) for line, path, _ in found] == [
        (2, "rows.1.type"),
        (4, "rows.2.resource"),
        (4, "rows.2.start"),
        (4, "rows.2.end"),
        (4, "rows.2.exclusive"),
        (5, "rows.3.end"),
        (6, "rows.4"),
        (7, "rows.5.start"),
        (7, "rows.5.end"),
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the file is empty"),
        ("type,resource,start\n", "no column 'end'"),
        ("type,resource,start,end,colour\n", "'colour' is not known"),
        ("type,resource,start,end,end\n", "stands twice"),
        ('type,resource,start,end\nroom,"blue,x\n', "is not CSV"),
    ],
)
def test_a_file_that_is_no_table_of_bookings_is_refused(
    tmp_path: Path, clinic: Clinic, content: str, message: str
) -> None:
    found = faults_of(lambda: read_bookings(saved(tmp_path, "bookings.csv", content), clinic))
    assert any(message in fault for _, _, fault in found)


def test_the_line_of_a_name_is_found_whatever_stands_around_it() -> None:
    text = dedent('''\
        a = """
        b = 1
        [c]
        """
        "b" = '[c]' # [c]
        [ "d.e" . f ] # d
        g.h = [ # one
          1,
          { i = "}", name = "two" }, # ]
          { i = 3,
            },
        ]
        [[k]]
        name = "first"
        [[k]]
        l = """x""\\""""
        m = \'\'\'y\'\'\'
        [k.n]
        o = 1
        ''')
    lines = LineIndex(text)
    assert {
        path: lines.line(path)
        for path in (
            "a",
            "b",
            "c",
            "d.e.f",
            "d.e.f.g.h",
            "d.e.f.g.h.1",
            "d.e.f.g.h.2.i",
            "d.e.f.g.h.two.i",
            "d.e.f.g.h.3.i",
            "d.e.f.missing",
            "k.1.name",
            "k.first",
            "k.2.l",
            "k.2.m",
            "k.2.n.o",
            "missing",
        )
    } == {
        "a": 1,
        "b": 5,
        "c": 1,
        "d.e.f": 6,
        "d.e.f.g.h": 7,
        "d.e.f.g.h.1": 8,
        "d.e.f.g.h.2.i": 9,
        "d.e.f.g.h.two.i": 9,
        "d.e.f.g.h.3.i": 10,
        "d.e.f.missing": 6,
        "k.1.name": 14,
        "k.first": 13,
        "k.2.l": 16,
        "k.2.m": 17,
        "k.2.n.o": 19,
        "missing": 1,
    }


def whole(folder: Path) -> list[Path]:
    return [
        saved(folder, "clinic.toml", CLINIC),
        saved(folder, "programmes/quayside.toml", PROGRAMME),
        saved(folder, "patients.toml", PATIENTS),
        saved(folder, "bookings.csv", BOOKINGS),
    ]


def test_files_are_told_apart_by_what_stands_in_them(tmp_path: Path) -> None:
    for place, path in enumerate(whole(tmp_path)):
        path.rename(tmp_path / f"{place}.toml")
    (tmp_path / "4.toml").write_text("format = 1\ncolour = 3\n")
    check = check_files(sorted(tmp_path.glob("*.toml")))
    assert {fault.source for fault in check.faults} == {"2.toml", "4.toml"}
    assert "is no file of ours" in str([fault for fault in check.faults if fault.source == "4.toml"])


@pytest.mark.parametrize("text", ["format = 1\n", 'format = 1\nzone = "Europe/London"\n'])
def test_a_patients_file_may_have_nobody_left(tmp_path: Path, text: str) -> None:
    whole(tmp_path)
    saved(tmp_path, "patients.toml", text)
    assert check_files([tmp_path]).faults == ()
    saved(tmp_path, "patients.toml", text + "colour = 3\n")
    (fault,) = check_files([tmp_path]).faults
    assert str(fault) == (
        "patients.toml: is no file of ours: a clinic has [rooms] and [staff], a programme [phases], patients "
        "[patients] and [courses], a wording [texts], calendars past, cancelled_for, busy, opening_hours or [[alarm]], "
        "and what is "
        "booked or done is a table (.csv) that one of them names"
    )


def test_files_are_checked_against_each_other(tmp_path: Path) -> None:
    check = check_files(whole(tmp_path))
    assert [(fault.source, fault.line, fault.path) for fault in check.faults] == [
        ("patients.toml", 9, "patients.q17.wishes.staff"),
    ]
    assert check.notes == (
        "bookings.csv: quay has no room 'attic'; its rows are left out",
        "bookings.csv: staff ben: 1 row outside hours, on 2027-01-06, in line 2",
        "bookings.csv: room blue: 1 row outside hours, on 2027-07-06, in line 3",
    )


def test_a_folder_stands_for_its_files(tmp_path: Path) -> None:
    whole(tmp_path)
    assert check_files([tmp_path]) == check_files(whole(tmp_path))


def test_a_role_nobody_has_and_a_room_that_does_not_exist_are_told_in_the_programme(tmp_path: Path) -> None:
    whole(tmp_path)
    changed = CLINIC.replace('["therapist", "nurse"]', '["therapist"]').replace('"therapy"', '"theory"')
    saved(tmp_path, "clinic.toml", changed)
    found = [fault for fault in check_files([tmp_path]).faults if fault.source == "quayside.toml"]
    assert [(fault.line, fault.path) for fault in found] == [
        (8, "kinds.dosing.segments.arrive.staff"),
        (9, "kinds.dosing.segments.rest.staff"),
        (12, "kinds.integration.segments.talk.room"),
    ]
    assert "nobody at quay is a 'nurse'" in found[0].message


def test_what_a_preset_needs_and_the_clinic_lacks_is_told_with_the_course(tmp_path: Path) -> None:
    content = PATIENTS[: PATIENTS.index('[courses."../../x"]')].replace(
        "quayside@2027.1", "kap-twice-weekly@1"
    )
    paths = [saved(tmp_path, "clinic.toml", CLINIC), saved(tmp_path, "patients.toml", content)]
    found = [fault for fault in check_files(paths).faults if fault.path == "courses.c18.programme"]
    assert any("nobody at quay is a 'doctor'" in fault.message for fault in found)


def test_faults_of_all_files_are_told_at_once_and_none_echoes_in_another(tmp_path: Path) -> None:
    whole(tmp_path)
    saved(tmp_path, "clinic.toml", CLINIC.replace("Europe/London", "Europe/Londno"))
    saved(
        tmp_path, "programmes/quayside.toml", PROGRAMME.replace('at_least = "2 days"', 'at_least = "2 dayz"')
    )
    saved(tmp_path, "patients.toml", PATIENTS.replace('"morning"', '"evening"'))
    saved(tmp_path, "bookings.csv", BOOKINGS.replace("10:03", "25:03"))
    found = check_files([tmp_path, tmp_path / "missing.toml"]).faults
    assert [(fault.source, fault.path) for fault in found] == [
        ("missing.toml", ""),
        ("clinic.toml", "zone"),
        ("quayside.toml", "gaps.doses.at_least"),
        ("patients.toml", "patients.q17.wishes.half_day"),
        ("bookings.csv", "rows.1.start"),
    ]


def test_somebody_who_has_left_is_worth_a_note_and_no_fault(tmp_path: Path) -> None:
    whole(tmp_path)
    saved(tmp_path, "patients.toml", PATIENTS.replace('therapist = "ben"', 'therapist = "zed"'))
    check = check_files([tmp_path])
    assert any("'zed' is no longer, or not yet, at quay" in note for note in check.notes)
    assert all("zed" not in fault.message for fault in check.faults)


READERS: dict[str, tuple[str, Callable[[Path, Clinic, Programme], object]]] = {
    "clinic": (CLINIC, lambda path, _, __: read_clinic(path)),
    "programme": (PROGRAMME, lambda path, _, __: read_programme(path)),
    "based": (
        'format = 1\nname = "ours"\nversion = "1"\nbased_on = "quayside@2027.1"\ngaps.doses = false\n',
        lambda path, _, programme: read_programme(path, [programme]),
    ),
    "patients": (PATIENTS, lambda path, _, programme: read_courses(path, [programme])),
    "bookings": (BOOKINGS, lambda path, clinic, _: read_bookings(path, clinic)),
    "check": (PROGRAMME, lambda path, _, __: check_files([path])),
}

PIECES = st.sampled_from(
    [
        *(
            "",
            "0",
            "-1",
            "99999999999999999999",
            "1.5",
            "nan",
            "true",
            "false",
            '""',
            '"x"',
            "[]",
            "{}",
            "[[1]]",
        ),
        *("{a=1}", "2026-02-30", "2026-12-25", "10:00:00", "2026-12-25T10:00:00Z", "9999-12-31T23:59:59"),
        *("0001-01-01", "=", ",", '"', "'", "[x]", "é", "\x00", "\ufeff", "24:00", "*", "/", "\n", "\t"),
    ]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
@pytest.mark.parametrize("sort", READERS)
def test_a_mutated_file_is_read_or_refused_and_nothing_else(
    tmp_path: Path, clinic: Clinic, programme: Programme, sort: str, data: st.DataObject
) -> None:
    content, read = READERS[sort]
    for _ in range(data.draw(st.integers(1, 3))):
        tokens = content.split(" ")
        place = data.draw(st.integers(0, len(tokens) - 1))
        tokens[place] = data.draw(st.one_of(PIECES, st.sampled_from(tokens)))
        content = " ".join(tokens)
    faults: tuple[Fault, ...] = ()
    try:
        read(saved(tmp_path, "mutated.toml", content.encode()), clinic, programme)
    except InvalidInput as error:
        faults = error.faults
    assert all(fault.source == "mutated.toml" and fault.message for fault in faults)
