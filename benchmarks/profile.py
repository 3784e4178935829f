"""Where does the time go? `find_plan` over the trial courses under the profiler, its dearest functions."""

from __future__ import annotations

from collections.abc import Iterable
from cProfile import Profile
from pathlib import Path
from pstats import SortKey, Stats

from attrs import frozen

from benchmarks.clinics import NOW, Filled
from kapsched import Course, find_plan


@frozen(kw_only=True)
class Spent:
    """One function's share of the time: `inside` without what it calls, `below` with it."""

    name: str
    calls: int
    inside: float
    below: float


def profiled(courses: Iterable[Course], filled: Filled, top: int = 25) -> tuple[Spent, ...]:
    """The functions in which most of the time is spent, most first, as shares of the whole."""
    profile = Profile()
    for course in courses:
        profile.enable()
        find_plan(course, filled.diary, now=NOW)
        profile.disable()
    stats = Stats(profile).sort_stats(SortKey.TIME).get_stats_profile()
    whole = stats.total_tt or 1.0
    rows = [
        Spent(
            name=f"{Path(row.file_name).stem}.{name}" if row.line_number else name,
            calls=int(str(row.ncalls).split("/", maxsplit=1)[0]),
            inside=row.tottime / whole,
            below=row.cumtime / whole,
        )
        for name, row in stats.func_profiles.items()
    ]
    return tuple(sorted(rows, key=lambda row: -row.inside)[:top])
