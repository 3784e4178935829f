"""How would the reference's plan be written down? As the library's own values, so that it can be verified."""

from __future__ import annotations

from kapsched.model.bookings import Booking
from kapsched.model.plan import Appointment, Plan
from kapsched.timeline.zones import wall
from tests.oracles.clinics import Case
from tests.oracles.reference import Best
from tests.oracles.visits import Visit, moment_of


def plan_of(case: Case, best: Best) -> Plan:
    """The plan that the reference found, with every booking."""
    return Plan.of(case.course, [_appointment(case, visit) for visit in best.visits])


def _appointment(case: Case, visit: Visit) -> Appointment:
    start, end = (moment_of(minute) for minute in (visit.start, visit.end))
    rows = [Booking(type="patient", resource=case.course.patient.id, start=start, end=end)]
    for piece in visit.pieces:
        filled = [role for role, who in visit.people if piece.unit.type == "staff" and piece.unit.id in who]
        rows.append(
            Booking(
                type=piece.unit.type,
                resource=piece.unit.id,
                start=moment_of(piece.start),
                end=moment_of(piece.end),
                exclusive=not piece.sharing,
                role=filled[0] if filled else "",
            )
        )
    kind = case.course.programme.by_id[visit.session].kind_name
    place = case.clinic.place
    return Appointment(
        session=visit.session, kind=kind, start=wall(start, place), end=wall(end, place), bookings=rows
    )
