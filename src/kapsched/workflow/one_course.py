"""In what order is a course planned? Search, then verify: nothing unverified leaves here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from kapsched.errors import (
    Fault,
    PlannerBug,
    a_moment,
    of_type,
    refuse,
    require_given,
    whole,
)
from kapsched.logs import info
from kapsched.model.clinic import Clinic
from kapsched.model.course import Course
from kapsched.model.plan import Plan, Refusal
from kapsched.planning.course_plan import DEFAULT_STEPS, plan_course
from kapsched.planning.diary import Diary
from kapsched.timeline.zones import instant, wall
from kapsched.verification.checks import verify
from kapsched.verification.report import Report

SOME_STEPS = whole(1, 1_000_000_000)


def find_plan(course: Course, diary: Diary, *, now: datetime, steps: int = DEFAULT_STEPS) -> Plan | Refusal:
    """The best plan for the sessions that a course owes, verified; or why there is none.

    `now` is an aware datetime, from which notice is counted; nothing can be done after it. `steps` bounds the
    search in states expanded, the same on every machine; `proved_through` tells how far the plan is proved
    within them.
    """
    require_given(
        course=(course, of_type(Course)),
        diary=(diary, of_type(Diary)),
        now=(now, a_moment),
        steps=(steps, SOME_STEPS),
    )
    moment = instant(now)
    refuse([*diary.clinic.faults_with(course.programme), *_done_later(course, moment, diary.clinic)])
    found = plan_course(course, diary, moment, steps)
    if isinstance(found, Plan):
        report = verify(found, course, diary.clinic, booked=diary.bookings, now=now, horizon=diary.horizon)
        # What is wrong with pinned appointments alone is as it was found, and stays for a person to mend or accept.
        settled = course.pinned.keys() | course.done.keys()
        ours = [one for one in report.new if not one.sessions or not settled >= {*one.sessions}]
        if ours:
            raise PlannerBug(f"the plan for course {course.id!r} breaks a promise:\n{Report(ours)}")
    _tell(found)
    return found


def _tell(found: Plan | Refusal) -> None:
    """Log what came of a course: ids and counts alone, for a log goes further than its course does."""
    id, steps = found.course.id, found.steps
    if isinstance(found, Plan):
        placed, proof = len(found.appointments), found.proved_through
        info("course %r planned: %d sessions, %d steps, proved through %s", id, placed, steps, proof)
        return
    codes = ", ".join(dict.fromkeys(reason.code for reason in found.reasons))
    info("course %r refused at %s: %s; %d steps, proved: %s", id, found.session, codes, steps, found.proved)


def _done_later(course: Course, now: datetime, clinic: Clinic) -> Iterator[Fault]:
    for session, done in course.done.items():
        if done.start > now:
            begins, shown = (f"{wall(moment, clinic.place):%Y-%m-%d %H:%M}" for moment in (done.start, now))
            message = f"course {course.id!r} has {session} done on {begins}, which is after now, {shown}"
            yield Fault(message, f"done.{session}")
