"""Which courses might a clinic be asked for? Patients, and what they have begun already."""

from __future__ import annotations

from datetime import time
from typing import Literal

from hypothesis import strategies as st

from kapsched.model.clinic import Clinic
from kapsched.model.course import Course, Done, Patient, Wishes, enrol
from kapsched.model.programme import Programme
from kapsched.testing.clinic_strategies import Frame, among, clinics, frame_of, leave, own_hours
from kapsched.testing.programme_strategies import programmes as any_programmes
from kapsched.testing.rule_strategies import elsewhere
from kapsched.timeline.recurrence import Absence, Pattern
from kapsched.timeline.zones import at


def some_patient(draw: st.DrawFn, clinic: Clinic, id: str) -> Patient:
    """One who can come at any time, or at some, and who would like this or that."""
    frame = frame_of(clinic)
    hours: Pattern | None = None
    away: tuple[Absence, ...] = ()
    wishes = Wishes()
    unlike = draw(among((), (), ("wishes",), ("hours",), ("leave",), ("hours", "leave", "wishes")))
    if "hours" in unlike:
        hours = draw(among(*own_hours(frame.opens, frame.closes)))
    if "leave" in unlike:
        away = leave(draw, frame)
    if "wishes" in unlike:
        wishes = _some_wishes(draw, clinic, frame)
    # Only those are excluded for whom there is somebody else.
    others = (one.id for one in clinic.staff if all(len(clinic.staff_of(role)) > 1 for role in one.roles))
    excludes = draw(among((), (), (), *((id,) for id in others)))
    language = draw(among("", "", "cy", "de-AT", "pt-BR"))
    return Patient(id=id, language=language, hours=hours, away=away, excludes=excludes, wishes=wishes)


def _some_wishes(draw: st.DrawFn, clinic: Clinic, frame: Frame) -> Wishes:
    half_day: Literal["morning", "afternoon"] | None = draw(among(None, None, "morning", "afternoon"))
    minute = min(frame.opens + 75, frame.closes - 1)
    return Wishes(
        weekdays=draw(among((), (0, 3), (4,))),
        half_day=half_day,
        staff=draw(among((), *((one.id,) for one in clinic.staff))),
        time=draw(among(None, time(minute // 60, minute % 60))),
    )


@st.composite
def courses(
    draw: st.DrawFn,
    clinic: Clinic | None = None,
    programmes: st.SearchStrategy[Programme] | None = None,
    *,
    number: int = 1,
) -> Course:
    """Courses of `programmes`, or of any that `clinic` can hold; some are half way, some cannot be booked.

    They begin in the clinic's horizon, and what is done of them was done in the fortnight before it. `number` tells
    the courses of one desk apart.
    """
    there = draw(clinics()) if clinic is None else clinic
    programme = draw(any_programmes(there) if programmes is None else programmes)
    frame = frame_of(there)
    done = {}
    for session in programme.sessions[:-1][: draw(among(0, 0, 0, 1))]:  # something is owed
        day = frame.at(draw(among(-1, -2, -7, -14)))
        people = {
            role: [one.id for one in there.staff_of(role)[:most]]
            for role, most in session.kind.roles().items()
        }
        done[session.id] = Done(
            start=at(day, frame.opens, there.place), staff=people, notes=draw(among("", "n1"))
        )
    return enrol(
        programme,
        some_patient(draw, there, f"q{number}"),
        id=f"c{number}",
        first_day=frame.at(draw(among(*range(min(4, frame.days))))),
        done=done,
        beside=elsewhere(draw, programme.sessions, [at(frame.at(0), frame.opens, there.place)]),
    )
