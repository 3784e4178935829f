"""Does everybody read their own language, wherever kapsched writes, and may a clinic have words of its own?"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import date
from html import unescape
from pathlib import Path
from textwrap import dedent
from typing import TypedDict, get_args

import pytest
from attrs import evolve

from kapsched.errors import InvalidInput
from kapsched.exchange.calendars.audiences import Audience
from kapsched.exchange.calendars.feeds import Feed, feeds
from kapsched.exchange.calendars.ics import to_ics
from kapsched.exchange.day_sheets import day_sheet
from kapsched.exchange.documents import check_files, from_document, to_document
from kapsched.exchange.patient_files import read_courses
from kapsched.exchange.pictures import course_strip, utilisation_strip, week_by_person, week_by_room
from kapsched.exchange.tables import (
    Table,
    closing_table,
    course_table,
    people_table,
    utilisation_table,
    week_table,
)
from kapsched.exchange.views import View, course_views, resource_view, visits_view
from kapsched.exchange.wording_files import read_wording
from kapsched.model.bookings import Booking, Resource
from kapsched.model.course import Patient
from kapsched.model.plan import Plan, Refusal, Schedule
from kapsched.model.reasons import Reason, ReasonCode
from kapsched.model.wording import BLANKS, COUNTS, HEADS, Reader, Wording
from kapsched.model.wordings.english import ENGLISH
from kapsched.model.wordings.german import GERMAN
from kapsched.model.wordings.shipped import WORDINGS
from kapsched.model.wordings.welsh import WELSH
from tests import calendar_stories as stories
from tests.desk import Desk, contents, patient, quayside
from tests.fences import ROOT, fences
from tests.test_exchange_pictures import BEGUN, BOOKED, CLINIC, MONDAY

KEY = stories.KEY


# No language at all: signs and numbers for words, so that every letter that is left came past the table.


def _sign(at: tuple[Reader, str], number: int) -> str:
    if count := COUNTS.get(at):
        return " ".join(f"«{number}.{turn}»" for turn in range(count))
    return "·".join((f"«{number}»", *(f"{{{blank}}}" for blank in sorted(BLANKS[at]))))


SIGNS = Wording(language="zxx", texts={at: _sign(at, number) for number, at in enumerate(BLANKS)})


def refusals() -> Iterator[Refusal]:
    refused = stories.refusal(stories.course("c9", "q99"))
    days = [date(2027, 4, day) for day in (1, 2, 3, 4, 6)]
    reasons = [
        Reason(code=code, ids=ids, dates=days[:count])
        for code in get_args(ReasonCode)
        for ids in ((), ("ben",), ("ben", "imran"))
        for count in range(len(days) + 1)
    ]
    yield evolve(refused, reasons=reasons)
    yield evolve(refused, course=stories.course("c8", "q98"), session=None)


SCHEDULE = stories.schedule([BEGUN, stories.plan(stories.course("c2", "q18"), hour=13)], refusals())


def of_table(table: Table) -> Iterator[str]:
    yield table.title
    yield from table.lines()


def of_view(view: View) -> Iterator[str]:
    yield from (view.title, view.summary, *view.heads, *view.spare, *view.wrapped)
    for heading, rows in view.groups:
        yield heading
        yield from (cell for row in rows for cell in row.cells)


def of_markup(text: str) -> str:
    return unescape(re.sub(r"<style>.*?</style>|<[^>]*>", " ", text, flags=re.DOTALL))


class _Others(TypedDict):
    booked: list[Booking]
    wording: Wording


def everything(wording: Wording) -> Iterator[str]:
    """Every text that is written of a schedule for people, whoever they are."""
    plan, others = SCHEDULE.plans[0], _Others(booked=BOOKED, wording=wording)
    tables = (
        course_table(plan, CLINIC, wording=wording),
        week_table(SCHEDULE, CLINIC, MONDAY, **others),
        people_table(SCHEDULE, CLINIC, MONDAY, **others),
        utilisation_table(SCHEDULE, CLINIC, **others),
        closing_table(SCHEDULE, wording=wording),
    )
    week = [date(2027, 3, day) for day in range(22, 29)]
    views = (
        *course_views(SCHEDULE, "q17", wording=wording),
        *course_views(SCHEDULE, "q99", wording=wording),
        visits_view(SCHEDULE, week, **others),
        visits_view(SCHEDULE, [date(2027, 3, 24)], **others),
        visits_view(SCHEDULE, [date(2027, 3, 21)], **others),
        resource_view(SCHEDULE, Resource("staff", "ben"), week, **others),
        resource_view(SCHEDULE, Resource("room", "ketamine-1"), week[:1], **others),
    )
    pages = (
        course_strip(plan, CLINIC, wording=wording),
        week_by_room(SCHEDULE, CLINIC, MONDAY, **others),
        week_by_person(SCHEDULE, CLINIC, MONDAY, **others),
        utilisation_strip(SCHEDULE, CLINIC, **others),
        day_sheet(SCHEDULE, CLINIC, MONDAY, **others),
    )
    for table in tables:
        yield from of_table(table)
    for view in views:
        yield from of_view(view)
    yield from map(of_markup, pages)
    for refusal in SCHEDULE.refusals:
        yield from (*refusal.sentences("desk", wording), *refusal.sentences("patient", wording))
    audiences: tuple[Audience, ...] = (
        "patient",
        "clinic",
        Resource("staff", "ben"),
        Resource("room", "ketamine-1"),
    )
    for audience in audiences:
        content = to_ics(plan.appointments, audience=audience, uid_key=KEY, wording=wording)
        unfolded = content.decode().replace("\r\n ", "")
        yield from re.findall(r"^(?:SUMMARY|DESCRIPTION|NAME|X-WR-CALNAME)[^:]*:(.*)", unfolded, re.MULTILINE)


def letters(texts: Iterable[str]) -> set[str]:
    return {word.lower() for text in texts for word in re.findall(r"[^\W\d_]{2,}", text.replace("\\n", " "))}


def own_words() -> set[str]:
    """The words of ids and names, which the clinic itself wrote."""
    programme = SCHEDULE.plans[0].course.programme
    return letters(
        [
            programme.name,
            *(session.id for session in programme.sessions),
            *(segment.name for kind in programme.kinds for segment in kind.segments),
            *(word for one in CLINIC.rooms for word in (one.id, one.type)),
            *(word for one in CLINIC.staff for word in (one.id, *one.roles)),
            *(one.why for one in CLINIC.closed),
            *(one.resource for one in BOOKED),
            CLINIC.id,
        ]
    )


def test_nothing_is_written_but_in_the_words_of_the_table() -> None:
    own = own_words()
    left = {word for word in letters(everything(SIGNS)) if not any(one.startswith(word) for one in own)}
    assert left == set()


@pytest.mark.parametrize("wording", [WELSH, GERMAN], ids=lambda one: one.language)
def test_whatever_is_written_in_english_is_written_in_other_languages_too(wording: Wording) -> None:
    english, other = list(everything(ENGLISH)), list(everything(wording))
    assert len(other) == len(english)
    known = letters(wording.texts.values()) | own_words()
    left = {word for word in letters(other) if not any(one.startswith(word) for one in known)}
    assert left == set()


# Patients.


def with_language(plan: Plan, language: str) -> Plan:
    patient = evolve(plan.course.patient, language=language)
    return evolve(plan, course=evolve(plan.course, patient=patient))


def spoken_to(schedule: Schedule, **said: object) -> dict[str, str]:
    """What each patient's calendar is called."""
    found: dict[str, str] = {}
    given: Iterator[Feed] = feeds(schedule, uid_key=KEY, audiences=["patient"], **said)  # type: ignore[arg-type]
    patients = dict.fromkeys(plan.course.patient.id for plan in schedule.plans)
    for id, feed in zip(patients, given, strict=True):
        (name,) = re.findall(r"X-WR-CALNAME:(.*)\r", feed.content.decode())
        found[id] = name
    return found


SPEAKING = stories.schedule(
    with_language(stories.plan(stories.course(f"c{turn}", language or "none")), language)
    for turn, language in enumerate(("", "cy", "de-AT", "ar", "en"))
)


def test_a_patient_s_calendar_is_in_the_patient_s_language_where_there_are_words_for_it() -> None:
    assert spoken_to(SPEAKING) == {
        "none": "Appointments",
        "cy": "Apwyntiadau",
        "de-AT": "Termine",
        "ar": "Appointments",
        "en": "Appointments",
    }
    assert spoken_to(SPEAKING, wording=WELSH) == {
        "none": "Apwyntiadau",
        "cy": "Apwyntiadau",
        "de-AT": "Termine",
        "ar": "Apwyntiadau",
        "en": "Appointments",
    }


def test_a_patient_with_two_courses_reads_what_the_last_of_them_says() -> None:
    plans = (
        with_language(stories.plan(stories.course(f"c{turn}", "q1"), hour=8 + turn), language)
        for turn, language in enumerate(("cy", "de", ""), start=1)
    )
    assert spoken_to(stories.schedule(plans)) == {"q1": "Termine"}


def test_a_clinic_s_own_words_go_before_those_that_are_shipped() -> None:
    def called(wording: Wording, language: str, name: str) -> Wording:
        return evolve(wording, language=language, texts={**wording.texts, ("patient", "calendar"): name})

    own = called(ENGLISH, "en", "Visits")
    others = [called(GERMAN, "de", "Besuche"), called(ENGLISH, "ar", "مواعيد")]
    assert spoken_to(SPEAKING, wording=own, wordings=others) == {
        "none": "Visits",
        "cy": "Apwyntiadau",
        "de-AT": "Besuche",
        "ar": "مواعيد",
        "en": "Visits",
    }


def test_no_welsh_word_that_mutates_stands_before_what_it_would_mutate() -> None:
    """Neither before `dydd` unmutated, nor before what is filled in."""
    mutating = r"\b(?:am|ar|at|dan|dros|drwy|gan|heb|hyd|i|o|tan|wrth)"
    spoilt = rf"{mutating} (?:dydd\b|{{(?:first|second|third|last|day|moment|first_day|last_day)}})"
    assert [at for at, text in WELSH.texts.items() if re.search(spoilt, text, re.IGNORECASE)] == []


def test_what_staff_read_is_in_the_clinic_s_language_whatever_the_patients() -> None:
    for feed in feeds(SPEAKING, uid_key=KEY, audiences=["staff", "room", "clinic"]):
        assert b"LANGUAGE=en" in feed.content
        assert b"LANGUAGE=cy" not in feed.content


@pytest.mark.parametrize("language", ["welsh", "cy_GB", None, 5])
def test_a_patient_s_language_is_a_tag(language: object) -> None:
    with pytest.raises(InvalidInput) as caught:
        Patient(id="q17", language=language)  # type: ignore[arg-type]
    assert [fault.path for fault in caught.value.faults] == ["language"]


def test_a_patient_s_language_is_read_and_kept_in_the_document(tmp_path: Path) -> None:
    desk = quayside(tmp_path)
    desk.patients(patient(1, more='language = "cy"'), patient(2))
    desk.planned()
    first, second = (plan.course.patient.language for plan in desk.schedule().plans)
    assert (first, second) == ("cy", "")
    assert to_document(from_document(to_document(SPEAKING))) == to_document(SPEAKING)
    assert '"language"' not in to_document(SCHEDULE)


def test_a_patient_s_language_that_is_none_is_a_fault_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "patients.toml"
    path.write_text('format = 1\n[patients.q1]\nlanguage = "Cymraeg"\n', encoding="utf-8")
    with pytest.raises(InvalidInput) as caught:
        read_courses(path)
    (fault,) = caught.value.faults
    assert str(fault).startswith("patients.toml:3: patients.q1.language: the tag of a language is wanted")


# A clinic's own words.


def own(folder: Path, text: str) -> Path:
    path = folder / "wording.toml"
    path.write_text(dedent(text), encoding="utf-8")
    return path


def faults(path: Path) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        read_wording(path)
    return list(map(str, caught.value.faults))


def test_a_file_says_only_what_is_not_as_in_the_language_it_is_based_on() -> None:
    read = read_wording(ROOT / "tests" / "formats" / "wording-1.toml")
    changed = {at for at, text in read.texts.items() if text != WELSH.texts[at]}
    assert (read.language, changed) == (
        "cy-GB",
        {("patient", "summary"), ("desk", "free from"), ("desk", "on one")},
    )
    assert read.say("patient", "summary") == "Apwyntiad yn y clinig"


def test_the_files_of_the_how_to_are_read(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "how-to" / "languages.md").read_text(encoding="utf-8")
    patients, wording = (fence.text for fence in fences(page) if fence.language == "toml")
    path = tmp_path / "patients.toml"
    path.write_text(patients, encoding="utf-8")
    (course,) = read_courses(path)
    assert course.patient.language == "cy"
    read = read_wording(own(tmp_path, wording))
    assert read.say("desk", "reason booked", on="on Mon", names="oak") == "oak taken on Mon."


def test_a_file_that_is_based_on_a_language_speaks_it(tmp_path: Path) -> None:
    assert read_wording(own(tmp_path, 'format = 1\nbased_on = "de"\n')) == GERMAN


def test_a_whole_table_may_be_a_file_that_is_based_on_nothing(tmp_path: Path) -> None:
    lines = ['format = 1\nlanguage = "cy"\n']
    for reader in dict.fromkeys(reader for reader, _ in BLANKS):
        lines.append(f"[texts.{reader}]\n")
        texts = ((key, text) for (of, key), text in WELSH.texts.items() if of == reader)
        lines += [f"{json.dumps(key)} = {json.dumps(text, ensure_ascii=False)}\n" for key, text in texts]
    assert read_wording(own(tmp_path, "".join(lines))) == WELSH
    lines.remove('"closed" = "ar gau"\n')
    line = lines.index("[texts.desk]\n") + 2  # the first of the lines is two
    assert faults(own(tmp_path, "".join(lines))) == [
        f"wording.toml:{line}: texts.desk.closed: the wording 'cy' has no such text"
    ]


def test_every_fault_of_a_file_names_its_line_and_its_key(tmp_path: Path) -> None:
    path = own(
        tmp_path,
        """\
        format = 1
        based_on = "en"

        [texts.patient]
        summery = "Visit"
        "reason booked" = "Taken {on} by {names}."

        [texts.desk]
        weekdays = "Mo Tu We"
        closed = 5
        [texts.nurse]
        """,
    )
    assert faults(path) == [
        "wording.toml:5: texts.patient.summery: nobody asks for this text; did you mean patient.summary?",
        "wording.toml:6: texts.patient.reason booked: 'Taken {on} by {names}.' may leave these blanks, bare: {on}",
        "wording.toml:9: texts.desk.weekdays: 7 words are wanted, not 3",
        "wording.toml:10: texts.desk.closed: text is wanted, not 5; put it in quotes",
        "wording.toml:11: texts.nurse: 'nurse' is not known here; known are patient, staff, room, clinic, busy, desk",
    ]


def test_a_language_that_is_no_tag_hides_no_fault_of_the_texts(tmp_path: Path) -> None:
    text = 'format = 1\nbased_on = "en"\nlanguage = "my own"\n[texts.room]\ncalendar = "{raum}"\n'
    assert [one.split(":")[1] for one in faults(own(tmp_path, text))] == ["3", "5"]


def test_a_file_that_forgets_what_it_is_based_on_is_told_that_and_not_all_that_it_lacks(
    tmp_path: Path,
) -> None:
    told = faults(own(tmp_path, 'format = 1\nbase_on = "en"\n[texts.desk]\ncurse = "Treatment"\n'))
    missing, unknown, stray = sorted(told, key=lambda one: ("base_on" in one, "curse" in one))
    assert missing == (
        "wording.toml:1: based_on: is missing: name the language, of en, cy, de, whose texts stand where none is said "
        "here"
    )
    assert unknown.startswith("wording.toml:4: texts.desk.curse: nobody asks for this text")
    assert stray.startswith("wording.toml:2: base_on: 'base_on' is not known here; did you mean 'based_on'?")


def test_another_file_of_the_clinic_s_is_told_as_no_wording(desk: Desk) -> None:
    result = desk.plan("--language", desk.clinic / "clinic.toml")
    assert (result.exit_code, result.stderr) == (
        2,
        "clinic.toml: is no file of wording: that has based_on or language, and [texts]\n",
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[texts.patient]\nsummary = ""', "some text is wanted, not a blank"),
        ('[texts.desk]\nconfirmed = " "', "some text is wanted, not a blank"),
        ('[texts.desk]\ncourse = "Behand-\\nlung"', "'Behand-\\nlung' is to be one line"),
        ('[texts.staff]\nsummary = "{kind}\\n{course}"', "'{kind}\\n{course}' is to be one line"),
    ],
)
def test_what_nobody_could_read_or_a_line_could_not_hold_is_no_text(
    tmp_path: Path, text: str, sentence: str
) -> None:
    (fault,) = faults(own(tmp_path, f'format = 1\nbased_on = "de"\n{text}\n'))
    assert fault.endswith(f": {sentence}")
    bare = own(tmp_path, 'format = 1\nbased_on = "de"\n[texts.staff]\ndescription = ""\n')
    assert read_wording(bare).say("staff", "description", notes="bring a coat") == ""


def test_a_month_may_have_a_name_of_several_words(tmp_path: Path) -> None:
    months = (
        "am Faoilleach, an Gearran, am Màrt, an Giblean, an Cèitean, an t-Ògmhios, an t-Iuchar, an Lùnastal"
    )
    last = "an t-Sultain, an Dàmhair, an t-Samhain, an Dùbhlachd"
    text = 'format = 1\nbased_on = "en"\nlanguage = "gd"\n[texts.desk]\nmonths = "{}"\n'
    read = read_wording(own(tmp_path, text.format(f"{months}, {last}")))
    assert read.day(date(2027, 1, 4)) == "Mon 4 am Faoilleach 2027"
    assert read.patients_day(date(2027, 12, 6)) == "Monday 6 an Dùbhlachd 2027"
    (fault,) = faults(own(tmp_path, text.format(f"{months}, , {last}, an Gearran")))
    assert fault.endswith("texts.desk.months: 12 words are wanted, not 14")
    (fault,) = faults(own(tmp_path, text.format(f"{months}, , an t-Samhain, an Dàmhair, an Dùbhlachd")))
    assert fault.endswith("texts.desk.months: the words between commas are wanted, none of them a blank")


def test_a_language_to_build_on_that_is_not_shipped_is_named(tmp_path: Path) -> None:
    (fault,) = faults(own(tmp_path, 'format = 1\nbased_on = "fr"\nlanguage = "fr"\n'))
    assert fault.startswith("wording.toml:2: based_on: 'fr' is not known here; known are en, cy, de")


def test_a_file_of_wording_is_checked_with_the_others(tmp_path: Path) -> None:
    good = own(tmp_path, 'format = 1\nbased_on = "de"\n[texts.room]\ncalendar = "Zimmer {room}"\n')
    assert check_files([good]).faults == ()
    bad = own(tmp_path, 'format = 1\nbased_on = "de"\n[texts.room]\ncalendar = "Zimmer {raum}"\n')
    assert [(fault.line, fault.path) for fault in check_files([bad]).faults] == [(4, "texts.room.calendar")]


@pytest.mark.parametrize(
    "text", ['based_on = "de"', 'based_on = "cy"\nlanguage = "cy-GB"', 'based_on = "en"\n[texts]']
)
def test_a_file_that_builds_on_a_language_is_one_of_wording(tmp_path: Path, text: str) -> None:
    assert check_files([own(tmp_path, f"format = 1\n{text}\n")]).faults == ()


@pytest.mark.parametrize(
    ("text", "path", "sentence"),
    [
        ('based_on = "de"\n[text.patient]\nsummary = "Besuch"', "text", "did you mean 'texts'?"),
        ('language = "de"\n[texts.patient]\nsummary = "Besuch"', "based_on", "is missing"),
        ('based_on = "de-AT"', "based_on", "known are en, cy, de"),
        ('based_on = "fr"\n[texts.patient]\nsummary = "Visite"', "based_on", "known are en, cy, de"),
        ('based_on = "fr"\n[text.patient]\nsummary = "Visite"', "based_on", "known are en, cy, de"),
    ],
)
def test_a_file_that_is_nearly_one_of_wording_is_told_so(
    tmp_path: Path, text: str, path: str, sentence: str
) -> None:
    found = check_files([own(tmp_path, f"format = 1\n{text}\n")]).faults
    assert path in {one.path for one in found}
    assert all("texts" in str(one) or one.path == "based_on" for one in found)
    assert any(sentence in str(one) for one in found)


def test_a_programme_may_build_on_one_that_is_called_like_a_language(desk: Desk) -> None:
    desk.change("programmes/short.toml", 'name = "short"', 'name = "de"')
    desk.change("patients.toml", "short@1", "own@1")
    desk.write("programmes/own.toml", 'format = 1\nname = "own"\nversion = "1"\nbased_on = "de@1"\n')
    assert desk.type("check", desk.clinic).exit_code == 0
    desk.change("programmes/own.toml", "de@1", "de")
    assert "programme 'de'" not in desk.type("check", desk.clinic).stdout
    assert desk.type("check", desk.clinic).stderr.startswith("own.toml:4: based_on: ")


# The command line.


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = quayside(tmp_path)
    desk.patients(patient(1, more='language = "de"'), patient(2))
    return desk


def test_plan_and_show_speak_the_language_that_is_asked_for(desk: Desk) -> None:
    planned = desk.plan("--language", "cy")
    assert planned.exit_code == 0, planned.output
    head, *_, last = planned.stdout.splitlines()
    assert head.split() == ["Cwrs", "Claf", "Dechrau", "Gorffen", "Ymweliadau", "Profwyd", "Sylw"]
    assert last == f"Trefnwyd: 2; gwrthodwyd: 0; apwyntiadau: 4; ysgrifennwyd i {desk.out}"
    assert "Apwyntiadau fel yr oeddent: 4" in desk.plan("--language", "cy").stdout
    shown = desk.type("show", desk.out, "--patient", "q1", "--language", "de").stdout
    assert shown.startswith("Behandlung c1, Patient/in q1: short\nTermine: 2\n")
    nearest = desk.type("show", desk.out, "--room", "oak", "--day", "2027-01-05", "--language", "de").stdout
    assert nearest.splitlines()[-1] == "die nächsten sind am Mi., 6. Januar 2027"


def test_what_is_written_is_in_the_language_too_but_for_patients_who_read_another(desk: Desk) -> None:
    assert desk.plan("--language", "cy").exit_code == 0
    files = contents(desk.out)
    assert sum(b"NAME;LANGUAGE=cy:Pob apwyntiad" in text for text in files.values()) == 1
    tables = [text for name, text in files.items() if name.endswith(".csv") and "index" not in name]
    assert len(tables) >= 5
    heads = {WELSH.say("desk", head) for head in HEADS}
    assert {head for text in tables for head in text.decode().splitlines()[0].split(",")} <= heads
    drawn = [text for name, text in files.items() if name.endswith(".svg")]
    assert len(drawn) >= 5
    assert all(b'lang="cy"' in text for text in drawn)
    calendars = [text for name, text in files.items() if name.startswith("calendars/patients/")]
    assert sorted(re.findall(rb"SUMMARY;LANGUAGE=(\w+):", text)[0] for text in calendars) == [b"cy", b"de"]


def test_the_words_may_be_a_file_of_the_clinic_s(desk: Desk) -> None:
    text = 'format = 1\nbased_on = "en"\n[texts.desk]\ncourse = "Treatment"\n'
    path = desk.write("wording.toml", text)
    result = desk.plan("--language", path)
    assert (result.exit_code, result.stdout.split()[0]) == (0, "Treatment")
    assert desk.type("check", desk.clinic).exit_code == 0
    desk.write("wording.toml", text.replace("course", "curse"))
    result = desk.type("show", desk.out, "--language", path)
    (line,) = result.stderr.splitlines()
    assert (result.exit_code, line) == (
        2,
        "wording.toml:4: texts.desk.curse: nobody asks for this text; did you mean desk.course?",
    )


@pytest.mark.parametrize("tag", WORDINGS)
def test_who_says_no_language_goes_on_in_that_of_the_folder(desk: Desk, tag: str) -> None:
    assert desk.plan("--language", tag).exit_code == 0
    before = desk.written()
    again = desk.plan()
    assert (again.exit_code, again.stderr, desk.written() == before) == (0, "", True)
    shown = desk.type("show", desk.out)
    assert (shown.stdout, shown.stderr) == (desk.type("show", desk.out, "--language", tag).stdout, "")
    assert shown.stdout.split()[0] == WORDINGS[tag].say("desk", "course")
    assert desk.plan("--language", "en").exit_code == 0
    assert desk.type("show", desk.out).stdout.split()[0] == "Course"


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ('based_on = "cy"\nlanguage = "cy-GB"\n', "cy"),
        ('based_on = "en"\nlanguage = "fr"\n', "en"),
        ('based_on = "en"\n[texts.desk]\ncourse = "Treatment"\n', "en"),
        ('based_on = "de"\n[texts.patient]\nsummary = "Besuch"\n', "de"),
        ('based_on = "en"\n[texts.clinic]\ncalendar = "Everything"\n', "en"),
    ],
)
def test_words_of_a_file_are_not_read_back_and_a_note_asks_for_it(desk: Desk, text: str, tag: str) -> None:
    path = desk.write("wording.toml", f"format = 1\n{text}")
    assert desk.plan("--language", path).exit_code == 0
    note = (
        f"note: {desk.out} is written in words that are not those of {tag!r} here; to go on in them, name their file "
        "with --language\n"
    )
    before = desk.written()
    assert desk.plan("--language", path).stderr == ""
    shown = desk.type("show", desk.out)
    assert (shown.stderr, shown.stdout) == (note, desk.type("show", desk.out, "--language", tag).stdout)
    assert desk.written() == before
    assert desk.plan().stderr == note
    assert desk.plan().stderr == ""


def test_a_language_that_nobody_speaks_is_refused_with_those_that_there_are(desk: Desk) -> None:
    result = desk.plan("--language", "fr")
    assert result.exit_code == 2
    assert result.stderr == (
        "--language: there is no 'fr'; there are en, cy, de, and files of wording, which end with .toml\n"
    )
    assert not desk.out.exists()


SCOTS = 'format = 1\nbased_on = "en"\nlanguage = "sco"\n[texts.patient]\nsummary = "Tryst"\n'


def test_patients_may_read_languages_of_files_beside_that_of_the_clinic(desk: Desk) -> None:
    desk.patients(patient(1, more='language = "sco"'), patient(2))
    own = desk.write("words/scots.toml", SCOTS)
    result = desk.plan("--language", "cy", "--language", own)
    assert (result.exit_code, result.stdout.split()[0], result.stderr.count("note: ")) == (0, "Cwrs", 1)
    assert result.stderr.startswith("note: made ")
    written = desk.written()
    calendars = [text for name, text in written.items() if name.startswith("calendars/patients/")]
    said = {found for text in calendars for found in re.findall(rb"SUMMARY;LANGUAGE=(\w+:\w+)", text)}
    assert said == {b"sco:Tryst", b"cy:Apwyntiad"}
    desk.patients(patient(1, more='language = "sco"'))
    desk.type("erase", desk.clinic, "c2", "--out", desk.out, "--yes", "--language", "cy", "--language", own)
    left = {name: text for name, text in desk.written().items() if name.startswith("calendars/patients/")}
    assert len(left) == 1
    assert left.items() <= written.items()


def test_a_language_that_no_wording_speaks_is_noted_once_with_the_first_who_reads_it(desk: Desk) -> None:
    some = ("cym", "xx", "cym", "de-AT")
    desk.patients(*(patient(number, more=f'language = "{one}"') for number, one in enumerate(some, start=1)))
    notes = [
        (
            "note: patients.toml: patients.q1.language: there is no wording in 'cym', so that such a calendar is in "
            "the clinic's language; did you mean 'cy'? (known are en, cy, de)"
        ),
        (
            "note: patients.toml: patients.q2.language: there is no wording in 'xx', so that such a calendar is in "
            "the clinic's language; known are en, cy, de"
        ),
    ]
    checked = desk.type("check", desk.clinic)
    assert (checked.exit_code, checked.stdout.splitlines()[:-1]) == (0, notes)
    assert desk.plan().stderr.splitlines()[:2] == notes
    assert not any("language" in one for one in desk.type("show", desk.out, "--clinic", desk.clinic).stderr)
    own = desk.write("words/scots.toml", SCOTS.replace("sco", "xx"))
    assert notes[1] not in desk.plan("--language", "en", "--language", own).stderr
    assert notes[1] not in desk.type("check", desk.clinic, own).stdout
    assert notes[0] in desk.type("check", desk.clinic, own).stdout.replace("de, xx)", "de)")
