"""Does a patient in two courses come to each in peace? Never to both at once, and no more often than is allowed."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from kapsched.errors import InvalidInput
from kapsched.exchange.documents import from_document, to_document
from kapsched.exchange.programme_files import load_preset, read_programme
from kapsched.model.clinic import Horizon
from kapsched.model.course import Course, Done, Patient, enrol
from kapsched.model.elsewhere import Elsewhere
from kapsched.model.plan import Plan, Schedule
from kapsched.model.programme import Programme
from kapsched.model.revisions import succeeding
from kapsched.model.rules import Frequency, Rule
from kapsched.planning.diary import Diary
from kapsched.verification.report import Report
from kapsched.workflow.many_courses import plan_courses, verify_plans
from kapsched.workflow.one_course import find_plan
from tests.shared_stories import TWO_OF_THE_PATIENT, elsewhere
from tests.stories import course_of, dates, london, planned, programme, quayside, refused, taken, times

MONDAY = date(2027, 1, 4)
BEFORE = london("2027-01-03 12:00")
SHARED = programme("talk", times=2, rules=(TWO_OF_THE_PATIENT,))


def course(id: str, what: Programme = SHARED, patient: str = "q17", **more: object) -> Course:
    return enrol(what, Patient(id=patient), id=id, first_day=MONDAY, **more)  # type: ignore[arg-type]  # as named


def diary(days: int = 28) -> Diary:
    return Diary(quayside(), Horizon(first_day=MONDAY, days=days))


def scheduled(*courses: Course, kept: Schedule | None = None, now: datetime = BEFORE) -> Schedule:
    return plan_courses(courses, diary(), now=now, digest="", kept=kept)


def reports(schedule: Schedule, *courses: Course) -> dict[str, Report]:
    found = verify_plans(schedule, quayside(), courses=courses)
    return {plan.course.id: report for plan, report in found}


def talks_with(*rules: Rule, times: int = 2) -> Programme:
    return programme("talk", times=times, rules=rules)


# Never both at once


def test_two_courses_of_one_patient_are_planned_one_after_the_other() -> None:
    one, two = (course(id, talks_with()) for id in ("c1", "c2"))
    schedule = scheduled(one, two)
    assert [(dates(plan), times(plan)) for plan in schedule.plans] == [
        (["Mon 4 Jan", "Tue 5 Jan"], ["08:00", "08:00"]),
        (["Mon 4 Jan", "Tue 5 Jan"], ["09:00", "09:00"]),
    ]
    assert all(report.clean for report in reports(schedule, one, two).values())
    # Another patient has the other therapist at the same hours.
    *_, other = scheduled(one, course("c2", talks_with(), "q18")).plans
    assert times(other) == ["08:00", "08:00"]


def test_a_plan_of_another_course_that_is_kept_stands_and_is_planned_around() -> None:
    one, two = (course(id, talks_with()) for id in ("c1", "c2"))
    kept = scheduled(one)
    first, second = scheduled(one, two, kept=kept).plans
    assert first == kept.plans[0]
    assert times(second) == ["09:00", "09:00"]


def test_the_plans_of_a_patient_have_the_name_and_language_of_today_and_nothing_else() -> None:
    kept = scheduled(course("c1"), course("c2"), course("c3", patient="q18"))
    q17 = Patient(id="q17", name="New Name", language="cy", excludes=["nobody"])
    today = scheduled(evolve(course("c1"), patient=q17), kept=kept)
    named = evolve(q17, excludes=())
    assert [plan.course.patient for plan in today.plans] == [named, named, Patient(id="q18")]
    assert [plan.appointments for plan in today.plans] == [plan.appointments for plan in kept.plans]
    (first, _, _) = (
        report for _, report in verify_plans(today, quayside(), courses=[evolve(course("c1"), patient=named)])
    )
    assert first.clean
    follows = succeeding(today, kept)
    assert (follows.revision, succeeding(follows, follows)) == (kept.revision + 1, follows)
    assert [one.sequence for plan in follows.plans for one in plan.appointments] == [
        one.sequence for plan in kept.plans for one in plan.appointments
    ]
    assert scheduled(course("c1"), kept=today).plans == kept.plans


def test_a_patient_still_at_a_visit_comes_again_when_it_has_ended() -> None:
    now = london("2027-01-04 10:00")
    at_it = {"therapy/talk/1": Done(start=london("2027-01-04 09:30"))}
    alone = course_of(talks_with(), done=at_it)
    assert times(planned(alone, now=now)) == ["10:30"]
    both = scheduled(course("c1", talks_with(), done=at_it), course("c2", talks_with(times=1)), now=now)
    assert [times(plan) for plan in both.plans] == [["10:30"], ["11:30"]]
    # So it is where it is the other course that they are at, and nothing more is owed there.
    other = scheduled(
        course("c1", talks_with(times=1)), course("c2", talks_with(times=1), done=at_it), now=now
    )
    assert [times(plan) for plan in other.plans] == [["10:30"], []]


def test_a_visit_that_took_place_in_another_course_is_met_by_no_plan_that_is_kept() -> None:
    one, two = course("c1", talks_with(times=1)), course("c2", talks_with())
    kept = scheduled(one)
    early = {"therapy/talk/1": Done(start=london("2027-01-04 07:30"))}
    assert reports(kept, one, two)["c1"].clean
    (finding,) = reports(kept, one, evolve(two, done=early))["c1"]
    assert (finding.check, finding.new) == ("nothing_is_booked_twice", True)
    assert (
        "therapy/talk/1 and c2:therapy/talk/1" in finding.message
        or "c2:therapy/talk/1 and" in finding.message
    )


# A limit that they share


def test_courses_of_a_patient_share_a_limit_that_counts_across_the_patient() -> None:
    one, two, other = course("c1"), course("c2"), course("c3", patient="q18")
    schedule = scheduled(one, two, other)
    assert [dates(plan) for plan in schedule.plans] == [
        ["Mon 4 Jan", "Tue 5 Jan"],
        ["Mon 11 Jan", "Tue 12 Jan"],
        ["Mon 4 Jan", "Tue 5 Jan"],
    ]
    assert all(report.clean for report in reports(schedule, one, two, other).values())
    # What the schedule holds already is not kept in each course again.
    assert [plan.course for plan in schedule.plans] == [one, two, other]
    # Where the limit is of each course alone they do not hinder each other.
    alone = talks_with(evolve(TWO_OF_THE_PATIENT, across="course"))
    assert dates(scheduled(course("c1", alone), course("c2", alone)).plans[1]) == ["Mon 4 Jan", "Tue 5 Jan"]


def test_what_is_done_in_a_course_without_a_plan_counts_and_what_is_cancelled_does_not() -> None:
    came = {"therapy/talk/1": Done(start=london("2027-01-04 08:00"))}
    stuck = course(
        "c1", talks_with(Frequency(name="all", of="talk", at_least=2, at_most=2), times=2), done=came
    )
    now = london("2027-01-05 07:00")
    closed_to_it = evolve(stuck, patient=Patient(id="q17", excludes=("tess", "tom")))
    schedule = scheduled(closed_to_it, course("c2"), now=now)
    assert [one.course.id for one in schedule.refusals] == ["c1"]
    assert dates(schedule.plans[0]) == ["Tue 5 Jan", "Mon 11 Jan"]
    kept = scheduled(course("c1"))
    (plan,) = kept.plans
    first, second = plan.appointments
    off = evolve(kept, plans=[evolve(plan, appointments=[evolve(first, status="cancelled"), second])])
    assert dates(scheduled(course("c2"), kept=off).plans[0]) == ["Mon 4 Jan", "Mon 11 Jan"]
    assert dates(scheduled(course("c2"), kept=kept).plans[0]) == ["Mon 11 Jan", "Tue 12 Jan"]


def test_a_plan_that_is_kept_answers_for_what_stands_beside_it_today() -> None:
    free = talks_with(times=1)
    kept = scheduled(course("c1"), course("c2", free, "q18"))
    assert all(report.clean for report in reports(kept).values())
    # The second is the first patient's too, as it turns out.
    mine = course("c2", free)
    moved = evolve(kept, plans=[kept.plans[0], Plan.of(mine, kept.plans[1].appointments)])
    (finding,) = (one for one in reports(moved)["c1"] if one.check == "frequencies_are_kept")
    assert finding.new
    assert "1 of them in the patient's other courses" in finding.message
    # It took place a week later, and is counted there.
    late = evolve(mine, done={"therapy/talk/1": Done(start=london("2027-01-12 08:00"))})
    assert not [one for one in reports(moved, late)["c1"] if one.check == "frequencies_are_kept"]


def test_callers_with_a_database_of_their_own_say_what_stands_beside_a_course() -> None:
    first = planned(course("c1"))
    second = course("c2", beside=first.elsewhere)
    booked = diary().book(first)
    plan = find_plan(second, booked, now=BEFORE)
    assert isinstance(plan, Plan)
    assert dates(plan) == ["Mon 11 Jan", "Tue 12 Jan"]
    assert plan.course == second
    # Said by hand of a course that the schedule knows, it is the schedule that counts.
    old = Elsewhere(course="c1", session="therapy/talk/1", start=london("2027-01-12 10:00"))
    other = Elsewhere(course="c9", session="therapy/talk/1", start=london("2027-01-12 10:00"))
    third = evolve(second, beside=(old, other))
    assert dates(scheduled(course("c1"), third).plans[1]) == ["Mon 11 Jan", "Mon 18 Jan"]


def test_a_refusal_names_the_limit_that_other_courses_leave_no_room_under() -> None:
    every_week = elsewhere("2027-01-04 10:00", "2027-01-05 10:00", "2027-01-12 10:00")
    tight = talks_with(evolve(TWO_OF_THE_PATIENT, at_least=2), times=2)
    refusal = refused(course("c1", tight, beside=every_week), days=14)
    assert refusal.session is None
    assert [one.code for one in refusal.reasons] == ["horizon"]
    mondays_off = elsewhere("2027-01-05 10:00", "2027-01-06 10:00")
    refusal = refused(
        course("c1", talks_with(TWO_OF_THE_PATIENT, times=1), beside=mondays_off),
        days=8,
        booked=[taken("patient", "q17", "2027-01-11 07:00", "2027-01-11 20:00")],
    )
    assert refusal.session == "therapy/talk/1"
    assert [(one.code, one.ids) for one in refusal.reasons[-2:]] == [
        ("booked", ("q17",)),
        ("rule", ("two-a-week",)),
    ]
    assert refusal.sentences()[-1] == (
        "The sessions before it and the patient's other courses leave no room "
        "from Mon 4 Jan 2027 to Fri 8 Jan 2027 (rule: two-a-week)."
    )


# How it is said


def test_a_programme_file_says_that_a_limit_counts_across_the_patient(tmp_path: Path) -> None:
    def read(across: str, base: str = "preset:iv-six@1", *known: Programme) -> Programme:
        file = tmp_path / "ours.toml"
        body = f'format = 1\nname = "ours"\nversion = "1"\nbased_on = "{base}"\n{across}'
        file.write_text(body, encoding="utf-8")
        return read_programme(file, known)

    def limit(programme: Programme) -> Frequency:
        (found,) = (one for one in programme.rules if isinstance(one, Frequency))
        return found

    preset = limit(load_preset("iv-six@1"))
    key = f"frequencies.{preset.name}.across"
    shared = read(f'{key} = "patient"')
    assert limit(shared) == evolve(preset, across="patient") != preset
    # A programme that begins from it counts so too, unless it says otherwise.
    base = evolve(shared, name="base")
    assert limit(read("", "base@1", base)) == limit(shared)
    assert limit(read(f'{key} = "course"', "base@1", base)) == preset
    with pytest.raises(InvalidInput) as caught:
        read(f'{key} = "clinic"')
    assert [fault.path for fault in caught.value.faults] == [key]


@pytest.mark.parametrize(
    ("said", "path"),
    [({"at_least": 1, "across": "patient"}, "across"), ({"at_most": 1, "across": "all"}, "across")],
)
def test_only_a_limit_counts_across_the_patient(said: dict[str, Any], path: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Frequency(name="two", of="talk", **said)
    assert [fault.path for fault in caught.value.faults] == [path]


def test_what_stands_beside_a_course_is_of_others_each_session_once() -> None:
    (one,) = elsewhere("2027-01-05 10:00")
    assert course("c1", beside=[one]).beside == (one,)
    with pytest.raises(InvalidInput) as caught:
        course("c2", beside=[one, evolve(one, course="c3"), evolve(one, course="c3")])
    assert [(fault.path, fault.message) for fault in caught.value.faults] == [
        ("beside.0", "later/talk/1 is of this course itself; beside it stand other courses"),
        ("beside.2", "later/talk/1 of course 'c3' stands here twice"),
    ]
    for session in ("talk", "a/talk/", "a/talk/one", "a/b/c/1", "", 7):
        with pytest.raises(InvalidInput) as caught:
            evolve(one, session=session)  # type: ignore[arg-type]  # on purpose
        assert [fault.path for fault in caught.value.faults] == ["session"]
    with pytest.raises(InvalidInput, match="start"):
        evolve(one, start=datetime(2027, 1, 5, 10))  # noqa: DTZ001  # naive on purpose


def test_a_plan_tells_what_it_is_to_another_course() -> None:
    came = {"therapy/talk/1": Done(start=london("2027-01-04 08:10"))}
    plan = planned(course("c1", talks_with(times=3), done=came), now=london("2027-01-04 12:00"))
    first, last = plan.appointments
    assert [(one.session, one.start) for one in plan.elsewhere] == [
        ("therapy/talk/2", first.start),
        ("therapy/talk/3", last.start),
        ("therapy/talk/1", london("2027-01-04 08:10")),
    ]
    # What took place did so when it did, whatever was booked; what is cancelled does not stand.
    moved = evolve(plan, course=evolve(plan.course, done={first.session: came["therapy/talk/1"]}))
    off = evolve(moved, appointments=[first, evolve(last, status="cancelled")])
    assert [(one.session, one.start) for one in off.elsewhere] == [
        (first.session, london("2027-01-04 08:10"))
    ]


def test_a_document_keeps_what_stands_beside_a_course_and_leaves_out_nothing() -> None:
    said = course("c1", beside=elsewhere("2027-01-04 10:00", "2027-07-05 10:00"))
    schedule = scheduled(said, course("c3"))
    document = to_document(schedule)
    assert from_document(document) == schedule
    table = json.loads(document)
    assert [one.get("beside") for one in table["courses"]] == [
        [
            {"course": "c2", "session": "later/talk/1", "start": "2027-01-04T10:00:00+00:00"},
            {"course": "c2", "session": "later/talk/2", "start": "2027-07-05T10:00:00+01:00"},
        ],
        None,
    ]
    table["courses"][0]["beside"][1]["session"] = "talk"
    with pytest.raises(InvalidInput) as caught:
        from_document(json.dumps(table))
    assert [fault.path for fault in caught.value.faults] == ["courses.c1.beside.2.session"]


def test_a_course_that_is_erased_leaves_no_trace_beside_another() -> None:
    first = planned(course("c1"))
    second, third = course("c2", beside=first.elsewhere), course("c3", patient="q18")
    schedule = scheduled(course("c1"), second, third)
    assert "c1" in to_document(schedule)
    left = schedule.without("c1")
    assert "c1" not in to_document(left)
    assert [plan.course for plan in left.plans] == [evolve(second, beside=()), third]
