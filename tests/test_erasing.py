"""Is a course that is erased gone from everything, and is everything else as it was?"""

from __future__ import annotations

import pickle
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import pytest
from attrs import evolve

from kapsched.cli.out_folder import write_folder
from kapsched.errors import InvalidInput
from kapsched.exchange.calendars.feeds import feeds
from kapsched.exchange.calendars.policy import CalendarPolicy
from kapsched.exchange.day_sheets import day_sheet
from kapsched.exchange.documents import from_document, to_document
from kapsched.exchange.opaque import opaque
from kapsched.exchange.tables import closing_table
from kapsched.exchange.views import busy_days, courses_of, resource_view, visits_view
from kapsched.model.bookings import Resource
from kapsched.model.course import Course, Done
from kapsched.model.plan import Schedule
from kapsched.model.revisions import succeeding
from kapsched.model.wordings.english import ENGLISH
from kapsched.timeline.recurrence import Absence
from tests import calendar_stories as stories
from tests.desk import BOOKINGS, Desk, contents, patient, quayside

COURSE, PATIENT, NAME, WHY = "course-quillfeather", "patient-quillfeather", "Zebedee", "chemotherapy"
OTHER = "course-marmalade"


def course(id: str = COURSE, owner: str = PATIENT) -> Course:
    talk = {"readying/preparation/1": Done(start=stories.NOW, staff={"therapist": ["ben"]})}
    found = stories.course(id, owner, done=talk)
    about = (
        {"name": NAME, "away": [Absence(first=date(2027, 5, 1), why=WHY)]}
        if owner == PATIENT
        else {"name": ""}
    )
    return evolve(found, patient=evolve(found.patient, **about))


def schedule(*plans: Course, refused: Iterable[Course] = ()) -> Schedule:
    """The plans begin six weeks apart, so that their weeks are their own."""
    found = [
        stories.plan(one, date(2027, 3, 8) + timedelta(weeks=6 * turn)) for turn, one in enumerate(plans)
    ]
    return stories.schedule(found, [stories.refusal(one) for one in refused], revision=7)


FIRST, SECOND = course("c1", "q1"), course("c2", "q2")
WHOLE = schedule(FIRST, course(), SECOND)
ERASED = WHOLE.without(COURSE)


def outputs(of: Schedule, folder: Path) -> dict[str, bytes]:
    """All that can be made of a schedule."""
    write_folder(folder, of, stories.CLINIC, (), stories.KEY, (ENGLISH,), CalendarPolicy(busy=True))
    found = contents(folder)
    found |= {f"{name} itself": name.encode() for name in found}
    found |= {feed.name: feed.content + feed.digest.encode() for feed in feeds(of, uid_key=stories.KEY)}
    days = busy_days(of)
    views = [visits_view(of, days, names=True), visits_view(of, days[:1], names=True)]
    views += [resource_view(of, Resource("staff", "ben"), days, names=True)]
    sheets = [day_sheet(of, stories.CLINIC, day, names=True) for day in days]
    texts = [repr(of), str(views), repr(of.bookings), closing_table(of).csv(), *sheets]
    texts += [sentence for one in of.refusals for sentence in one.sentences()]
    return found | {
        "texts": "\n".join(texts).encode(),
        "pickle": pickle.dumps(of),
        "document": to_document(of).encode(),
    }


def traces() -> list[bytes]:
    """Whatever stands for the course or the patient: what they are called, and what is made of that."""
    digests = [
        opaque(stories.KEY, "file", "patient", PATIENT),
        opaque(stories.KEY, "picture", COURSE),
        *(
            opaque(stories.KEY, "uid", reader, whose, COURSE, one.session, 0)
            for one in stories.plan(course()).appointments
            for reader, whose in (
                ("patient", PATIENT),
                ("clinic", ""),
                *(("room", room) for room in stories.ROOMS.values()),
                *(("staff", person) for person in stories.STAFF.values()),
            )
        ),
    ]
    return [one.encode() for one in (COURSE, PATIENT, NAME, WHY, *digests)]


def traced(of: Schedule, folder: Path) -> dict[str, list[bytes]]:
    found = {
        name: [one for one in traces() if one in content] for name, content in outputs(of, folder).items()
    }
    return {name: there for name, there in found.items() if there}


def test_no_output_of_the_schedule_without_it_has_a_trace_of_the_course_or_the_patient(
    tmp_path: Path,
) -> None:
    before = traced(WHOLE, tmp_path / "before")
    clinics = f"calendars/clinic/{opaque(stories.KEY, 'file', 'clinic', WHOLE.clinic)}.ics"
    assert {one for there in before.values() for one in there} >= set(traces()[:8])
    assert {"texts", "pickle", "document", "schedule.json", clinics} <= before.keys()
    assert traced(ERASED, tmp_path / "after") == {}


def test_a_course_that_was_refused_is_erased_too(tmp_path: Path) -> None:
    whole = schedule(FIRST, refused=[course(), SECOND])
    assert traced(whole, tmp_path / "before").keys() >= {"schedule.json", "texts"}
    assert traced(whole.without(COURSE), tmp_path / "after") == {}
    assert [one.course for one in whole.without(COURSE).refusals] == [SECOND]


def test_all_the_others_keep_their_bytes_their_stamps_and_the_revision(tmp_path: Path) -> None:
    assert (ERASED.revision, ERASED.now, ERASED.plans) == (7, WHOLE.now, (WHOLE.plans[0], WHOLE.plans[2]))
    before, after = outputs(WHOLE, tmp_path / "before"), outputs(ERASED, tmp_path / "after")
    theirs = [name for name in after if name.startswith(("calendars/patients/", "pictures/courses/"))]
    assert len([one for one in theirs if not one.endswith(" itself")]) == 2 * len(("ics", "svg", "csv"))
    assert {name: before[name] for name in theirs} == {name: after[name] for name in theirs}
    assert from_document(to_document(ERASED)) == ERASED


def test_a_patient_with_another_course_stays_with_that() -> None:
    whole = schedule(course(), course(OTHER), FIRST)
    left = whole.without(COURSE)
    assert [one.course.id for one in courses_of(left)] == [OTHER, "c1"]
    assert COURSE not in to_document(left)
    assert PATIENT in to_document(left)
    assert PATIENT not in to_document(left.without(OTHER))


def test_a_course_that_is_not_there_is_refused_by_name() -> None:
    with pytest.raises(InvalidInput, match=r"^course: there is no course 'c9' in this schedule$"):
        WHOLE.without("c9")
    with pytest.raises(InvalidInput, match=r"^course: text is wanted, not 9$"):
        WHOLE.without(9)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="there is no course"):
        ERASED.without(COURSE)


# From the command line.

THEIRS = ("calendars/patients/", "pictures/courses/")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Two patients, planned; the second has left the file since."""
    desk = quayside(tmp_path)
    leaver = patient(2, id=PATIENT, more=f'name = "{NAME}"\naway = [{{ from = 2027-05-01, why = "{WHY}" }}]')
    desk.patients(patient(1), leaver.replace("c2", COURSE))
    desk.planned("--confirm")
    desk.patients(patient(1))
    return desk


def erase(
    desk: Desk, *options: object, course: str = COURSE, answer: str | None = None
) -> tuple[int, str, str]:
    result = desk.type("erase", desk.clinic, course, "--out", desk.out, *options, answer=answer)
    return result.exit_code, result.stdout, result.stderr


def test_a_course_is_erased_from_the_folder_and_nothing_else_is_changed(desk: Desk) -> None:
    key = (desk.clinic / "uid.key").read_bytes().strip()
    marks = [*traces()[:4], opaque(key, "file", "patient", PATIENT).encode()]
    marks.append(opaque(key, "picture", COURSE).encode())
    before = desk.written()
    assert all(any(mark in name.encode() + content for name, content in before.items()) for mark in marks)
    status, said, aside = erase(desk, "--yes")
    after = desk.written()
    assert (status, aside) == (0, "")
    changed = [name for name in before if after.get(name) != before[name]]
    assert (
        said == f"course {COURSE} is erased; files of {desk.out} written again or removed: {len(changed)}\n"
    )
    assert [
        name for name, content in after.items() if any(one in name.encode() + content for one in marks)
    ] == []
    assert after.keys() < before.keys()
    assert len([name for name in before.keys() - after.keys() if name.startswith(THEIRS)]) == 3
    assert all(after[name] == before[name] for name in after if name.startswith(THEIRS))
    assert desk.schedule().revision == 1


LEFT = (
    "schedule.json.unfinished",
    "schedule.json.before",
    "calendars/index.csv.before",
    "calendars/patients/abc.ics.unfinished",
    "pictures/courses/abc.svg.before",
    "pictures/weeks/2027-01-04.csv.unfinished",
    "pictures/utilisation.csv.before",
)
THEIR_OWN = ("notes.unfinished", "calendars/patients/mine.txt.before", "schedule.json.before.gz")


@pytest.mark.parametrize("command", ["erase", "plan"])
def test_what_a_killed_run_left_goes_with_the_next_one(desk: Desk, command: str) -> None:
    for name in (*LEFT, *THEIR_OWN):
        (desk.out / name).write_text(f"{COURSE} {PATIENT}", encoding="utf-8")
    if command == "erase":
        status, said, _ = erase(desk, "--yes")
        assert (status, said.startswith(f"course {COURSE} is erased")) == (0, True)
    else:
        assert desk.plan().stdout.splitlines()[-1].endswith(f"written to {desk.out}")
    written = desk.written()
    assert [name for name in (*LEFT, *THEIR_OWN) if name in written] == [*THEIR_OWN]


def test_what_a_killed_run_left_stays_where_nobody_agrees(desk: Desk) -> None:
    (desk.out / LEFT[0]).write_text(COURSE, encoding="utf-8")
    assert erase(desk, answer="n\n")[0] == 2
    assert (desk.out / LEFT[0]).exists()


def test_a_course_of_which_only_what_was_withdrawn_is_left_is_erased(desk: Desk) -> None:
    before = desk.schedule()
    left = evolve(before, plans=before.plans[:1], now=before.now + timedelta(hours=1))
    (desk.out / "schedule.json").write_text(to_document(succeeding(left, before)), encoding="utf-8")
    assert COURSE in (desk.out / "schedule.json").read_text(encoding="utf-8")
    assert erase(desk, "--yes")[0] == 0
    assert [name for name, content in desk.written().items() if COURSE.encode() in content] == []


def test_a_plan_after_it_finds_nothing_to_change(desk: Desk) -> None:
    erase(desk, "--yes")
    before = desk.written()
    assert desk.plan().stdout.splitlines()[-1].endswith(f"nothing to change in {desk.out}")
    assert desk.written() == before


def test_what_is_left_is_not_drawn_twice_where_the_clinic_s_bookings_have_it_too(desk: Desk) -> None:
    rows = [row for plan in desk.schedule().plans for row in plan.bookings if plan.course.id != COURSE]
    lines = (
        f"{row.type},{row.resource},{row.start.isoformat()},{row.end.isoformat()},,{row.ref}" for row in rows
    )
    erase(desk, "--yes")
    before = desk.written()
    desk.write("bookings.csv", "\n".join((BOOKINGS.strip(), *lines, "")))
    desk.patients(patient(1), patient(3, id="q3", first_day="2027-02-01"))
    desk.planned()
    desk.patients(patient(1))
    assert erase(desk, "--yes", course="c3")[0] == 0
    kept = [name for name in before if name.startswith("pictures/weeks/2027-01")]
    assert len(kept) >= 4
    assert {name: desk.written()[name] for name in kept} == {name: before[name] for name in kept}


@pytest.mark.parametrize("answer", ["n\n", "", "y\n"])
def test_it_asks_first(desk: Desk, answer: str) -> None:
    before = desk.written()
    status, _, aside = erase(desk, answer=answer)
    assert aside.startswith(f"Erase course {COURSE} from {desk.out} (appointments: 2)? [y/N]: ")
    if answer == "y\n":
        assert (status, desk.written() != before) == (0, True)
    else:
        assert (status, desk.written()) == (2, before)
        assert aside.splitlines()[-1] == "COURSE: nothing is erased; with --yes it is, unasked"


def test_what_is_still_in_the_patients_file_is_not_erased(desk: Desk) -> None:
    before = desk.written()
    status, _, aside = erase(desk, "--yes", course="c1")
    assert (status, desk.written()) == (2, before)
    assert aside == (
        "COURSE: course 'c1' is still in the patients' file, and would be planned again; take it out first\n"
    )


def test_what_cannot_be_erased_is_told_and_nothing_is_written(desk: Desk) -> None:
    before = desk.written()
    assert erase(desk, "--yes", course="c9") == (2, "", "COURSE: there is no course 'c9' in this schedule\n")
    status, _, aside = erase(desk, "--yes", "--key", desk.folder / "other.key")
    assert status == 2
    assert aside == (
        f"{desk.folder / 'other.key'}: there is no such key, and the calendars are named by it; name it with --key, "
        "or where it is lost let `kapsched plan` make a new one first, and every calendar becomes a new one\n"
    )
    desk.change("clinic.toml", '"quayside"', '"hillside"')
    status, _, aside = erase(desk, "--yes")
    assert (status, "this schedule is of 'quayside'" in aside) == (2, True)
    assert desk.written() == before
    desk.type("erase", desk.clinic, COURSE, "--out", desk.folder / "elsewhere")
    assert not (desk.folder / "elsewhere").exists()


def test_it_says_what_of_the_course_stands_where_it_may_not_write(desk: Desk) -> None:
    rows = [row for plan in desk.schedule().plans for row in plan.bookings if plan.course.id == COURSE]
    lines = [
        f"{row.type},{row.resource},{row.start.isoformat()},{row.end.isoformat()},,{row.ref}\n"
        for row in rows
    ]
    lines.append(f"patient,{PATIENT},2027-02-01T09:00,2027-02-01T10:00,,dentist\n")
    desk.write("bookings.csv", BOOKINGS + "".join(lines))
    status, _, aside = erase(desk, "--yes")
    message = f"rows of course {COURSE} or patient {PATIENT} still in the clinic's bookings: {len(lines)}"
    assert (status, aside) == (0, f"note: {message}\n")


def test_it_says_that_a_patient_stays_with_another_course(desk: Desk) -> None:
    more = f'[courses.c3]\npatient = "{PATIENT}"\nprogramme = "short@1"\nfirst_day = 2027-02-01\n'
    desk.patients(patient(1), f"[patients.{PATIENT}]\n{more}")
    desk.planned()
    assert erase(desk, "--yes")[2] == f"note: patient {PATIENT} stays, with c3\n"


def test_where_the_key_is_lost_a_plan_with_a_new_one_is_the_way_out(desk: Desk) -> None:
    (desk.clinic / "uid.key").unlink()
    assert erase(desk, "--yes")[0] == 2
    desk.planned()
    assert erase(desk, "--yes")[0] == 0
    assert [name for name, content in desk.written().items() if COURSE.encode() in content] == []


def test_the_last_patient_is_erased_with_a_file_that_has_none_left(desk: Desk) -> None:
    desk.write("patients.toml", "format = 1\n")
    for course in [plan.course.id for plan in desk.schedule().plans]:
        assert erase(desk, "--yes", course=course)[0] == 0
    assert desk.planned().plans == ()
    assert desk.type("check", desk.clinic).exit_code == 0


@pytest.mark.parametrize("asked", [(), ("--language", "cy")])
def test_what_is_left_stays_in_the_language_that_it_was_written_in(
    desk: Desk, asked: tuple[str, ...]
) -> None:
    desk.planned("--language", "cy")
    before = desk.written()
    assert erase(desk, "--yes", *asked)[2] == ""
    after = desk.written()
    assert {name: after[name] for name in after if name.startswith(THEIRS)} == {
        name: before[name] for name in after if name.startswith(THEIRS)
    }
