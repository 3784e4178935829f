"""Which sessions were these visits? Rows of one visit joined, and each visit counted as the session that it was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple, TypeAlias

from attrs import evolve, frozen

from kapsched.errors import Fault
from kapsched.exchange.csv_rows import Read
from kapsched.model.course import Done
from kapsched.model.programme import MOST_SESSIONS, Programme, Session


@frozen(kw_only=True)
class Visit:
    """One row: whose visit it was, in the words of the table made ours, and what took place."""

    whose: Mapping[str, str]
    session: str
    kind: str
    start: datetime
    end: datetime | None
    staff: Mapping[str, tuple[str, ...]]


Row: TypeAlias = Read[Visit]
Misfits: TypeAlias = list[tuple[Row, Fault]]


class Counted(NamedTuple):
    """What is done by session in programme order, which rows say so, and the rows that fit no session."""

    done: dict[str, Done]
    rows: dict[str, tuple[Row, ...]]
    misfits: Misfits


class _One(NamedTuple):
    """A visit and the rows that tell of it."""

    visit: Visit
    rows: tuple[Row, ...]


def counted(rows: Iterable[Row], programme: Programme, of: str = "") -> Counted:
    """Each visit, in order of time, as a session of its kind in programme order; `of` says of which course."""
    known = {one.id: one for kind in programme.kinds for one in _sessions(programme, kind.name)}
    in_time = sorted(rows, key=lambda row: (row.what.start, row.number))
    of_kinds, strange = _by_kind(in_time, programme, known)
    visits, clashing = _joined(of_kinds)
    named = {one.visit.session for one in visits if one.visit.session}
    waiting = {
        kind.name: (one for one in _sessions(programme, kind.name) if one.id not in named)
        for kind in programme.kinds
    }
    found: dict[str, _One] = {}
    misfits = [*strange, *clashing]
    for one in visits:
        name, kind = one.visit.session, one.visit.kind
        session = known[name] if name else next(waiting[kind], None)
        if session is None:
            what = f"is a further {kind}{of}, and {programme.name} has no more of them"
            misfits.append((one.rows[0], Fault(what, "kind")))
        elif session.id in found:
            misfits.append((one.rows[0], Fault(f"{session.id}{of} took place before", "session")))
        else:
            found[session.id] = one
    order = [id for id in dict.fromkeys([*programme.by_id, *known]) if id in found]
    return Counted(
        {id: _done(found[id].visit, known[id]) for id in order},
        {id: found[id].rows for id in order},
        misfits,
    )


def _done(visit: Visit, session: Session) -> Done:
    needed = session.kind.roles()
    staff = {role: people for role, people in visit.staff.items() if role in needed and people}
    return Done(start=visit.start, end=visit.end, staff=staff)


def _by_kind(
    rows: Iterable[Row], programme: Programme, known: Mapping[str, Session]
) -> tuple[list[Row], Misfits]:
    """The rows, each with its kind; those of no session and no kind of the programme apart."""
    kinds = [kind.name for kind in programme.kinds]
    found: list[Row] = []
    strange: Misfits = []
    for row in rows:
        one = row.what
        if one.session and one.session not in known:
            what = f"stands for no session of {programme.name}; there are {', '.join(programme.by_id)}"
            strange.append((row, Fault(what, "session")))
        elif not one.session and one.kind not in kinds:
            what = f"stands for no kind of visit of {programme.name}; known are {', '.join(kinds)}"
            strange.append((row, Fault(what, "kind")))
        else:
            kind = known[one.session].kind.name if one.session else one.kind
            found.append(row._replace(what=evolve(one, kind=kind)))
    return found, strange


def _joined(rows: Iterable[Row]) -> tuple[list[_One], Misfits]:
    """One visit for all rows of a kind that begin at once; nobody is at two visits at a time."""
    visits: list[_One] = []
    clashing: Misfits = []
    for row in rows:
        one, last = row.what, visits[-1] if visits else None
        if last is None or _end(last.visit) <= one.start != last.visit.start:
            visits.append(_One(one, (row,)))
        elif _same(last.visit, one):
            visits[-1] = _One(_with(last.visit, one), (*last.rows, row))
        elif one.start == last.visit.start:
            clashing.append((row, _clash("is at the same time as another visit", last)))
        else:
            clashing.append((row, _clash("begins before another visit has ended", last)))
    return visits, clashing


def _clash(what: str, other: _One) -> Fault:
    return Fault(f"{what}, in line {other.rows[0].line}", "start")


def _end(one: Visit) -> datetime:
    return one.end or one.start


def _same(one: Visit, other: Visit) -> bool:
    named = {one.session, other.session} - {""}
    return one.start == other.start and one.kind == other.kind and len(named) < 2


def _with(one: Visit, other: Visit) -> Visit:
    """Both rows as one: whoever was there by either, for as long as either says."""
    staff = {
        role: tuple(dict.fromkeys([*one.staff.get(role, ()), *other.staff.get(role, ())]))
        for role in dict.fromkeys([*one.staff, *other.staff])
    }
    ends = [end for end in (one.end, other.end) if end is not None]
    return evolve(one, session=one.session or other.session, staff=staff, end=max(ends, default=None))


def _sessions(programme: Programme, kind: str) -> Iterator[Session]:
    """The sessions of a kind in programme order; of an open phase as many as a course can have."""
    going_on = programme.open_phase
    for session in programme.sessions:
        if session.kind.name == kind and (going_on is None or session.phase != going_on.name):
            yield session
    if going_on is not None and kind in going_on.order:
        what = next(one for one in programme.kinds if one.name == kind)
        for number in range(1, MOST_SESSIONS + 1):
            yield Session(phase=going_on.name, kind=what, number=number)
