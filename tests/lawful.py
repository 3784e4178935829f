"""Every door of the front, each with all the arguments it takes and values that it takes for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeAlias

from attrs import evolve

import kapsched as k
from kapsched.timeline.intervals import Interval
from tests.fences import ROOT

Door: TypeAlias = tuple[Callable[..., Any], Mapping[str, Any]]

FILES = ROOT / "examples" / "harbour"
MONDAY, NINE = date(2027, 1, 4), datetime(2027, 1, 4, 9, tzinfo=UTC)
TEN = NINE + timedelta(hours=1)

DAY = k.DaySpan(8 * 60, 18 * 60)
WEEK = k.Week([[DAY]] * 7)
PATTERN = k.Pattern([WEEK])
ABSENCE = k.Absence(first=date(2027, 3, 1), last=date(2027, 3, 5), weekdays=[0], span=DAY, why="leave")
HORIZON = k.Horizon(first_day=MONDAY, days=28)
ROOM = k.Room(id="oak", type="therapy", capacity=2, hours=PATTERN, away=[ABSENCE])
TESS = k.StaffMember(id="tess", roles=["therapist"], hours=PATTERN)
CLINIC = k.Clinic(
    id="quayside", zone="Europe/London", hours=PATTERN, rooms=[ROOM], staff=[TESS], horizon=HORIZON
)
SEGMENT = k.Segment(name="talk", minutes=60, staff=["therapist"], room="therapy")
TALK = k.SessionKind(name="talk", segments=[SEGMENT])
PHASE = k.Phase(name="only", order=["talk"], times=2)
GAP = k.Gap(name="a week", after="talk", before="talk", at_least=k.Days(7))
PROGRAMME = k.Programme(name="short", version="1", kinds=[TALK], phases=[PHASE], rules=[GAP])
OPEN = k.Programme(
    name="goes on",
    version="1",
    kinds=[TALK],
    phases=[k.Phase(name="only", order=["talk"], open=True, book_ahead=1)],
    rules=[GAP],
)
PATIENT = k.Patient(id="q17", wishes=k.Wishes(weekdays=[0]))
ELSEWHERE = k.Elsewhere(course="c18", session="only/talk/1", start=NINE)
DONE = k.Done(start=NINE, staff={"therapist": ["tess"]})
COURSE = k.enrol(PROGRAMME, PATIENT, id="c17", first_day=MONDAY, done={"only/talk/1": DONE})
BOOKING = k.Booking(type="staff", resource="tess", start=NINE, end=TEN, role="therapist")
BOOKINGS = k.Bookings([BOOKING])
DIARY = k.Diary(CLINIC, booked=[BOOKING])
FOUND = k.find_plan(COURSE, DIARY, now=NINE)
assert isinstance(FOUND, k.Plan)
PLAN = k.Plan.of(
    COURSE, [k.Appointment(session="only/talk/2", kind="talk", start=NINE, end=TEN, revised=NINE)]
)
REASON = k.Reason(code="rule", ids=["a week"], first=MONDAY, last=MONDAY)
REFUSAL = k.Refusal(course=COURSE, session="only/talk/2", first=MONDAY, last=MONDAY, reasons=[REASON])
SCHEDULE = k.Schedule(
    clinic="quayside", zone="Europe/London", digest="d", tzdata="t", horizon=HORIZON, now=NINE, plans=[PLAN]
)
WAIVER = k.Waiver(check="gaps_are_kept", sessions=["only/talk/2"], by="amara", at=NINE, why="agreed")
PIN = k.Pin(appointment=PLAN.appointments[0], by="amara", at=NINE)
ALARM = k.Alarm(before=k.Days(1))
ORGANIZER = k.Organizer(address="appointments@example.org", name="Quayside")
FINDING = k.Finding(check="gaps_are_kept", message="a week is not kept")


def by_reader(wording: k.Wording) -> Mapping[str, Mapping[str, str]]:
    """The texts of a wording, a table for each reader."""
    texts: dict[str, dict[str, str]] = {}
    for (reader, key), text in wording.texts.items():
        texts.setdefault(reader, {})[key] = text
    return texts


NOUNS: Mapping[str, Door] = {
    "Absence": (
        k.Absence,
        {"first": MONDAY, "last": MONDAY, "weekdays": [0], "span": DAY, "why": "leave"},
    ),
    "Alarm": (k.Alarm, {"before": k.Days(1), "readers": ["patient"], "kinds": ["talk"]}),
    "Appointment": (
        k.Appointment,
        {
            "session": "only/talk/1",
            "kind": "talk",
            "start": NINE,
            "end": TEN,
            "bookings": [BOOKING],
            "course": "c17",
            "patient": "q17",
            "status": "confirmed",
            "sequence": k.Sequence(),
            "created": NINE,
            "revised": NINE,
            "confirmation": k.Confirmation(by="reception", at=NINE),
            "changed": k.Changed(patient=NINE),
            "notes": "N-4711",
        },
    ),
    "Booking": (
        k.Booking,
        {
            "type": "staff",
            "resource": "tess",
            "start": NINE,
            "end": TEN,
            "exclusive": True,
            "role": "therapist",
            "ref": "c17:only/talk/1",
        },
    ),
    "Bookings": (k.Bookings, {"bookings": [BOOKING]}),
    "Busy": (k.Busy, {"of": k.Resource("staff", "tess")}),
    "BusyTimes": (k.BusyTimes, {"intervals": [Interval(NINE, TEN)], "unread": [k.Fault("is odd", "line 3")]}),
    "CalendarPolicy": (
        k.CalendarPolicy,
        {
            "past": k.Days(90),
            "cancelled_for": k.Days(30),
            "busy": True,
            "opening_hours": True,
            "alarms": [ALARM],
        },
    ),
    "CalendarWeek": (k.CalendarWeek, {}),
    "Changed": (k.Changed, {"patient": NINE, "staff": NINE, "room": NINE, "busy": NINE}),
    "Clinic": (
        k.Clinic,
        {
            "id": "quayside",
            "zone": "Europe/London",
            "hours": PATTERN,
            "rooms": [ROOM],
            "staff": [TESS],
            "pools": [k.Pool(role="therapist", ratio=2)],
            "closed": [ABSENCE],
            "grid": 15,
            "notice": k.Notice(hours=24),
            "horizon": HORIZON,
        },
    ),
    "Confirmation": (k.Confirmation, {"by": "reception", "at": NINE}),
    "Continuity": (
        k.Continuity,
        {"name": "same face", "role": "therapist", "scope": "kinds", "of": "talk", "hard": False},
    ),
    "Cost": (k.Cost, {"wait": 1, "drift": 2, "changes": 3, "wishes": 4, "minutes": 5}),
    "Course": (
        k.Course,
        {
            "id": "c17",
            "patient": PATIENT,
            "programme": OPEN,
            "first_day": MONDAY,
            "done": {"only/talk/1": DONE},
            "book_ahead": 2,
            "waivers": [WAIVER],
            "pins": [PIN],
            "beside": [ELSEWHERE],
        },
    ),
    "DaySpan": (k.DaySpan, {"start": 480, "end": 1080}),
    "Days": (k.Days, {"count": 2}),
    "Diary": (k.Diary, {"clinic": CLINIC, "horizon": HORIZON, "booked": [BOOKING]}),
    "Done": (k.Done, {"start": NINE, "end": TEN, "staff": {"therapist": ["tess"]}, "notes": "N-4711"}),
    "Elsewhere": (k.Elsewhere, {"course": "c18", "session": "only/talk/1", "start": NINE}),
    "Feed": (k.Feed, {"name": "clinic.ics", "content": b"BEGIN:VCALENDAR", "digest": "d"}),
    "Finding": (
        k.Finding,
        {
            "check": "gaps_are_kept",
            "message": "a week is not kept",
            "sessions": ["only/talk/1"],
            "resource": k.Resource("staff", "tess"),
            "new": False,
            "waiver": WAIVER,
        },
    ),
    "Frequency": (
        k.Frequency,
        {
            "name": "weekly",
            "of": "talk",
            "phase": "only",
            "at_least": 0,
            "at_most": 2,
            "per": k.RollingDays(days=7),
            "across": "patient",
        },
    ),
    "Gap": (
        k.Gap,
        {
            "name": "a week",
            "after": "talk",
            "before": "talk",
            "at_least": k.Days(7),
            "at_most": k.Days(9),
            "between": "end-start",
        },
    ),
    "Holidays": (
        k.Holidays,
        {"days": {MONDAY: "New Year"}, "unread": [k.Fault("left out", "entry 2", line=9)]},
    ),
    "Horizon": (k.Horizon, {"first_day": MONDAY, "days": 28}),
    "Hours": (k.Hours, {"count": 48}),
    "OpenDays": (k.OpenDays, {"count": 2}),
    "Notice": (k.Notice, {"hours": 24, "open_days": 1}),
    "Message": (
        k.Message,
        {
            "recipient": k.Resource("patient", "q17"),
            "address": "q17@example.org",
            "method": "REQUEST",
            "name": "messages/a.ics",
            "content": b"BEGIN:VCALENDAR",
        },
    ),
    "Oddity": (
        k.Oddity,
        {
            "code": "twice",
            "resource": k.Resource("staff", "tess"),
            "count": 2,
            "first": MONDAY,
            "last": MONDAY,
            "sentence": "staff tess: 2 rows at the same time as others",
            "lines": [4, 7],
        },
    ),
    "Offset": (
        k.Offset,
        {
            "name": "next day",
            "of": "talk",
            "anchor": "dosing",
            "earliest": k.Days(1),
            "latest": k.Days(3),
            "ideal": k.Days(2),
            "within": k.Hours(72),
            "between": "start-start",
        },
    ),
    "Organizer": (k.Organizer, {"address": "appointments@example.org", "name": "Quayside"}),
    "Patient": (
        k.Patient,
        {
            "id": "q17",
            "name": "Mira Invented",
            "language": "cy",
            "hours": PATTERN,
            "away": [ABSENCE],
            "excludes": ["ben"],
            "wishes": k.Wishes(weekdays=[0]),
        },
    ),
    "Pattern": (k.Pattern, {"weeks": [WEEK], "first_monday": MONDAY}),
    "Phase": (k.Phase, {"name": "only", "order": ["talk"], "times": 1, "open": True, "book_ahead": 4}),
    "Pin": (k.Pin, {"appointment": PLAN.appointments[0], "by": "amara", "at": NINE, "why": "the train"}),
    "Plan": (
        k.Plan,
        {
            "course": COURSE,
            "appointments": PLAN.appointments,
            "cost": k.Cost(wait=1, drift=2, changes=3, wishes=4, minutes=5),
            "proved_through": "days",
            "steps": 12,
        },
    ),
    "Pool": (k.Pool, {"role": "nurse", "ratio": 4}),
    "Programme": (
        k.Programme,
        {
            "name": "short",
            "version": "1",
            "kinds": [TALK],
            "phases": [PHASE],
            "rules": [GAP],
            "target": "only/talk/1",
        },
    ),
    "Reason": (
        k.Reason,
        {"code": "rule", "ids": ["a week"], "dates": [MONDAY], "first": MONDAY, "last": MONDAY},
    ),
    "Refusal": (
        k.Refusal,
        {
            "course": COURSE,
            "session": "only/talk/2",
            "first": MONDAY,
            "last": MONDAY,
            "reasons": [REASON],
            "proved": False,
            "steps": 12,
        },
    ),
    "Report": (k.Report, {"findings": [FINDING]}),
    "RollingDays": (k.RollingDays, {"days": 7}),
    "Room": (
        k.Room,
        {"id": "oak", "type": "therapy", "capacity": 2, "hours": PATTERN, "away": [ABSENCE]},
    ),
    "Rows": (k.Rows, {"taken": [BOOKING], "freed": []}),
    "Schedule": (
        k.Schedule,
        {
            "clinic": "quayside",
            "zone": "Europe/London",
            "digest": "d",
            "tzdata": "t",
            "horizon": HORIZON,
            "now": NINE,
            "revision": 2,
            "plans": [PLAN],
            "refusals": [REFUSAL],
            "withdrawn": [evolve(PLAN.appointments[0], status="cancelled")],
        },
    ),
    "Segment": (
        k.Segment,
        {
            "name": "talk",
            "minutes": 60,
            "staff": ["therapist"],
            "room": "therapy",
            "shares": ["therapy"],
            "pools": ["therapist"],
            "turnaround": 15,
            "tail": 5,
        },
    ),
    "Sequence": (k.Sequence, {"patient": 1, "staff": 2, "room": 3, "busy": 1}),
    "Session": (k.Session, {"phase": "only", "kind": TALK, "number": 1}),
    "SessionKind": (k.SessionKind, {"name": "talk", "segments": [SEGMENT], "handover": ["therapist"]}),
    "Span": (k.Span, {"name": "in a month", "of": "talk", "at_most": k.Days(28)}),
    "StaffMember": (
        k.StaffMember,
        {
            "id": "tess",
            "roles": ["therapist"],
            "hours": PATTERN,
            "breaks": PATTERN,
            "away": [ABSENCE],
            "capacity": 2,
            "name": "Tess Invented",
        },
    ),
    "TableForm": (
        k.TableForm,
        {
            "columns": {"room": "Room", "staff": ["Lead", "Second"], "start": "Begins", "minutes": "Length"},
            "separator": ";",
            "quote": "'",
            "encoding": "cp1252",
            "dates": "day first",
            "words": {"room": {"Room 2": "oak"}},
            "leave_out": {"Status": ["Cancelled"]},
            "joined_by": "/",
            "shares": ["oak"],
        },
    ),
    "TreatmentWeek": (k.TreatmentWeek, {"anchor": "only/talk/1"}),
    "Waiver": (
        k.Waiver,
        {
            "check": "gaps_are_kept",
            "sessions": ["only/talk/1", "only/talk/2"],
            "by": "amara",
            "at": NINE,
            "why": "agreed",
        },
    ),
    "Week": (k.Week, {"days": [[DAY]] * 7}),
    "Wishes": (
        k.Wishes,
        {"weekdays": [0], "half_day": "morning", "staff": ["tess"], "time": time(9, 30)},
    ),
    "Wording": (k.Wording, {"language": "en", "texts": dict(k.ENGLISH.texts)}),
}
"""Constructors: what comes of each is a value."""

CALLS: Mapping[str, Door] = {
    "Appointment.of": (
        k.Appointment.of,
        {
            "course": COURSE,
            "session": "only/talk/2",
            "start": NINE,
            "staff": {"therapist": "tess"},
            "rooms": {"therapy": ["oak"]},
            "status": "confirmed",
            "now": NINE,
        },
    ),
    "Bookings.changed": (BOOKINGS.changed, {"add": [BOOKING], "remove": [BOOKING]}),
    "Diary.book": (DIARY.book, {"plan": PLAN}),
    "Diary.release": (DIARY.book(FOUND).release, {"plan": FOUND}),
    "Diary.with_bookings": (DIARY.with_bookings, {"add": [BOOKING], "remove": [BOOKING]}),
    "Plan.of": (k.Plan.of, {"course": COURSE, "appointments": PLAN.appointments}),
    "Refusal.sentences": (REFUSAL.sentences, {"audience": "patient", "wording": k.WELSH}),
    "Rows.between": (k.Rows.between, {"before": [BOOKING], "after": [BOOKING, BOOKING]}),
    "Schedule.rows_since": (SCHEDULE.rows_since, {"before": SCHEDULE}),
    "Wording.of": (k.Wording.of, {"language": "en", **by_reader(k.ENGLISH)}),
    "Week.of": (k.Week.of, {"mon": [(480, 1080)], "tue": [[480, 1080]]}),
    "clinic_digest": (k.clinic_digest, {"clinic": CLINIC}),
    "confirm": (k.confirm, {"plan": PLAN, "sessions": ["only/talk/2"], "by": "reception", "at": NINE}),
    "enrol": (
        k.enrol,
        {
            "programme": OPEN,
            "patient": PATIENT,
            "id": "c17",
            "first_day": MONDAY,
            "done": {"only/talk/1": DONE},
            "book_ahead": date(2027, 3, 1),
            "waivers": [WAIVER],
            "pins": [PIN],
            "beside": [ELSEWHERE],
        },
    ),
    "feeds": (
        k.feeds,
        {
            "schedule": SCHEDULE,
            "audiences": ["clinic"],
            "uid_key": b"key",
            "wording": k.ENGLISH,
            "wordings": [k.WELSH],
            "past": k.Days(90),
            "cancelled_for": k.Days(30),
            "also": [k.Resource("staff", "tess")],
            "alarms": [ALARM],
        },
    ),
    "find_plan": (k.find_plan, {"course": COURSE, "diary": DIARY, "now": NINE, "steps": 1000}),
    "from_document": (k.from_document, {"text": k.to_document(SCHEDULE)}),
    "holiday_lines": (
        k.holiday_lines,
        {"days": {MONDAY: "New Year"}, "name": "GB-ENG", "note": "Copied by hand"},
    ),
    "load_preset": (k.load_preset, {"name": "iv-six@1"}),
    "messages": (
        k.messages,
        {
            "schedule": SCHEDULE,
            "before": SCHEDULE,
            "organizer": ORGANIZER,
            "addresses": {k.Resource("patient", "q17"): "q17@example.org"},
            "uid_key": b"key",
            "wording": k.ENGLISH,
            "wordings": [k.WELSH],
            "alarms": [ALARM],
        },
    ),
    "odd_bookings": (k.odd_bookings, {"booked": [BOOKING], "clinic": CLINIC}),
    "opening_hours": (k.opening_hours, {"clinic": CLINIC, "uid_key": b"key"}),
    "pin": (
        k.pin,
        {"plan": PLAN, "sessions": ["only/talk/2"], "by": "amara", "at": NINE, "why": "the train"},
    ),
    "plan_courses": (
        k.plan_courses,
        {
            "courses": [COURSE],
            "diary": DIARY,
            "now": NINE,
            "digest": "d",
            "kept": SCHEDULE,
            "steps": 1000,
            "progress": print,
        },
    ),
    "read_bookings": (
        k.read_bookings,
        {"path": FILES / "bookings.csv", "clinic": CLINIC, "form": k.TableForm()},
    ),
    "read_busy": (
        k.read_busy,
        {
            "ics": k.to_ics([], audience="clinic", uid_key=b"key"),
            "zone": "Europe/London",
            "first": MONDAY,
            "last": MONDAY,
            "uid_key": b"key",
        },
    ),
    "read_calendars": (k.read_calendars, {"path": ROOT / "tests" / "formats" / "calendars-1.toml"}),
    "read_clinic": (k.read_clinic, {"path": FILES / "clinic.toml"}),
    "read_courses": (
        k.read_courses,
        {
            "path": FILES / "patients.toml",
            "programmes": [
                k.read_programme(FILES / "programmes" / f"harbour-{name}.toml") for name in ("long", "weekly")
            ],
        },
    ),
    "read_done": (
        k.read_done,
        {
            "path": FILES / "bookings.csv",
            "courses": [COURSE],
            "clinic": CLINIC,
            "form": k.TableForm(
                columns={"patient": "ref", "kind": "type", "start": "start"}, leave_out={"exclusive": "true"}
            ),
        },
    ),
    "read_holidays": (
        k.read_holidays,
        {"ics": b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "years": [2027]},
    ),
    "read_programme": (
        k.read_programme,
        {"path": FILES / "programmes" / "harbour-long.toml", "programmes": [PROGRAMME]},
    ),
    "read_wording": (k.read_wording, {"path": ROOT / "tests" / "formats" / "wording-1.toml"}),
    "succeeding": (k.succeeding, {"schedule": SCHEDULE, "before": SCHEDULE}),
    "with_plan": (k.with_plan, {"schedule": SCHEDULE, "plan": PLAN, "now": TEN}),
    "to_document": (k.to_document, {"schedule": SCHEDULE}),
    "to_ics": (
        k.to_ics,
        {
            "appointments": PLAN.appointments,
            "audience": "patient",
            "uid_key": b"key",
            "wording": k.ENGLISH,
            "alarms": [ALARM],
            "courses": [COURSE],
        },
    ),
    "transfer": (
        k.transfer,
        {"course": COURSE, "programme": PROGRAMME, "appointments": PLAN.appointments},
    ),
    "verify": (
        k.verify,
        {
            "plan_or_appointments": PLAN,
            "course": COURSE,
            "clinic": CLINIC,
            "booked": [BOOKING],
            "now": NINE,
            "horizon": HORIZON,
        },
    ),
}
"""Functions, and the methods that take what callers bring."""
