"""How is a schedule kept as a JSON document, and read back the same?

Courses and the content of their programmes are embedded once each, the clinic by id, zone and digest.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import partial
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from typing import Any, NoReturn, TypeVar

from attrs import evolve

from kapsched.errors import InvalidInput, of_type, require_given
from kapsched.exchange.fields import (
    Fields,
    Reader,
    anything,
    label,
    listed,
    listed_by,
    mapped,
    named,
    positive,
    text,
    whole,
)
from kapsched.exchange.hours import written_date, written_zone
from kapsched.exchange.model_values import plain, plain_ahead, read_ahead, reader_of
from kapsched.exchange.plan_values import (
    appointment_value,
    clock_text,
    moment_reader,
    pin_value,
    plan_value,
    read_appointment,
    read_pin,
    read_plan,
    read_refusal,
    refusal_value,
)
from kapsched.logs import debug
from kapsched.model.clinic import Clinic, Horizon
from kapsched.model.course import Course, Done, Patient
from kapsched.model.elsewhere import Elsewhere
from kapsched.model.overrides import Waiver
from kapsched.model.plan import Schedule
from kapsched.model.programme import Programme
from kapsched.timeline.zones import wall, zone

T = TypeVar("T")

# What each format brought: 2, what people decided (waivers, pins, confirmations) and what each reader was told when;
# 3, what was withdrawn.
FORMAT = 3

_SOME_HORIZON = Horizon(first_day=written_date("1970-01-01"), days=1)


def to_document(schedule: Schedule) -> str:
    """The schedule as JSON: the same text for the same schedule, ending with a newline."""
    require_given(schedule=(schedule, of_type(Schedule)))
    zone_name = schedule.zone
    courses = _courses(schedule)
    programmes = _programmes(courses.values())
    document = {
        "format": FORMAT,
        "version": _version(),
        "revision": schedule.revision,
        "now": clock_text(schedule.now, zone_name),
        "clinic": schedule.clinic,
        "timezone": zone_name,
        "tzdata": schedule.tzdata,
        "horizon": plain(schedule.horizon, zone_name),
        "digest": schedule.digest,
        "plans": [plan_value(plan, zone_name) for plan in schedule.plans],
        "refusals": [refusal_value(refusal) for refusal in schedule.refusals],
        **_said("withdrawn", [appointment_value(one, zone_name) for one in schedule.withdrawn]),
        "courses": [_course_value(course, zone_name) for course in courses.values()],
        "programmes": [{"digest": digest, **plain(one, zone_name)} for digest, one in programmes.items()],
    }
    _tell("written", schedule)
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _tell(what: str, schedule: Schedule) -> None:
    plans, refusals = len(schedule.plans), len(schedule.refusals)
    debug("document %s: revision %d, %d plans, %d refusals", what, schedule.revision, plans, refusals)


def clinic_digest(clinic: Clinic) -> str:
    """A digest of all that a clinic's file says, however it is laid out."""
    require_given(clinic=(clinic, of_type(Clinic)))
    return _digest(plain(clinic, clinic.zone))


def _digest(value: object) -> str:
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return sha256(canonical.encode("ascii")).hexdigest()


def _programme_digest(programme: Programme) -> str:
    return _digest(plain(programme, "UTC"))


def _version() -> str:
    try:
        return version("kapsched")
    except PackageNotFoundError:  # run from its sources
        return "0"


def _courses(schedule: Schedule) -> dict[str, Course]:
    """Every course by its id, in order of appearance; two that share an id are `InvalidInput`."""
    found: dict[str, Course] = {}
    for course in [one.course for one in schedule.plans] + [one.course for one in schedule.refusals]:
        if found.setdefault(course.id, course) != course:
            raise InvalidInput(f"two courses have the id {course.id!r}", path=f"courses.{course.id}")
    return found


def _programmes(courses: Iterable[Course]) -> dict[str, Programme]:
    return {_programme_digest(course.programme): course.programme for course in courses}


def _course_value(course: Course, zone_name: str) -> dict[str, Any]:
    programme = course.programme
    return {
        "id": course.id,
        "patient": plain(course.patient, zone_name),
        "programme": {
            "name": programme.name,
            "version": programme.version,
            "digest": _programme_digest(programme),
        },
        "first_day": course.first_day.isoformat(),
        **({} if course.book_ahead is None else {"book_ahead": plain_ahead(course.book_ahead)}),
        "done": {session: plain(done, zone_name) for session, done in course.done.items()},
        **_said("waivers", [plain(one, zone_name) for one in course.waivers]),
        **_said("pins", [pin_value(one, course, zone_name) for one in course.pins]),
        **({"beside": [plain(one, zone_name) for one in course.beside]} if course.beside else {}),
    }


def _said(key: str, values: list[Any]) -> dict[str, list[Any]]:
    """What there is of them; nothing where there is none."""
    return {key: values} if values else {}


def from_document(text: str) -> Schedule:
    """The schedule a document holds, its times on the clocks of the clinic's zone."""
    require_given(text=(text, of_type(str)))
    table = _parsed(text)
    form = table.get("format")
    if isinstance(form, int) and not isinstance(form, bool) and form > FORMAT:
        raise InvalidInput(
            f"this document has format {form}; this kapsched reads up to {FORMAT}", path="format"
        )
    schedule = _schedule(table)
    _tell("read", schedule)
    return schedule


def _parsed(document: str) -> dict[str, object]:
    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        found = dict(pairs)
        for key, _ in pairs if len(found) < len(pairs) else ():
            if [name for name, _ in pairs].count(key) > 1:
                raise InvalidInput(f"{key!r} is said twice in one place")
        return found

    def no_number(word: str) -> NoReturn:
        raise InvalidInput(f"{word} is no number")

    try:
        return named(json.loads(text(document), object_pairs_hook=once, parse_constant=no_number))
    except RecursionError:
        raise InvalidInput("is nested too deeply to be read") from None
    except json.JSONDecodeError as error:
        raise InvalidInput(
            f"is not JSON: {error.msg[:1].lower()}{error.msg[1:]}", path=f"line {error.lineno}"
        ) from None
    except InvalidInput:
        raise
    except ValueError as error:
        raise InvalidInput(f"is not JSON: {error}") from None


def _schedule(value: dict[str, object]) -> Schedule:
    with Fields(value) as table:
        form = table.need("format", whole, FORMAT)
        if not 1 <= form <= FORMAT:
            table.fault(f"there is no format {form}; this kapsched reads 1 to {FORMAT}", "format")
        table.need("version", text, "")
        revision = table.need("revision", positive, 1)
        zone_name = table.need("timezone", written_zone, "UTC")
        moment = moment_reader(zone_name)
        now = table.need("now", moment, moment("1970-01-01T00:00+00:00"))
        clinic, tzdata = table.need("clinic", label, ""), table.need("tzdata", text, "")
        digest = table.need("digest", text, "")
        horizon = table.need("horizon", reader_of(Horizon), _SOME_HORIZON)
        for key in ("plans", "refusals", "courses", "programmes"):
            table.need(key, listed(anything), ())
        # Each of these refers to the one before, so a fault in one would echo in all that follow.
        programmes = dict(_unless_faulty(table, "programmes", listed_by("name", _read_programme)))
        courses = _unless_faulty(
            table, "courses", listed_by("id", partial(_read_course, programmes, zone_name))
        )
        by_id = {course.id: course for course in courses}
        if len(by_id) < len(courses):
            table.fault("two courses have the same id", "courses")
        plans = _unless_faulty(table, "plans", listed_by("course", partial(read_plan, by_id, zone_name)))
        refusals = _unless_faulty(table, "refusals", listed_by("course", partial(read_refusal, by_id)))
        withdrawn = table.take("withdrawn", listed_by("id", partial(read_appointment, moment)), ())
        return Schedule(
            clinic=clinic,
            zone=zone_name,
            digest=digest,
            tzdata=tzdata,
            horizon=horizon,
            now=now,
            revision=revision,
            plans=plans,
            refusals=refusals,
            withdrawn=withdrawn,
        )


def _unless_faulty(table: Fields, key: str, read: Reader[tuple[T, ...]]) -> tuple[T, ...]:
    return () if table.faults else table.need(key, read, ())


def _read_programme(value: object) -> tuple[str, Programme]:
    said = dict(named(value))
    digest = text(said.pop("digest", ""))
    programme = reader_of(Programme)(said)
    if digest != _programme_digest(programme):
        raise InvalidInput("its digest does not agree with its content", path="digest")
    return digest, programme


def _referred(programmes: Mapping[str, Programme], value: object) -> Programme:
    with Fields(value) as table:
        name, version = table.need("name", label, ""), table.need("version", label, "")
        digest = table.need("digest", label, "")
    if digest not in programmes:
        raise InvalidInput(f"the content of {name}@{version} is not in this document", path="digest")
    found = programmes[digest]
    if (found.name, found.version) != (name, version):
        raise InvalidInput(
            f"that digest is of {found.name}@{found.version}, not of {name}@{version}", path="digest"
        )
    return found


def _read_waiver(zone_name: str, value: object) -> Waiver:
    waiver = reader_of(Waiver)(value)
    return evolve(waiver, at=wall(waiver.at, zone(zone_name)))


def _read_course(programmes: Mapping[str, Programme], zone_name: str, value: object) -> Course:
    with Fields(value) as table:
        id, first_day = (
            table.need("id", label, ""),
            table.need("first_day", written_date, _SOME_HORIZON.first_day),
        )
        patient = table.need("patient", reader_of(Patient), Patient(id="-"))
        programme = table.need("programme", partial(_referred, programmes), None)
        done = table.need("done", mapped(reader_of(Done)), {})
        ahead = table.take("book_ahead", read_ahead, None)
        waivers = table.take("waivers", listed(partial(_read_waiver, zone_name)), ())
        pins = table.take("pins", listed(partial(read_pin, (id, patient.id), zone_name)), ())
        beside = table.take("beside", listed(reader_of(Elsewhere)), ())
        if programme is None:
            raise InvalidInput(*table.faults)
        return Course(
            id=id,
            patient=patient,
            programme=programme,
            first_day=first_day,
            done=done,
            book_ahead=ahead,
            waivers=waivers,
            pins=pins,
            beside=beside,
        )
