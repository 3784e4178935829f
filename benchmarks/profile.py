"""Where does the time go? `find_plan` over the trial courses under the profiler, its dearest functions."""

from __future__ import annotations

from collections.abc import Iterable
from cProfile import Profile
from pathlib import Path
from types import CodeType

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
    entries = profile.getstats()
    whole = sum(entry.inlinetime for entry in entries) or 1.0
    rows = [
        Spent(
            name=entry.code if isinstance(entry.code, str) else _name(entry.code),
            calls=entry.callcount,
            inside=entry.inlinetime / whole,
            below=entry.totaltime / whole,
        )
        for entry in entries
    ]
    return tuple(sorted(rows, key=lambda row: -row.inside)[:top])


def _name(code: CodeType) -> str:
    return f"{Path(code.co_filename).stem}.{code.co_qualname}"
