"""What does a second run keep, what does it change, and who is told?"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.desk import BOOKINGS, Desk, patient, quayside

LATER = "2027-01-04T15:00"
DOSE, TALK = "c1:only/dosing/1", "c1:only/talk/1"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = quayside(tmp_path)
    desk.planned()
    return desk


def sequences(desk: Desk, id: str = DOSE) -> tuple[int, int, int]:
    found = desk.appointment(id).sequence
    return found.patient, found.staff, found.room


def away(desk: Desk, heading: str) -> None:
    """Nobody is to count on this room or person on the first day."""
    desk.change("clinic.toml", heading, f"{heading}\naway = [2027-01-05]")


@pytest.mark.parametrize("now", ["2027-01-04T09:00", LATER])
def test_where_nothing_is_new_no_byte_changes(desk: Desk, now: str) -> None:
    before = desk.written()
    result = desk.plan(now=now)
    assert result.stdout.splitlines()[-2:] == [
        "appointments as they were: 2",
        f"1 placed, 0 refused; appointments: 2; nothing to change in {desk.out}",
    ]
    assert desk.written() == before


def test_a_new_patient_is_planned_around_those_who_are_there(desk: Desk) -> None:
    before = desk.written()
    desk.patients(patient(2), patient(1))
    schedule = desk.planned(now=LATER)
    assert [plan.course.id for plan in schedule.plans] == ["c2", "c1"]
    assert schedule.revision == 2
    after = desk.written()
    kept = [name for name in before if name.startswith(("calendars/patients/", "pictures/courses/"))]
    assert [after[name] for name in kept] == [before[name] for name in kept]
    dose, other = desk.appointment(DOSE), desk.appointment("c2:only/dosing/1")
    assert {row.resource for row in dose.bookings}.isdisjoint({row.resource for row in other.bookings})


def test_a_patient_is_called_and_addressed_as_the_file_says_today(desk: Desk) -> None:
    desk.patients(patient(1, more='name = "Old Name"'))
    first, before = desk.planned("--afresh", "--yes").revision, sequences(desk)
    desk.patients(patient(1, more='name = "New Name"\nlanguage = "cy"'))
    assert desk.planned(now=LATER).revision == first + 1
    assert "New Name" in desk.type("show", desk.out, "--patient", "q1", "--names").stdout
    (calendar,) = (text for name, text in desk.written().items() if name.startswith("calendars/patients/"))
    assert b"SUMMARY;LANGUAGE=cy:Apwyntiad" in calendar
    desk.patients(patient(1))
    assert desk.planned(now=LATER).revision == first + 2
    assert b"Name" not in desk.written()["schedule.json"]
    assert sequences(desk) == before


def test_a_name_is_withdrawn_of_a_course_that_has_left_the_file_too(desk: Desk) -> None:
    again = 'name = "Old Name"\n[courses.c3]\npatient = "q1"\nprogramme = "short@1"\nfirst_day = 2027-02-01\n'
    desk.patients(patient(1, more=again))
    desk.planned("--afresh", "--yes")
    desk.patients(patient(1))
    assert [plan.course.patient.name for plan in desk.planned(now=LATER).plans] == ["", ""]


def test_wishes_of_a_kept_plan_stay_as_it_was_planned_by(desk: Desk) -> None:
    before = desk.schedule().plans
    desk.patients(patient(1, more='wishes.weekdays = "fri"'))
    assert desk.planned(now=LATER).plans == before


def test_those_who_were_refused_are_tried_again(desk: Desk) -> None:
    desk.patients(patient(1), patient(2, more='hours = { sun = "09:00-10:00" }'))
    assert desk.plan().exit_code == 3
    desk.patients(patient(1), patient(2))
    schedule = desk.planned()
    assert (len(schedule.plans), schedule.refusals, schedule.revision) == (2, (), 3)


def test_appointments_of_a_patient_who_left_the_files_are_kept_until_they_are_planned_afresh(
    desk: Desk,
) -> None:
    (calendar,) = (desk.out / "calendars" / "patients").iterdir()
    desk.patients(patient(2))
    assert [plan.course.id for plan in desk.planned().plans] == ["c2", "c1"]
    assert calendar.exists()
    assert [plan.course.id for plan in desk.planned("--afresh", "--yes").plans] == ["c2"]
    # Whoever reads it is told, as long as it may concern them.
    text = calendar.read_text(encoding="utf-8")
    assert text.count("STATUS:CANCELLED") == text.count("BEGIN:VEVENT") > 0
    assert len(list((desk.out / "pictures" / "courses").iterdir())) == 2


def test_what_is_not_ours_in_the_folder_is_left_alone(desk: Desk) -> None:
    note = desk.out / "calendars" / "patients" / "note.txt"
    note.write_text("mine", encoding="utf-8")
    desk.planned("--confirm")
    assert note.read_text(encoding="utf-8") == "mine"


def test_a_booking_over_a_kept_appointment_is_found_and_nothing_is_lost(desk: Desk) -> None:
    before = desk.written()
    desk.write("bookings.csv", BOOKINGS + "staff,nia,2027-01-05T08:30,2027-01-05T09:30,true,meeting\n")
    desk.patients(patient(1), patient(2, more='hours = { sun = "09:00-10:00" }'))
    result = desk.plan()
    assert result.exit_code == 4  # and not 3, although somebody was refused
    assert result.stderr.splitlines() == [
        "c1:",
        "  not so: nothing is booked twice",
        "    staff nia is taken by only/dosing/1 and meeting at once, 2027-01-05 08:30 to 09:00",
    ]
    assert desk.appointment(DOSE).sequence.staff == 0
    assert all(desk.written()[name] == before[name] for name in before if "/patients/" in name)


def test_kept_plans_are_held_against_the_programme_of_today(desk: Desk) -> None:
    desk.change("programmes/short.toml", 'minutes = 60\nstaff = ["nurse"]', 'minutes = 90\nstaff = ["nurse"]')
    result = desk.plan()
    assert result.exit_code == 4
    assert "only/dosing/1 lasts 60 minutes; its kind lasts 90" in result.stderr


def test_appointments_before_a_horizon_that_has_moved_on_are_kept(desk: Desk) -> None:
    desk.change("clinic.toml", "first_day = 2027-01-04", "first_day = 2027-02-01")
    desk.patients(patient(1), patient(2, first_day="2027-02-02"))
    assert desk.plan(now="2027-02-01T09:00").exit_code == 0
    assert desk.appointment(DOSE).start.month == 1
    assert desk.appointment("c2:only/dosing/1").start.month == 2


def test_a_session_that_is_done_by_now_is_marked_so_and_is_no_finding(desk: Desk) -> None:
    desk.patients(patient(1), '[courses.c1.done]\n"only/dosing/1" = 2027-01-05T08:00:00\n')
    desk.planned(now="2027-01-05T12:00")
    assert (desk.appointment(DOSE).status, desk.appointment(TALK).status) == ("done", "provisional")
    assert sequences(desk, TALK) == (0, 0, 0)


def test_kept_appointments_that_stand_in_the_bookings_too_are_not_booked_twice(desk: Desk) -> None:
    rows = [
        f"{row.type},{row.resource},{row.start.isoformat()},{row.end.isoformat()},true,{row.ref}\n"
        for row in desk.schedule().bookings
    ]
    desk.write("bookings.csv", BOOKINGS + "".join(rows))
    before = desk.written()
    assert desk.plan().exit_code == 0
    assert desk.written() == before


def test_confirming_raises_every_sequence_once(desk: Desk) -> None:
    desk.planned("--confirm", now=LATER)
    assert desk.appointment(DOSE).status == "confirmed"
    assert sequences(desk) == (1, 1, 1)
    assert desk.appointment(DOSE).revised == desk.schedule().now
    before = desk.written()
    desk.planned("--confirm", now="2027-01-04T16:00")
    assert desk.written() == before


def test_a_new_course_may_be_confirmed_at_once(desk: Desk) -> None:
    desk.patients(patient(1), patient(2))
    desk.planned("--confirm")
    assert desk.appointment("c2:only/dosing/1").status == "confirmed"
    # It is new in the second version, and no sequence begins lower than those that may be remembered.
    assert sequences(desk, "c2:only/dosing/1") == (2, 2, 2)


def test_planned_afresh_what_comes_out_the_same_is_the_same(desk: Desk) -> None:
    desk.planned("--confirm")
    before = desk.written()
    desk.planned("--afresh", "--yes", now=LATER)
    assert desk.written() == before


def test_another_nurse_is_told_to_staff_alone(desk: Desk) -> None:
    (before,) = (row.resource for row in desk.appointment(DOSE).bookings if row.type == "staff")
    away(desk, "[staff.nia]")
    desk.planned("--afresh", "--yes", now=LATER)
    assert (before, desk.appointment(DOSE).staff("nurse")) == ("nia", ("ned",))
    assert sequences(desk) == (0, 1, 0)
    assert sequences(desk, TALK) == (0, 0, 0)
    one = desk.appointment(DOSE)
    assert (one.revised, one.created) == (desk.schedule().now, desk.appointment(TALK).revised)


def test_another_room_is_told_to_rooms_and_staff_and_not_to_the_patient(desk: Desk) -> None:
    away(desk, "[rooms.blue]")
    desk.planned("--afresh", "--yes", now=LATER)
    assert "green" in {row.resource for row in desk.appointment(DOSE).bookings}
    assert sequences(desk) == (0, 1, 1)


def test_another_time_is_told_to_everybody_and_needs_confirming_again(desk: Desk) -> None:
    desk.planned("--confirm")
    desk.patients(patient(1, more="away = [2027-01-05]"))
    desk.planned("--afresh", "--yes", now=LATER)
    assert desk.appointment(DOSE).start.day == 6
    assert desk.appointment(DOSE).status == "provisional"
    assert sequences(desk) == (2, 2, 2)


@pytest.mark.parametrize("answer", ["n\n", "", None])
def test_nothing_is_discarded_unless_somebody_says_yes(desk: Desk, answer: str | None) -> None:
    before = desk.written()
    desk.patients(patient(1, more="away = [2027-01-05]"))
    result = desk.plan("--afresh", answer=answer)
    assert result.exit_code == 2
    assert f"Discard the schedule in {desk.out} (appointments: 2; confirmed: 0)? [y/N]" in result.stderr
    assert result.stderr.endswith("the schedule stays as it is; with --yes it is discarded unasked\n")
    assert desk.written() == before


def test_a_yes_discards(desk: Desk) -> None:
    desk.patients(patient(1, more="away = [2027-01-05]"))
    result = desk.plan("--afresh", answer="y\n")
    assert result.exit_code == 0
    assert "appointments as they were: 0, changed: 2\n" in result.stdout


@pytest.mark.parametrize("option", ["", "--afresh"])
@pytest.mark.parametrize(
    ("old", "new", "path"),
    [('id = "quayside"', 'id = "moorside"', "clinic"), ("Europe/London", "Europe/Paris", "timezone")],
)
def test_a_schedule_of_another_clinic_is_never_gone_on_with(
    desk: Desk, old: str, new: str, path: str, option: str
) -> None:
    before = desk.written()
    desk.change("clinic.toml", old, new)
    result = desk.plan(*filter(None, [option]), "--yes")
    assert result.exit_code == 2
    assert result.stderr.startswith(f"{desk.out / 'schedule.json'}: {path}: this schedule is of ")
    assert desk.written() == before


@pytest.mark.parametrize("text", ["", "{", '{"format": 2}', "[]"])
def test_a_schedule_that_cannot_be_read_is_refused_and_left_there(desk: Desk, text: str) -> None:
    path = desk.out / "schedule.json"
    path.write_text(text, encoding="utf-8")
    result = desk.plan("--afresh", "--yes")
    assert result.exit_code == 2
    assert all(line.startswith(f"{path}: ") for line in result.stderr.splitlines())
    assert path.read_text(encoding="utf-8") == text


def test_what_took_place_before_the_time_that_is_booked_frees_that_time(tmp_path: Path) -> None:
    """The dose was booked for Monday the 11th, and somebody came on Wednesday the 6th."""
    desk = quayside(tmp_path)
    desk.patients(patient(1, first_day="2027-01-11"))
    desk.planned("--confirm")
    booked = desk.appointment(DOSE)
    (room,) = {row.of for row in booked.bookings if row.type == "room"}
    came = '[courses.c1.done."only/dosing/1"]\nstart = 2027-01-06T10:00:00\nstaff = { nurse = ["nia"] }\n'
    desk.patients(patient(1, first_day="2027-01-11") + came, patient(2, first_day="2027-01-11"))
    desk.plan(now="2027-01-07T09:00")
    dose = desk.appointment(DOSE)
    assert (dose.status, f"{dose.start:%d %H:%M}", f"{dose.end:%d %H:%M}") == ("done", "06 10:00", "06 11:00")
    assert dose.sequence.patient == booked.sequence.patient + 1
    other = desk.appointment("c2:only/dosing/1")
    assert (other.start, room in {row.of for row in other.bookings}) == (booked.start, True)
