"""How would the reference's plan be written down? As the library's own values, so that it can be verified."""

from __future__ import annotations

from kapsched.model.appointments import Appointment
from kapsched.model.bookings import Booking, Resource
from kapsched.model.plan import Plan
from kapsched.model.programme import SessionKind
from kapsched.timeline.zones import wall
from tests.oracles.clinics import Case
from tests.oracles.needs import Piece, joined, needs_of
from tests.oracles.reference import Best
from tests.oracles.visits import Visit, moment_of


def plan_of(case: Case, best: Best) -> Plan:
    """The plan that the reference found, with every booking."""
    return Plan.of(case.course, [_appointment(case, visit) for visit in best.visits])


def _appointment(case: Case, visit: Visit) -> Appointment:
    start, end = (moment_of(minute) for minute in (visit.start, visit.end))
    rows = [Booking(type="patient", resource=case.course.patient.id, start=start, end=end)]
    kind = case.course.planned.by_id[visit.session].kind
    for role, pieces in _by_role(case, kind, visit).items():
        for piece in joined(pieces):
            row = Booking(
                type=piece.unit.type,
                resource=piece.unit.id,
                start=moment_of(piece.start),
                end=moment_of(piece.end),
                exclusive=not piece.sharing,
                role=role,
            )
            rows.append(row)
    place = case.clinic.place
    return Appointment(
        session=visit.session, kind=kind.name, start=wall(start, place), end=wall(end, place), bookings=rows
    )


def _by_role(case: Case, kind: SessionKind, visit: Visit) -> dict[str, list[Piece]]:
    """What the visit takes for each role, and for the rooms without one: one person may fill two in turn."""
    found: dict[str, list[Piece]] = {}
    for need, number in zip(needs_of(kind), visit.units, strict=True):
        if need.type == "pool":
            unit = Resource("pool", case.clinic.pools[number].role)
        else:
            units = case.clinic.rooms if need.type == "room" else case.clinic.staff
            unit = Resource(need.type, units[number].id)  # type: ignore[arg-type]  # one of the two literals
        piece = Piece(unit, visit.start + need.begin, visit.start + need.end, need.sharing)
        found.setdefault(need.role if need.type == "staff" else "", []).append(piece)
    return found
