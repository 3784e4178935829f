"""Which courses can certainly be booked? Visits are placed one after another, and rules drawn that they keep."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from attrs import evolve, frozen
from hypothesis import reject
from hypothesis import strategies as st

from kapsched.model.appointments import Appointment
from kapsched.model.bookings import Booking
from kapsched.model.clinic import Clinic
from kapsched.model.course import Course, Done, Patient, enrol
from kapsched.model.elsewhere import Elsewhere
from kapsched.model.plan import Plan
from kapsched.model.programme import Programme
from kapsched.model.rules import Gap
from kapsched.testing.clinic_strategies import among
from kapsched.testing.placing import Visit, first_visit
from kapsched.testing.programme_strategies import Slot, opened, programme_of, some_slots, some_target
from kapsched.testing.rule_strategies import Placed, elsewhere, leaving_room_for, rules_kept_by
from kapsched.timeline.units import Days
from kapsched.timeline.zones import at, wall
from kapsched.verification.cost import cost_of


@frozen
class Run:
    """A patient's visits, in the order of the sessions of a programme whose rules they keep."""

    patient: Patient
    programme: Programme
    visits: tuple[Visit, ...]
    goes_on: bool = False
    beside: tuple[Elsewhere, ...] = ()

    def course(self, number: int, first_day: date, now: datetime) -> Course:
        """The course in which what has ended by now is done; where it goes on, no more is planned than the visits."""
        done = {
            session.id: Done(start=visit.start, end=visit.end, staff=visit.people)
            for session, visit in zip(self.programme.sessions, self.visits, strict=True)
            if visit.end <= now
        }
        course = enrol(
            self.programme,
            self.patient,
            id=f"c{number}",
            first_day=first_day,
            done=done,
            beside=self.beside,
        )
        if not self.goes_on:
            return course
        last = self.programme.phases[-1]
        of_it = [one.id for one in self.programme.sessions if one.phase == last.name]
        begun = max((place // len(last.order) + 1 for place, id in enumerate(of_it) if id in done), default=0)
        # Where every round is begun none more is planned: none can be had before the first day.
        ahead = last.times - begun or first_day - timedelta(days=1)
        return evolve(course, programme=opened(self.programme), book_ahead=ahead)

    def plan(self, course: Course, clinic: Clinic) -> Plan:
        """The plan for what the course owes, with its cost."""
        appointments = [
            Appointment(
                session=session.id,
                kind=session.kind_name,
                start=wall(visit.start, clinic.place),
                end=wall(visit.end, clinic.place),
                bookings=visit.rows,
            )
            for session, visit in zip(self.programme.sessions, self.visits, strict=True)
            if session.id not in course.done
        ]
        plan = Plan.of(course, appointments)
        return evolve(plan, cost=cost_of(plan.appointments, course, clinic))


def some_run(
    draw: st.DrawFn, clinic: Clinic, patient: Patient, taken: Sequence[Booking] = (), *, apart: bool
) -> Run | None:
    """A run of which all sessions have a place beside what is taken, on a date each if they are `apart`.

    None where there is no place at all.
    """
    found = _placed(draw, clinic, patient, taken, apart=apart)
    if not found:
        return None
    bare, visits = programme_of([slot for slot, _ in found]), tuple(visit for _, visit in found)
    opened = _open_dates(clinic)
    placed = [
        Placed(
            session=session,
            day=(day := wall(visit.start, clinic.place).date()),
            number=sum(one <= day for one in opened),
            start=visit.start,
            end=visit.end,
            people=visit.people,
        )
        for session, visit in zip(bare.sessions, visits, strict=True)
    ]
    rules = rules_kept_by(draw, placed)
    if apart and len(visits) > 1:
        rules = (*rules, Gap(name="a date each", after="*", before="*", at_least=Days(1)))
    beside = elsewhere(draw, bare.sessions, [visit.start for visit in visits])
    rules = leaving_room_for(beside, rules)
    programme = evolve(bare, rules=rules, target=some_target(draw, bare.sessions))
    return Run(patient, programme, visits, draw(among(False, False, True)), beside)


def _open_dates(clinic: Clinic) -> set[date]:
    """The dates of the horizon on which the clinic has any time."""
    found: set[date] = set()
    for stretch in clinic.open_time(clinic.horizon.first_day, clinic.horizon.last_day):
        edges = (stretch.start, stretch.end - timedelta.resolution)
        first, last = (wall(moment, clinic.place).date() for moment in edges)
        found.update(first + timedelta(days=n) for n in range((last - first).days + 1))
    return found


def _placed(
    draw: st.DrawFn, clinic: Clinic, patient: Patient, taken: Sequence[Booking], *, apart: bool
) -> list[tuple[Slot, Visit]]:
    """Sessions in programme order, placed one after another, for as long as there is a place for the next."""
    slots = some_slots(draw, clinic, 4)
    step = 1 if apart else draw(among(1, 1, 1, -1))
    rows, since = list(taken), clinic.horizon.edges(clinic.place)[0]
    found = []
    for slot in slots[::step]:
        days, minutes = draw(among((1, 0), (0, 30), (2, 150), (1, 60), (4, 0)))
        rather = since + timedelta(days=days, minutes=minutes)
        visit = first_visit(slot.kind, clinic, patient, rather, rows) or first_visit(
            slot.kind, clinic, patient, since, rows
        )
        if visit is None:
            break
        found.append((slot, visit))
        rows += visit.rows
        tomorrow = wall(visit.end, clinic.place).date() + timedelta(days=1)
        since = at(tomorrow, 0, clinic.place) if apart else visit.end
    return found[::step]


def some_moment(draw: st.DrawFn, clinic: Clinic, runs: Sequence[Run]) -> datetime:
    """The end of some visit, if there is time to book those that follow, or else long enough before all of them."""
    ends = sorted(visit.end for run in runs for visit in run.visits)
    ended = draw(among(0, 0, 0, 1, 2))
    begins = clinic.horizon.first_day
    before = [at(begins - timedelta(days=days), 12 * 60, clinic.place) for days in (1, 7, 60, 700)]
    for now in (*ends[max(0, ended - 1) : ended], *before):
        earliest = clinic.earliest_start(now)
        owed = [[visit for visit in run.visits if visit.end > now] for run in runs]
        if all(owed) and all(visit.start >= earliest for visits in owed for visit in visits):
            return now
    return reject()  # a notice of years
