"""What was booked, or why it was not? Plans, refusals and the schedule that holds them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Literal, TypeAlias, TypeVar, get_args

from attrs import evolve, field, frozen

from kapsched.errors import (
    MOST,
    Fault,
    InvalidInput,
    Several,
    a_date,
    a_moment,
    each,
    flag,
    identifier,
    of_type,
    one_of,
    optional,
    refuse,
    require,
    require_given,
    text,
    whole,
)
from kapsched.model.appointments import Appointment, a_session
from kapsched.model.bookings import Booking, Rows
from kapsched.model.clinic import Horizon
from kapsched.model.course import Course
from kapsched.model.elsewhere import Elsewhere
from kapsched.model.mappings import FrozenMapping
from kapsched.model.reasons import Audience, Reason, sentences
from kapsched.model.rules import Frequency
from kapsched.model.wording import Wording
from kapsched.model.wordings.english import ENGLISH
from kapsched.timeline.zones import instant

Proof: TypeAlias = Literal["none", "days", "changes", "wishes", "minutes", "all"]
PROOFS: tuple[Proof, ...] = get_args(Proof)

_A_PROOF = one_of(PROOFS)
_AN_AUDIENCE = one_of(get_args(Audience))
_A_NUMBER = whole(-MOST, MOST)
_A_COUNT = whole(0, MOST)
_PERHAPS_A_DATE = optional(a_date)


@frozen(kw_only=True)
class Cost:
    """What a plan costs, in the order in which it matters; `docs/explanation/definitions.md` counts each.

    `wait` and `drift` in days, `changes` in people, `wishes` in broken ones, `minutes` in minutes of the day.
    """

    wait: int
    drift: int
    changes: int
    wishes: int
    minutes: int

    def __attrs_post_init__(self) -> None:
        checks = dict.fromkeys(("wait", "drift", "changes", "wishes", "minutes"), _A_NUMBER)
        require(self, **checks)

    @property
    def days(self) -> int:
        """The first aim: wait and drift together."""
        return self.wait + self.drift

    @property
    def aims(self) -> tuple[int, int, int, int]:
        """The vector that plans compare by, first difference first."""
        return self.days, self.changes, self.wishes, self.minutes


@frozen(kw_only=True)
class Plan:
    """One course's appointments, in programme order, with their cost and how far it is proved the least."""

    course: Course
    appointments: tuple[Appointment, ...] = field(converter=Several[Appointment])
    cost: Cost | None = None
    proved_through: Proof = "none"
    steps: int = field(default=0, eq=False)

    def __attrs_post_init__(self) -> None:
        require(
            self,
            course=of_type(Course),
            appointments=each(of_type(Appointment)),
            cost=optional(of_type(Cost)),
            proved_through=_A_PROOF,
            steps=_A_COUNT,
        )

    @classmethod
    def of(cls, course: Course, appointments: Iterable[Appointment]) -> Plan:
        """A plan made by hand: in programme order, labelled with its course, nothing proved."""
        given = Several(appointments)
        require_given(course=(course, of_type(Course)), appointments=(given, each(of_type(Appointment))))
        places = {session.id: place for place, session in enumerate(course.planned.sessions)}
        labelled = (evolve(one, course=course.id, patient=course.patient.id) for one in given)
        ordered = sorted(labelled, key=lambda one: (places.get(one.session, len(places)), instant(one.start)))
        return cls(course=course, appointments=ordered)

    @property
    def bookings(self) -> tuple[Booking, ...]:
        """Every booking of the plan in UTC, sorted by resource and start; `ref` is the appointment's id."""
        rows = (
            evolve(row, ref=one.id)
            for one in self.appointments
            if one.status != "cancelled"
            for row in one.bookings
        )
        return tuple(sorted(rows))

    @property
    def elsewhere(self) -> tuple[Elsewhere, ...]:
        """What another course of the patient's has beside it: each session of this one that is done or booked."""
        course, known = self.course, self.course.planned.by_id
        booked = {
            one.session: Elsewhere(course=course.id, session=one.session, start=one.start)
            for one in self.appointments
            if one.status != "cancelled" and one.session in known
        }
        # What took place goes before what was booked for it.
        return tuple({**booked, **{one.session: one for one in course.elsewhere}}.values())


@frozen(kw_only=True)
class Refusal:
    """Why a course has no plan: the first session that cannot be placed, its window and what is in the way.

    `session` is None where the rules alone, or the rules and the horizon, leave no dates. `proved` is False
    only where the budget of steps ran out before a plan was found.
    """

    course: Course
    session: str | None
    first: date | None = None
    last: date | None = None
    reasons: tuple[Reason, ...] = field(default=(), converter=Several[Reason])
    proved: bool = True
    steps: int = field(default=0, eq=False)

    def __attrs_post_init__(self) -> None:
        require(
            self,
            course=of_type(Course),
            session=optional(a_session),
            first=_PERHAPS_A_DATE,
            last=_PERHAPS_A_DATE,
            reasons=each(of_type(Reason)),
            proved=flag,
            steps=_A_COUNT,
        )

    def sentences(self, audience: Audience = "desk", wording: Wording = ENGLISH) -> tuple[str, ...]:
        """The reasons in plain words, one sentence each.

        A `"patient"` reads on which dates nothing is to be had, and not of whom or what that is.
        """
        require_given(audience=(audience, _AN_AUDIENCE), wording=(wording, of_type(Wording)))
        rules = self.course.programme.rules
        shared = [one.name for one in rules if isinstance(one, Frequency) and one.across == "patient"]
        return sentences(self.reasons, self.course.first_day, audience, wording, shared)


Outcome = TypeVar("Outcome", Plan, Refusal)


def _forgetting(course: str, one: Outcome) -> Outcome:
    """A plan or refusal whose own course says nothing of another."""
    beside = [other for other in one.course.beside if other.course != course]
    return (
        evolve(one, course=evolve(one.course, beside=beside)) if len(beside) < len(one.course.beside) else one
    )


@frozen(kw_only=True)
class Schedule:
    """All plans and refusals of one clinic; what a document holds.

    `clinic`, `zone` and `digest` name the clinic they were made for, `tzdata` the time zone rules; `revision`
    counts the versions of this schedule and `now` is when this one was made. `withdrawn` holds, as cancelled, the
    last form of each appointment that a version before took from somebody, so that calendars can tell them; without a
    patient where it is none of the patient's business any more.
    """

    clinic: str
    zone: str
    digest: str
    tzdata: str
    horizon: Horizon
    now: datetime
    revision: int = 1
    plans: tuple[Plan, ...] = field(default=(), converter=Several[Plan])
    refusals: tuple[Refusal, ...] = field(default=(), converter=Several[Refusal])
    withdrawn: tuple[Appointment, ...] = field(default=(), converter=Several[Appointment])

    def __attrs_post_init__(self) -> None:
        require(
            self,
            clinic=identifier,
            zone=identifier,
            digest=text,
            tzdata=text,
            horizon=of_type(Horizon),
            now=a_moment,
            revision=whole(1, MOST),
            plans=each(of_type(Plan)),
            refusals=each(of_type(Refusal)),
            withdrawn=each(of_type(Appointment)),
        )
        refuse(
            Fault(
                f"what is withdrawn is cancelled; this appointment is {one.status}",
                f"withdrawn.{place}.status",
            )
            for place, one in enumerate(self.withdrawn)
            if one.status != "cancelled"
        )
        refuse(
            Fault("there are two plans of this course; a course has one", f"plans.{id}")
            for id, count in Counter(plan.course.id for plan in self.plans).items()
            if count > 1
        )

    def without(self, course: str) -> Schedule:
        """The schedule with a course erased: its plan or refusal, and with it the patient who has no other.

        What is left keeps its revision and its stamps. Nobody is told: what is still to come is better cancelled
        before.
        """
        require_given(course=(course, identifier))
        if course not in self.patients_of:
            raise InvalidInput(f"there is no course {course!r} in this schedule", path="course")
        plans = [_forgetting(course, one) for one in self.plans if one.course.id != course]
        refusals = [_forgetting(course, one) for one in self.refusals if one.course.id != course]
        staying = {one.course.patient.id for one in plans} | {one.course.patient.id for one in refusals}
        patients = self.patients_of[course] - staying
        courses = {id for id, owners in self.patients_of.items() if owners and owners <= patients}
        withdrawn = [
            one
            for one in self.withdrawn
            if one.course not in {course, *courses} and one.patient not in patients
        ]
        return evolve(self, plans=plans, refusals=refusals, withdrawn=withdrawn)

    @property
    def patients_of(self) -> Mapping[str, frozenset[str]]:
        """Whose each course is, or was before it was withdrawn; two where a patient was put right."""
        owners: dict[str, set[str]] = {}
        courses = [one.course for one in self.plans] + [one.course for one in self.refusals]
        for course in courses:
            owners.setdefault(course.id, set()).add(course.patient.id)
        for one in self.withdrawn:
            owners.setdefault(one.course, set()).update({one.patient} - {""})
        return FrozenMapping({course: frozenset(patients) for course, patients in owners.items()})

    @property
    def bookings(self) -> tuple[Booking, ...]:
        """Every booking of every plan, sorted by resource and start."""
        return tuple(sorted(row for plan in self.plans for row in plan.bookings))

    def rows_since(self, before: Schedule | None) -> Rows:
        """The bookings taken and freed since an earlier schedule; since none at all, everything is taken."""
        require_given(before=(before, optional(of_type(Schedule))))
        return Rows.between(() if before is None else before.bookings, self.bookings)
