"""What took place before? A table of past visits, each counted as the session of its course that it was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from os import PathLike
from pathlib import Path

from attrs import frozen

from kapsched.errors import Fault, InvalidInput, Several, each, identifier, of_type, refuse, require_given
from kapsched.exchange.csv_rows import Cells, rows_of, said, times_of
from kapsched.exchange.fields import Fields, text
from kapsched.exchange.past_visits import Row, Visit, counted
from kapsched.exchange.shown import meant
from kapsched.exchange.table_forms import OURS, TableForm, refuse_columns, under_where_unplaced
from kapsched.exchange.toml_files import a_path, read_text
from kapsched.model.clinic import Clinic
from kapsched.model.course import Course, Done
from kapsched.model.programme import Programme

COLUMNS = ("course", "patient", "session", "kind", "date", "start", "end", "minutes")
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_COURSES = each(of_type(Course))


def read_done(
    path: str | PathLike[str],
    courses: Programme | Iterable[Course],
    clinic: Clinic,
    *,
    form: TableForm = OURS,
) -> dict[str, dict[str, Done]]:
    """What a CSV file of past visits says is done, by course and session, as `enrol` takes it.

    Each row says of which `course`, or `patient`, it is, which `session` or what `kind` of visit it was, when it
    began, and who was there in a column for each role. Rows of one kind that begin at once are one visit. The visits
    of a kind count in order of time as the sessions of that kind in programme order. Rows of patients without a
    course among `courses` are passed over; where a programme stands in their place, every course or patient of the
    table is on it.
    """
    given = courses if isinstance(courses, Programme) else Several(courses)
    require_given(
        path=(path, a_path),
        courses=(given, lambda value: "" if isinstance(value, Programme) else _COURSES(value)),
        clinic=(clinic, of_type(Clinic)),
        form=(form, of_type(TableForm)),
    )
    try:
        return dict(done_in(read_text(path, form.encoding), Path(path).name, given, clinic.zone, form).done)
    except InvalidInput as error:
        raise under_where_unplaced(error, "form") from None


@frozen(kw_only=True)
class DoneTable:
    """What is done by course and session and which rows say so, and the lines of rows that are of no course."""

    source: str
    form: TableForm
    done: Mapping[str, dict[str, Done]]
    rows: Mapping[str, dict[str, tuple[Row, ...]]]
    strangers: tuple[int, ...]

    @property
    def joined(self) -> tuple[tuple[int, ...], ...]:
        """The lines of each visit that several rows tell of, in the order of the table."""
        lines = (tuple(row.line for row in rows) for one in self.rows.values() for rows in one.values())
        return tuple(sorted(one for one in lines if len(one) > 1))

    def placed(self, fault: Fault, course: str, session: str) -> Fault | None:
        """A fault of what is done of a course where its row stands; None where the table does not say so."""
        rows = self.rows.get(course, {}).get(session)
        return _placed(fault, rows[0], self.source, self.form) if rows else None


def done_in(
    content: str,
    source: str,
    courses: Programme | Sequence[Course],
    zone_name: str | None,
    form: TableForm = OURS,
) -> DoneTable:
    """What a table says that was read already; its rows that fit no session are faults, all at once."""
    programmes = (courses,) if isinstance(courses, Programme) else tuple(one.programme for one in courses)
    roles = tuple(dict.fromkeys(role for one in programmes for role in one.roles() if role not in COLUMNS))
    refuse_columns(
        form, (*COLUMNS, *roles), _unlike_visits(form.columns) if form.columns else (), several=roles
    )
    rows = rows_of(
        content, source, form, partial(_unlike_ours, roles), partial(_visit, form, roles, zone_name)
    )
    owners = _Owners.among(courses, rows)
    faults: list[Fault] = []
    theirs: dict[str, list[Row]] = {}
    strangers: list[int] = []
    for row in rows:
        own = owners.of(row.what.whose)
        if len(own) > 1:
            message = (
                f"is a visit of one who has the courses {' and '.join(own)}; a column has to say the course"
            )
            faults.append(_placed(Fault(message), row, source, form))
        elif own:
            theirs.setdefault(own[0], []).append(row)
        else:
            strangers.append(row.line)
    done: dict[str, dict[str, Done]] = {}
    told: dict[str, dict[str, tuple[Row, ...]]] = {}
    for course, visits in theirs.items():
        # Where a programme stands for the courses, what they go by is what the table calls the patients.
        of = "" if isinstance(courses, Programme) else f" of course {course}"
        done[course], told[course], misfits = counted(visits, owners.programmes[course], of)
        faults += [_placed(fault, row, source, form) for row, fault in misfits]
    refuse(sorted(faults, key=lambda fault: fault.line or 0))
    return DoneTable(source=source, form=form, done=done, rows=told, strangers=tuple(strangers))


@frozen
class _Owners:
    """The programme of each course, and the courses of each patient; a programme alone has all that are named."""

    programmes: Mapping[str, Programme]
    courses: Mapping[str, tuple[str, ...]]

    @classmethod
    def among(cls, courses: Programme | Sequence[Course], rows: Iterable[Row]) -> _Owners:
        """Those of the courses; or of whoever is named in the rows."""
        if isinstance(courses, Programme):
            named = dict.fromkeys(next(iter(row.what.whose.values())) for row in rows)
            return cls(dict.fromkeys(named, courses), {one: (one,) for one in named})
        patients = dict.fromkeys(one.patient.id for one in courses)
        return cls(
            {one.id: one.programme for one in courses},
            {id: tuple(one.id for one in courses if one.patient.id == id) for id in patients},
        )

    def of(self, whose: Mapping[str, str]) -> tuple[str, ...]:
        """The courses that a row can be of; a course that is named goes before a patient."""
        if "course" in whose:
            return (whose["course"],) if whose["course"] in self.programmes else ()
        return self.courses.get(whose["patient"], ())


def _visit(form: TableForm, roles: Sequence[str], zone_name: str | None, cells: Cells) -> Visit:
    with Fields(cells) as row:
        words = {
            column: form.ours(column, row.take(column, text, "").strip())
            for column in ("course", "patient", "session", "kind")
        }
        start, end = times_of(row, form, zone_name, _NEVER, ends=False)
        people = {role: row.take(role, said, []) for role in roles}
        whose = {column: words[column] for column in ("course", "patient") if words[column]}
        for column in [*whose, *people]:
            if any(
                map(identifier, form.names("staff", people[column]) if column in people else [words[column]])
            ):
                row.fault("is no text that every file can carry", column)
        if not whose:
            row.fault("does not say whose visit it was")
        if not (words["session"] or words["kind"]):
            row.fault("does not say what visit it was")
    staff = {role: form.names("staff", cells) for role, cells in people.items()}
    return Visit(whose=whose, session=words["session"], kind=words["kind"], start=start, end=end, staff=staff)


def _unlike_ours(roles: Sequence[str], columns: list[str]) -> Iterator[str]:
    known = (*COLUMNS, *roles)
    if not set(columns) & set(known):
        # It is not shown: a first row that names no column may be somebody's.
        yield f"the first row names no column that is known here; known are {', '.join(known)}"
        return
    yield from _unlike_visits(columns)
    for one in dict.fromkeys(columns):
        if one not in known:
            yield f"the column {one!r} is not known here{meant(one, known)}"
        elif columns.count(one) > 1:
            yield f"the column {one!r} stands twice"


def _unlike_visits(columns: Iterable[str]) -> Iterator[str]:
    there = set(columns)
    if not there & {"course", "patient"}:
        yield "no column says the course or the patient"
    if not there & {"session", "kind"}:
        yield "no column says the session or the kind of visit"
    if "start" not in there:
        yield "no column says the start"


def _placed(fault: Fault, row: Row, source: str, form: TableForm) -> Fault:
    theirs = form.columns.get(fault.path, (fault.path,))[0]
    return Fault(fault.message, theirs).under(f"rows.{row.number}")._replace(source=source, line=row.line)
