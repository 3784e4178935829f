"""Is nobody booked while a calendar of their own, in the clinic's folder, says that they have no time?"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import icalendar
import pytest

from kapsched.exchange.documents import check_files
from kapsched.exchange.foreign.busy_times import read_busy
from kapsched.model.appointments import Appointment
from kapsched.timeline.zones import zone
from tests.desk import Desk, patient, quayside

LONDON = zone("Europe/London")
MEANT = "; did you mean 'nia'? (known are tess, nia, ned)"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return quayside(tmp_path)


def starts(content: Any) -> list[datetime]:
    return [event["DTSTART"].dt for event in content.events]


def calendar(*entries: str) -> str:
    body = "".join(
        f"BEGIN:VEVENT\r\nUID:{number}\r\n{entry}END:VEVENT\r\n" for number, entry in enumerate(entries)
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//x//EN\r\n{body}END:VCALENDAR\r\n"


def all_day(first: str, last: str) -> str:
    return f"DTSTART;VALUE=DATE:{first}\r\nDTEND;VALUE=DATE:{last}\r\n"


def talk(desk: Desk) -> Appointment:
    return desk.appointment("c1:only/talk/1")


def dose(desk: Desk) -> Appointment:
    return desk.appointment("c1:only/dosing/1")


def test_a_nurse_is_not_booked_while_her_own_calendar_says_that_she_is_away(desk: Desk) -> None:
    desk.planned()
    (first,) = dose(desk).staff("nurse")
    other = "ned" if first == "nia" else "nia"
    desk.write(f"busy/staff/{first}.ics", calendar(all_day("20270104", "20270304")))
    desk.planned("--afresh", "--yes")
    assert dose(desk).staff("nurse") == (other,)


def test_a_patient_is_not_booked_while_their_own_calendar_says_that_they_are_away(desk: Desk) -> None:
    desk.planned()
    before = dose(desk).start
    desk.write("busy/patients/q1.ics", calendar(all_day("20270104", "20270118")))
    desk.planned("--afresh", "--yes")
    assert before < datetime(2027, 1, 18, tzinfo=LONDON) <= dose(desk).start


def test_a_room_has_a_calendar_too(desk: Desk) -> None:
    desk.planned()
    (first,) = {row.resource for row in dose(desk).bookings if row.type == "room"}
    desk.write(f"busy/rooms/{first}.ics", calendar(all_day("20270104", "20270304")))
    desk.planned("--afresh", "--yes")
    assert {row.resource for row in dose(desk).bookings if row.type == "room"} == {"blue", "green"} - {first}


def test_an_appointment_that_meets_somebody_s_new_meeting_is_told_and_stays(desk: Desk) -> None:
    desk.planned()
    visit = talk(desk)
    times = f"DTSTART:{visit.start:%Y%m%dT%H%M%SZ}\r\nDURATION:PT30M\r\n"
    desk.write("busy/staff/tess.ics", calendar(times))
    result = desk.plan()
    assert result.exit_code == 4
    assert "tess" in result.stderr
    assert talk(desk) == visit
    assert desk.type("verify", desk.out / "schedule.json", "--clinic", desk.clinic).exit_code == 4


def test_what_a_calendar_has_from_ours_is_not_taken_for_something_else(desk: Desk) -> None:
    """Tess's program keeps what the clinic mailed her in her own calendar, and exports it with the rest."""
    desk.planned()
    visit = talk(desk)
    ours = [
        icalendar.Calendar.from_ical(path.read_bytes())
        for path in (desk.out / "calendars/staff").glob("*.ics")
    ]
    (hers,) = [one for one in ours if starts(one) == [visit.start]]
    desk.write("busy/staff/tess.ics", hers.to_ical().decode())
    before = desk.written()
    assert desk.plan().exit_code == 0
    assert desk.written() == before
    # By another clinic's key it is a meeting like any other.
    named = {"zone": "Europe/London", "first": visit.start.date(), "last": visit.start.date()}
    key = (desk.clinic / "uid.key").read_bytes().strip()
    assert read_busy(hers.to_ical(), uid_key=key, **named).intervals == ()  # type: ignore[arg-type]
    assert len(read_busy(hers.to_ical(), uid_key=key[::-1], **named).intervals) == 1  # type: ignore[arg-type]


def test_what_could_not_be_read_is_noted_with_its_line_and_the_rest_is_used(desk: Desk) -> None:
    desk.write(
        "busy/staff/nia.ics",
        calendar("DTSTART:yesterday\r\n", all_day("20270104", "20270304")),
    )
    note = "note: busy/staff/nia.ics: line 6: DTSTART cannot be read; the rest is used\n"
    result = desk.plan()
    assert (result.exit_code, result.stderr.startswith(note)) == (0, True)
    assert dose(desk).staff("nurse") == ("ned",)
    assert note in desk.type("check", desk.clinic).stdout
    assert note in desk.type("verify", desk.out / "schedule.json", "--clinic", desk.clinic).stderr


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (
            "staff/nya.ics",
            calendar(),
            f"is named by an id, and there is no member of staff 'nya'{MEANT}",
        ),
        ("patients/q9.ics", calendar(), "is named by an id, and there is no patient with a course 'q9'"),
        (
            "nurses/nia.ics",
            calendar(),
            "a calendar of others lies in busy/staff, busy/patients, busy/rooms, and nowhere else",
        ),
        (
            "nia.ics",
            calendar(),
            "a calendar of others lies in busy/staff, busy/patients, busy/rooms, and nowhere else",
        ),
        (
            "staff/old/nia.ics",
            calendar(),
            "a calendar of others lies in busy/staff, busy/patients, busy/rooms, and nowhere else",
        ),
        ("staff/nia.txt", calendar(), "is no calendar by its name, which ends in .ics"),
        ("staff/nia.ICS", "Dear all,\n", "is no calendar: BEGIN:VCALENDAR is missing"),
        ("rooms/blue.ics", "Dear all,\n", "is no calendar: BEGIN:VCALENDAR is missing"),
    ],
)
def test_a_file_that_is_nobody_s_calendar_is_refused_by_its_name(
    desk: Desk, name: str, content: str, said: str
) -> None:
    desk.write(f"busy/{name}", content)
    desk.write("busy/staff/ned.ics", "nothing")
    faults = ["busy/staff/ned.ics: is no calendar: BEGIN:VCALENDAR is missing", f"busy/{name}: {said}"]
    for result in (desk.plan(), desk.type("check", desk.clinic)):
        assert result.exit_code == 2
        assert sorted(result.stderr.splitlines()) == sorted(faults)
    assert not desk.out.exists()


def test_a_calendar_alone_is_checked_by_the_folder_that_it_lies_in(desk: Desk) -> None:
    path = desk.write("busy/staff/nia.ics", calendar("DTSTART:yesterday\r\n"))
    found = check_files([desk.clinic / "clinic.toml", desk.clinic / "bookings.csv", path])
    assert found.faults == ()
    assert [note for note in found.notes if "busy" in note] == [
        "busy/staff/nia.ics: line 6: DTSTART cannot be read; the rest is used"
    ]


def test_what_the_clinic_s_table_has_too_is_booked_once(desk: Desk) -> None:
    """The painters are in the room's own calendar, from an hour before until an hour after."""
    desk.write("busy/rooms/blue.ics", calendar("DTSTART:20270111T070000Z\r\nDTEND:20270111T100000Z\r\n"))
    desk.planned()
    result = desk.type("verify", desk.out / "schedule.json", "--clinic", desk.clinic)
    assert (result.exit_code, result.stderr) == (0, "")


def test_leave_of_some_days_is_drawn_on_each_of_them(desk: Desk) -> None:
    desk.patients(patient(1), patient(2, first_day="2027-01-12"))
    desk.write("busy/staff/nia.ics", calendar(all_day("20270104", "20270123")))
    desk.planned()
    shown = desk.type("show", desk.out, "--staff", "nia", "--week", "2027-01-11", "--clinic", desk.clinic)
    assert shown.stdout.count("00:00–24:00  taken") == 7
    picture = (desk.out / "pictures/weeks/2027-01-11-people.csv").read_text(encoding="utf-8")
    assert len([line for line in picture.splitlines() if line.startswith("nia,")]) == 7


def test_the_window_is_the_clinic_s_horizon(desk: Desk) -> None:
    desk.write(
        "busy/staff/nia.ics",
        calendar("DTSTART:20200101T000000Z\r\nDURATION:P1D\r\nRRULE:FREQ=DAILY\r\n"),
    )
    desk.planned()
    assert dose(desk).staff("nurse") == ("ned",)
    assert dose(desk).start - datetime(2027, 1, 4, tzinfo=LONDON) < timedelta(days=60)


def test_a_place_that_is_shared_is_not_free_for_others_than_those_who_share_it(desk: Desk) -> None:
    """The oak room is lent out, and a group of the clinic's stands in its table on the same days."""
    desk.change("clinic.toml", '[rooms.oak]\ntype = "therapy"', '[rooms.oak]\ntype = "therapy"\ncapacity = 2')
    desk.change("programmes/short.toml", 'room = "therapy"', 'room = "therapy"\nshares = ["therapy"]')
    lent = desk.write("busy/rooms/oak.ics", calendar(all_day("20270104", "20270201")))
    desk.planned()
    alone = talk(desk).start
    assert alone >= datetime(2027, 2, 1, tzinfo=LONDON)
    desk.change(
        "bookings.csv", "painters\n", "painters\nroom,oak,2027-01-04T00:00,2027-02-01T00:00,false,group\n"
    )
    desk.planned("--afresh", "--yes")
    assert talk(desk).start == alone
    lent.unlink()
    desk.planned("--afresh", "--yes")
    assert talk(desk).start < alone


def test_our_own_entries_are_known_also_by_a_key_that_lies_elsewhere(desk: Desk) -> None:
    key = desk.folder / "secret.key"
    desk.planned("--key", key)
    (row,) = [
        line
        for line in (desk.out / "calendars/index.csv").read_text().splitlines()
        if line.startswith("staff,tess")
    ]
    hers = (desk.out / "calendars" / row.split(",")[2]).read_text(encoding="utf-8")
    desk.write("busy/staff/tess.ics", hers)
    schedule, day = desk.out / "schedule.json", f"{talk(desk).start:%Y-%m-%d}"
    assert desk.type("verify", schedule, "--clinic", desk.clinic, "--key", key).exit_code == 0
    assert desk.type("verify", schedule, "--clinic", desk.clinic).exit_code == 4
    show = ["show", desk.out, "--staff", "tess", "--day", day, "--clinic", desk.clinic]
    assert "taken" not in desk.type(*show, "--key", key).stdout
    assert "taken" in desk.type(*show).stdout


def test_without_the_clinic_a_calendar_is_said_to_go_unread(desk: Desk) -> None:
    path = desk.write("busy/staff/nia.ics", calendar())
    assert check_files([path]).notes == (
        "busy/staff/nia.ics: no one clinic was given, so that it goes unread",
    )
