"""Book a whole course of treatment, or learn exactly why it cannot be booked."""

import importlib
import typing

# Every room stands behind a door that opens when it is first asked for, so that importing kapsched costs nothing that
# is not used. Checkers read the same names from the imports; a test holds both lists to each other.
if typing.TYPE_CHECKING:
    from kapsched.errors import Clash, Fault, InvalidInput, KapschedError, PlannerBug
    from kapsched.exchange.booking_files import read_bookings
    from kapsched.exchange.calendars.alarms import Alarm
    from kapsched.exchange.calendars.audiences import Busy
    from kapsched.exchange.calendars.feeds import Feed, feeds
    from kapsched.exchange.calendars.ics import to_ics
    from kapsched.exchange.calendars.ics_hours import opening_hours
    from kapsched.exchange.calendars.mail_addresses import Organizer
    from kapsched.exchange.calendars.messages import Message, messages
    from kapsched.exchange.calendars.policy import CalendarPolicy
    from kapsched.exchange.calendars.policy_files import read_calendars
    from kapsched.exchange.clinic_files import read_clinic
    from kapsched.exchange.done_files import read_done
    from kapsched.exchange.foreign.busy_times import BusyTimes, read_busy
    from kapsched.exchange.foreign.ics_holidays import Holidays, read_holidays
    from kapsched.exchange.holiday_lines import holiday_lines
    from kapsched.exchange.oddities import Oddity, odd_bookings
    from kapsched.exchange.patient_files import read_courses
    from kapsched.exchange.programme_files import load_preset, read_programme
    from kapsched.exchange.schedule_documents import clinic_digest, from_document, to_document
    from kapsched.exchange.table_forms import TableForm
    from kapsched.exchange.wording_files import read_wording
    from kapsched.model.appointments import Appointment, Changed, Confirmation, Sequence
    from kapsched.model.bookings import Booking, Bookings, Resource, Rows
    from kapsched.model.clinic import Clinic, Horizon, Notice, Pool, Room, StaffMember
    from kapsched.model.course import Course, Done, Patient, Wishes, enrol
    from kapsched.model.decisions import confirm, pin
    from kapsched.model.elsewhere import Elsewhere
    from kapsched.model.overrides import Pin, Waiver
    from kapsched.model.periods import CalendarWeek, RollingDays, TreatmentWeek
    from kapsched.model.phases import Phase
    from kapsched.model.plan import Cost, Plan, Refusal, Schedule
    from kapsched.model.programme import Programme, Segment, Session, SessionKind
    from kapsched.model.reasons import Reason
    from kapsched.model.revisions import succeeding, with_plan
    from kapsched.model.rules import Continuity, Frequency, Gap, Offset, Span
    from kapsched.model.versions import transfer
    from kapsched.model.wording import Wording
    from kapsched.model.wordings.english import ENGLISH
    from kapsched.model.wordings.german import GERMAN
    from kapsched.model.wordings.shipped import WORDINGS
    from kapsched.model.wordings.welsh import WELSH
    from kapsched.planning.course_plan import DEFAULT_STEPS
    from kapsched.planning.diary import Diary
    from kapsched.timeline.recurrence import Absence, DaySpan, Pattern, Week
    from kapsched.timeline.units import Days, Hours, OpenDays
    from kapsched.verification.checks import verify
    from kapsched.verification.report import Finding, Report
    from kapsched.workflow.many_courses import plan_courses
    from kapsched.workflow.one_course import find_plan
else:
    _ROOMS = {
        "errors": "Clash Fault InvalidInput KapschedError PlannerBug",
        "exchange.calendars.alarms": "Alarm",
        "exchange.calendars.audiences": "Busy",
        "exchange.booking_files": "read_bookings",
        "exchange.foreign.busy_times": "BusyTimes read_busy",
        "exchange.calendars.policy_files": "read_calendars",
        "exchange.calendars.policy": "CalendarPolicy",
        "exchange.clinic_files": "read_clinic",
        "exchange.done_files": "read_done",
        "exchange.calendars.feeds": "Feed feeds",
        "exchange.holiday_lines": "holiday_lines",
        "exchange.calendars.ics": "to_ics",
        "exchange.foreign.ics_holidays": "Holidays read_holidays",
        "exchange.calendars.mail_addresses": "Organizer",
        "exchange.calendars.messages": "Message messages",
        "exchange.calendars.ics_hours": "opening_hours",
        "exchange.oddities": "Oddity odd_bookings",
        "exchange.patient_files": "read_courses",
        "exchange.programme_files": "load_preset read_programme",
        "exchange.schedule_documents": "clinic_digest from_document to_document",
        "exchange.table_forms": "TableForm",
        "exchange.wording_files": "read_wording",
        "model.bookings": "Booking Bookings Resource Rows",
        "model.clinic": "Clinic Horizon Notice Pool Room StaffMember",
        "model.course": "Course Done Patient Wishes enrol",
        "model.decisions": "confirm pin",
        "model.elsewhere": "Elsewhere",
        "model.overrides": "Pin Waiver",
        "model.phases": "Phase",
        "model.appointments": "Appointment Changed Confirmation Sequence",
        "model.plan": "Cost Plan Refusal Schedule",
        "model.programme": "Programme Segment Session SessionKind",
        "model.periods": "CalendarWeek RollingDays TreatmentWeek",
        "model.reasons": "Reason",
        "model.revisions": "succeeding with_plan",
        "model.rules": "Continuity Frequency Gap Offset Span",
        "model.versions": "transfer",
        "model.wording": "Wording",
        "model.wordings.english": "ENGLISH",
        "model.wordings.german": "GERMAN",
        "model.wordings.shipped": "WORDINGS",
        "model.wordings.welsh": "WELSH",
        "planning.course_plan": "DEFAULT_STEPS",
        "planning.diary": "Diary",
        "timeline.recurrence": "Absence DaySpan Pattern Week",
        "timeline.units": "Days Hours OpenDays",
        "verification.checks": "verify",
        "verification.report": "Finding Report",
        "workflow.many_courses": "plan_courses",
        "workflow.one_course": "find_plan",
    }
    _DOORS = {name: room for room, names in _ROOMS.items() for name in names.split()}

    def __getattr__(name):
        if name not in _DOORS:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
        found = getattr(importlib.import_module(f"kapsched.{_DOORS[name]}"), name)
        globals()[name] = found  # from now on without asking
        return found

    def __dir__():
        return sorted({*globals(), *_DOORS})


__all__ = [
    "DEFAULT_STEPS",
    "ENGLISH",
    "GERMAN",
    "WELSH",
    "WORDINGS",
    "Absence",
    "Alarm",
    "Appointment",
    "Booking",
    "Bookings",
    "Busy",
    "BusyTimes",
    "CalendarPolicy",
    "CalendarWeek",
    "Changed",
    "Clash",
    "Clinic",
    "Confirmation",
    "Continuity",
    "Cost",
    "Course",
    "DaySpan",
    "Days",
    "Diary",
    "Done",
    "Elsewhere",
    "Fault",
    "Feed",
    "Finding",
    "Frequency",
    "Gap",
    "Holidays",
    "Horizon",
    "Hours",
    "InvalidInput",
    "KapschedError",
    "Message",
    "Notice",
    "Oddity",
    "Offset",
    "OpenDays",
    "Organizer",
    "Patient",
    "Pattern",
    "Phase",
    "Pin",
    "Plan",
    "PlannerBug",
    "Pool",
    "Programme",
    "Reason",
    "Refusal",
    "Report",
    "Resource",
    "RollingDays",
    "Room",
    "Rows",
    "Schedule",
    "Segment",
    "Sequence",
    "Session",
    "SessionKind",
    "Span",
    "StaffMember",
    "TableForm",
    "TreatmentWeek",
    "Waiver",
    "Week",
    "Wishes",
    "Wording",
    "clinic_digest",
    "confirm",
    "enrol",
    "feeds",
    "find_plan",
    "from_document",
    "holiday_lines",
    "load_preset",
    "messages",
    "odd_bookings",
    "opening_hours",
    "pin",
    "plan_courses",
    "read_bookings",
    "read_busy",
    "read_calendars",
    "read_clinic",
    "read_courses",
    "read_done",
    "read_holidays",
    "read_programme",
    "read_wording",
    "succeeding",
    "to_document",
    "to_ics",
    "transfer",
    "verify",
    "with_plan",
]
