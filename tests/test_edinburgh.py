"""Is the Edinburgh example the clinic it is said to be, and is it planned with the one refusal that is meant?"""

from __future__ import annotations

import shutil
from collections import Counter
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from holidays import country_holidays

from kapsched.cli.clinic_folder import ClinicFolder
from kapsched.exchange.documents import load_preset
from kapsched.model.bookings import Bookings, Resource
from kapsched.timeline.zones import wall
from kapsched.verification.checks import verify
from tests.desk import Desk
from tests.fences import ROOT, fences

EDINBURGH = ROOT / "examples" / "edinburgh"
NOW = "2026-11-30T17:00"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site() -> ClinicFolder:
    return ClinicFolder.read(EDINBURGH)


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Desk, str]:
    desk = Desk(tmp_path_factory.mktemp("edinburgh"))
    shutil.copytree(EDINBURGH, desk.clinic, ignore=shutil.ignore_patterns("uid.key"))
    result = desk.plan(now=NOW)
    assert result.exit_code == 3, result.output
    return desk, result.stdout


def test_its_holidays_are_scotlands_save_the_one_it_does_not_keep(site: ClinicFolder) -> None:
    clinic = site.clinic
    within = range(clinic.horizon.first_day.toordinal(), clinic.horizon.last_day.toordinal() + 1)
    scotland = {
        day for day in country_holidays("GB", subdiv="SCT", years=[2026, 2027]) if day.toordinal() in within
    }
    for day in scotland:
        assert not clinic.open_time(day, day), day
    # 2 January is a holiday, and was moved to the Monday; Easter Monday is none; St Andrew's Day is worked.
    assert date(2027, 1, 4) in scotland
    for worked in (date(2027, 3, 29), date(2026, 11, 30)):
        assert clinic.open_time(worked, worked)
    assert date(2026, 11, 30) in country_holidays("GB", subdiv="SCT", years=2026)


def test_the_breaks_of_the_pool_follow_one_another(site: ClinicFolder) -> None:
    members = site.clinic.staff_of("nurse")
    assert len(members) == 3
    for weekday in range(5):
        breaks = sorted(
            span for one in members if one.breaks for week in one.breaks.weeks for span in week.days[weekday]
        )
        assert len(breaks) == len(members)
        assert all(earlier.end <= later.start for earlier, later in pairwise(breaks))


def test_until_noon_there_is_one_named_nurse(site: ClinicFolder) -> None:
    day = date(2026, 12, 2)
    hours = {
        one.id: site.clinic.working_time(Resource("staff", one.id), day, day)
        for one in site.clinic.staff_of("named-nurse")
    }
    first = {id: wall(next(iter(there)).start, site.clinic.place) for id, there in hours.items()}
    assert {id: start.hour for id, start in first.items()} == {"morag": 8, "callum": 12}


def test_a_dozen_patients_go_both_ways(site: ClinicFolder) -> None:
    assert Counter(course.programme.name for course in site.courses) == {
        "edinburgh-pool": 7,
        "edinburgh-named": 5,
    }
    assert [fault for course in site.courses for fault in site.clinic.faults_with(course.programme)] == []
    days = [course.first_day for course in site.courses]
    assert len(site.courses) == 12
    assert days[0] == date(2026, 12, 2)


def test_both_ways_give_the_doses_of_the_preset(site: ClinicFolder) -> None:
    preset = load_preset("esketamine@1")
    for programme in dict.fromkeys(course.programme for course in site.courses):
        assert programme.phases == preset.phases
        assert set(preset.rules) <= set(programme.rules)
        assert [kind.minutes for kind in programme.kinds] == [kind.minutes for kind in preset.kinds]


def test_nothing_that_is_booked_at_edinburgh_breaks_a_promise(site: ClinicFolder) -> None:
    rows = site.bookings
    assert len(rows) >= 200
    assert {row.type for row in rows} == {"room", "staff", "pool"}
    assert all(
        not (one.exclusive and one.overlaps(two))
        for of in rows.resources
        for one, two in pairwise(rows.of(of))
    )


def test_eleven_are_placed_and_proved_and_the_night_worker_is_refused(planned: tuple[Desk, str]) -> None:
    desk, shown = planned
    schedule = desk.schedule()
    assert [plan.proved_through for plan in schedule.plans] == ["all"] * 11
    (refusal,) = schedule.refusals
    assert (refusal.course.id, refusal.session, refusal.proved) == ("e05", "induction/dosing/2", True)
    assert [(reason.code, reason.ids) for reason in refusal.reasons] == [("break", ("morag",))]
    assert refusal.sentences() == (
        (
            "The visit would run into the break of morag, with nobody else there, "
            "on Wed 2 Dec 2026, Thu 3 Dec 2026 and Fri 4 Dec 2026."
        ),
    )
    assert shown.splitlines()[-1].startswith("11 placed, 1 refused; appointments: 176; written to ")


def test_the_how_to_shows_the_closing_table_word_for_word(planned: tuple[Desk, str]) -> None:
    desk, shown = planned
    page = (ROOT / "docs" / "how-to" / "sharing-nurses.md").read_text(encoding="utf-8")
    (console,) = (fence.text for fence in fences(page) if fence.language == "console")
    typed, note, *table = console.splitlines()
    assert typed == f"$ kapsched plan examples/edinburgh --now {NOW} --out out"
    assert note.startswith("note: made examples/edinburgh/uid.key")
    assert table == shown.replace(str(desk.out), "out").splitlines()


def test_the_plans_of_edinburgh_stand_before_the_verifier_with_one_place_for_each_dose(
    planned: tuple[Desk, str], site: ClinicFolder
) -> None:
    desk, _ = planned
    schedule = desk.schedule()
    everything = Bookings([*site.bookings, *schedule.bookings])
    for plan in schedule.plans:
        report = verify(plan, plan.course, site.clinic, booked=everything, horizon=schedule.horizon)
        assert not report.findings, report
        pooled = plan.course.programme.name == "edinburgh-pool"
        for one in plan.appointments:
            taken = Counter((row.type, row.exclusive) for row in one.bookings)
            assert taken["pool", False] == pooled
            assert taken["staff", False] == (not pooled)
            assert taken["staff", True] == 1


def test_the_pool_of_edinburgh_is_filled_to_the_brim_at_times(
    planned: tuple[Desk, str], site: ClinicFolder
) -> None:
    """Where nobody waits for the pool the example would show nothing."""
    desk, _ = planned
    ward = Resource("pool", "nurse")
    rows = [*site.bookings.of(ward), *(row for row in desk.schedule().bookings if row.of == ward)]
    most = max(sum(other.start <= row.start < other.end for other in rows) for row in rows)
    assert most >= 5


def test_a_second_run_over_edinburgh_changes_no_byte(planned: tuple[Desk, str], tmp_path: Path) -> None:
    desk, _ = planned
    copy = Desk(tmp_path)
    shutil.copytree(desk.folder, copy.folder, dirs_exist_ok=True)
    before = copy.written()
    result = copy.plan(now=NOW)
    assert result.exit_code == 3
    assert result.stdout.splitlines()[-1] == (
        f"11 placed, 1 refused; appointments: 176; nothing to change in {copy.out}"
    )
    assert copy.written() == before
