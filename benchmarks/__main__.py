"""What does one run say? Everything measured side by side, printed as Markdown tables; never fails on timing."""

from __future__ import annotations

import argparse
import platform
from collections.abc import Sequence
from importlib.metadata import version
from statistics import median, quantiles

from benchmarks.clinics import Filled, filled_clinic
from benchmarks.cpsat import WORKERS
from benchmarks.diary import DiaryTimes, diary_times, import_times
from benchmarks.hours import Ruled, with_hours
from benchmarks.peer import Peered, peered
from benchmarks.profile import profiled
from benchmarks.scale import FEW, MANY, Scaled, scaled
from benchmarks.steps import Budgeted, budgeted
from benchmarks.trial import Tried, trial_courses, tried
from kapsched.planning.course_plan import DEFAULT_STEPS


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--courses", type=int, default=100, help="trial courses (100)")
    parser.add_argument("--share", type=float, default=0.5, help="how full the dosing rooms stand (0.5)")
    parser.add_argument("--seed", type=int, default=1, help="of the clinic and the patients (1)")
    parser.add_argument("--grid", type=int, default=5, help="minutes between starts (5)")
    parser.add_argument("--peer", type=int, default=25, help="trial courses that CP-SAT plans too (25)")
    parser.add_argument("--only", choices=["steps"], help="one part alone")
    given = parser.parse_args()
    libraries = ", ".join(f"{name} {version(name)}" for name in ("attrs", "python-dateutil", "ortools"))
    print(f"Python {platform.python_version()}, {libraries}; {platform.machine()}\n")
    filled = filled_clinic(given.seed, given.share, given.grid)
    print(f"Clinic of seed {given.seed}, starts every {given.grid} minutes: {filled}.\n")
    if given.only != "steps":
        _print_all(given, filled)
    _print_steps(list(budgeted(min(given.courses, 20), given.seed, filled)))


def _print_all(given: argparse.Namespace, filled: Filled) -> None:
    trials = [tried(course, filled) for course in trial_courses(given.courses, given.seed)]
    _print_trials(trials)
    _print_peer(list(peered(trials[: given.peer], filled)))
    _print_hours(list(with_hours(given.courses, given.seed, filled)))
    _print_scale(scaled(min(given.courses, 20), given.seed))
    _print_diary(diary_times(given.seed))
    _print_imports()
    _print_profile(trials, filled)


def _print_trials(trials: Sequence[Tried]) -> None:
    placed = sum(one.plan is not None for one in trials)
    proved = sum(one.proved for one in trials)
    print("## The trial courses\n")
    print(
        f"{placed} of {len(trials)} placed, {proved} placed and proved through all aims within "
        f"{DEFAULT_STEPS:,} steps ({proved / len(trials):.0%}; the aim is 95 %).\n"
    )
    _heading("milliseconds", "courses", "median", "99th percentile", "worst")
    for name, some in (
        ("planned and verified", trials),
        ("… with a preferred time", [one for one in trials if one.course.patient.wishes.time]),
        ("… without one", [one for one in trials if not one.course.patient.wishes.time]),
    ):
        _row(name, len(some), *_spread([one.seconds for one in some]))
    _row("planned only", len(trials), *_spread([one.searching for one in trials]))
    verifying = median([max(0.0, one.seconds - one.searching) / one.seconds for one in trials])
    print(f"\nVerifying takes {verifying:.0%} of `find_plan` (median).\n")


def _print_peer(rows: Sequence[Peered]) -> None:
    if not rows:
        return
    unproved, unequalled = sum(one.unproved for one in rows), sum(one.unequalled for one in rows)
    print(f"## Beside CP-SAT with {WORKERS} workers: the first {len(rows)} of the courses\n")
    print(
        "Every answer proved by both is the same, starts of both sides included; the whole vector was proved by "
        f"both for {len(rows) - unequalled} of {len(rows)} courses, and {unproved} answers were not proved.\n"
    )
    ours = [one.ours for one in rows]
    _heading("milliseconds", "median", "99th percentile", "ratio ours : peer")
    _row("`find_plan`, verified: all aims, ties and units", *_spread(ours)[:2], "")
    for name, seconds in (
        ("CP-SAT, whole vector, dates first, then people", [one.whole for one in rows]),
        ("CP-SAT, whole vector, starts as variables", [one.whole_starts for one in rows]),
        ("CP-SAT, days, starts as variables, own domains", [one.starts_own for one in rows]),
        ("CP-SAT, days, starts as variables, our domains handed over", [one.starts_handed for one in rows]),
        ("CP-SAT, days, dates alone, own domains", [one.days_own for one in rows]),
        ("CP-SAT, days, dates alone, our domains handed over", [one.days_handed for one in rows]),
        ("our search, days alone, no plan made", [one.ours_days for one in rows]),
    ):
        ratio = median([mine / theirs for mine, theirs in zip(ours, seconds, strict=True)])
        _row(name, *_spread(seconds)[:2], f"{ratio:.2f} : 1")
    print()


def _print_hours(rows: Sequence[Ruled]) -> None:
    print("## One rule in hours\n")
    _heading(
        "milliseconds", "median", "99th percentile", "placed and proved", "median : without", "99th : median"
    )
    for row in rows:
        free = _spread([one.seconds for one in row.free])
        ruled = _spread([one.seconds for one in row.ruled])
        for name, some, times in ((row.other, row.free, free), (row.name, row.ruled, ruled)):
            proved = f"{sum(one.proved for one in some)} of {len(some)}"
            _row(f"`{name}`", *times[:2], proved, times[0] / free[0], times[1] / times[0])
    print()


def _print_scale(found: Scaled) -> None:
    print(f"## Beside {FEW - 1} courses, and beside {MANY - 1}\n")
    few, many = ([one.seconds for one in some] for some in (found.beside_few, found.beside_many))
    _heading("milliseconds", "courses tried", "median", "99th percentile")
    _row(f"as the {FEW}th", len(few), *_spread(few)[:2])
    _row(f"as the {MANY}th", len(many), *_spread(many)[:2])
    ratio = median([two / one for one, two in zip(few, many, strict=True)])
    print(f"\nThe {MANY}th takes {ratio:.2f} times as long as the {FEW}th (median of the pairs).\n")


def _print_diary(times: DiaryTimes) -> None:
    print(f"## The diary: {times.bookings:,} bookings\n")
    _heading("milliseconds, medians", "built", "changed by 20", "ratio")
    for name, built, changed in (
        ("the diary", times.built, times.changed),
        ("… and all runs of free time measured", times.built_and_measured, times.changed_and_measured),
    ):
        _row(name, built * 1000, changed * 1000, f"{changed / built:.1%}")
    print()


def _print_steps(rows: Sequence[Budgeted]) -> None:
    print("## Steps and milliseconds\n")
    (unit,) = (row.times[0] for row in rows if (row.name, row.steps) == ("harbour", DEFAULT_STEPS))
    print(f"A unit is the median plan of `examples/harbour`, {unit:.1f} ms of one core.\n")
    _heading(
        "courses", "steps at most", "median ms", "worst ms", "median units", "worst units", "proved through"
    )
    for row in rows:
        middle, worst = row.times
        _row(f"`{row.name}`", f"{row.steps:,}", middle, worst, middle / unit, worst / unit, row.proofs)
    print()


def _print_imports() -> None:
    imported, planning, theirs = import_times()
    print("## Importing\n")
    print(
        f"A new interpreter with `import kapsched`: {imported / theirs:.2f} times one with "
        f"`import attrs, dateutil.rrule` alone; {planning / theirs:.2f} times when `kapsched.find_plan` is asked for "
        "as well.\n"
    )


def _print_profile(trials: Sequence[Tried], filled: Filled) -> None:
    print("## Where the time goes\n")
    for name, wish in (("with a preferred time", True), ("without one", False)):
        some = [one.course for one in trials if bool(one.course.patient.wishes.time) == wish][:10]
        _heading(f"{len(some)} courses {name}", "calls", "itself", "with what it calls")
        for row in profiled(some, filled, top=15):
            _row(f"`{row.name}`", row.calls, f"{row.inside:.1%}", f"{row.below:.1%}")
        print()


def _spread(seconds: Sequence[float]) -> tuple[float, float, float]:
    """Median, 99th percentile and worst, in milliseconds."""
    ordered = sorted(one * 1000 for one in seconds)
    if len(ordered) < 2:
        return (ordered or [0.0])[0], (ordered or [0.0])[0], (ordered or [0.0])[0]
    return median(ordered), quantiles(ordered, n=100, method="inclusive")[98], ordered[-1]


def _heading(*names: str) -> None:
    _row(*names)
    _row("---", *("---:" for _ in names[1:]))


def _row(*cells: object) -> None:
    print("| " + " | ".join(f"{one:.1f}" if isinstance(one, float) else str(one) for one in cells) + " |")


if __name__ == "__main__":
    main()
