"""Book a whole course of treatment, or learn exactly why it cannot be booked."""

import importlib
import typing

from kapsched.errors import Clash, Fault, InvalidInput, KapschedError, PlannerBug
from kapsched.model.bookings import Booking, Bookings, Resource
from kapsched.model.clinic import Clinic, Horizon, Notice, Room, StaffMember
from kapsched.model.course import Course, Done, Patient, Wishes, enrol
from kapsched.model.plan import Appointment, Cost, Plan, Reason, Refusal, Schedule, Sequence
from kapsched.model.programme import Phase, Programme, Segment, Session, SessionKind
from kapsched.model.rules import CalendarWeek, Continuity, Frequency, Gap, Offset, RollingDays, Span
from kapsched.planning.course_plan import DEFAULT_STEPS
from kapsched.planning.diary import Diary
from kapsched.timeline.recurrence import Absence, DaySpan, Pattern, Week
from kapsched.timeline.units import Days, Hours, OpenDays
from kapsched.verification.checks import verify
from kapsched.verification.report import Finding, Report
from kapsched.workflow import find_plan

# What reads and writes files stands behind doors that open when first asked for: importing kapsched is quick.
if typing.TYPE_CHECKING:
    from kapsched.exchange.booking_files import read_bookings
    from kapsched.exchange.clinic_files import read_clinic
    from kapsched.exchange.feeds import Feed, feeds
    from kapsched.exchange.ics import to_ics
    from kapsched.exchange.patient_files import read_courses
    from kapsched.exchange.programme_files import load_preset, read_programme
    from kapsched.exchange.schedule_documents import from_document, to_document
    from kapsched.exchange.wording import ENGLISH, Wording
else:
    _DOORS = {
        "ENGLISH": "wording",
        "Feed": "feeds",
        "Wording": "wording",
        "feeds": "feeds",
        "from_document": "schedule_documents",
        "load_preset": "programme_files",
        "read_bookings": "booking_files",
        "read_clinic": "clinic_files",
        "read_courses": "patient_files",
        "read_programme": "programme_files",
        "to_document": "schedule_documents",
        "to_ics": "ics",
    }

    def __getattr__(name):
        if name not in _DOORS:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
        found = getattr(importlib.import_module(f"kapsched.exchange.{_DOORS[name]}"), name)
        globals()[name] = found  # from now on without asking
        return found

    def __dir__():
        return sorted({*globals(), *_DOORS})


__all__ = [
    "DEFAULT_STEPS",
    "ENGLISH",
    "Absence",
    "Appointment",
    "Booking",
    "Bookings",
    "CalendarWeek",
    "Clash",
    "Clinic",
    "Continuity",
    "Cost",
    "Course",
    "DaySpan",
    "Days",
    "Diary",
    "Done",
    "Fault",
    "Feed",
    "Finding",
    "Frequency",
    "Gap",
    "Horizon",
    "Hours",
    "InvalidInput",
    "KapschedError",
    "Notice",
    "Offset",
    "OpenDays",
    "Patient",
    "Pattern",
    "Phase",
    "Plan",
    "PlannerBug",
    "Programme",
    "Reason",
    "Refusal",
    "Report",
    "Resource",
    "RollingDays",
    "Room",
    "Schedule",
    "Segment",
    "Sequence",
    "Session",
    "SessionKind",
    "Span",
    "StaffMember",
    "Week",
    "Wishes",
    "Wording",
    "enrol",
    "feeds",
    "find_plan",
    "from_document",
    "load_preset",
    "read_bookings",
    "read_clinic",
    "read_courses",
    "read_programme",
    "to_document",
    "to_ics",
    "verify",
]
