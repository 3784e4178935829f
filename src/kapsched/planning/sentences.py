"""How is a reason said? One plain English sentence for each code, without a patient's name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from kapsched.model.course import Course
from kapsched.model.plan import ReasonCode
from kapsched.model.rules import Frequency

# {on}: the dates; {names}: the ids; {first_day} and {last_day}: the course's first day, the last date.
SENTENCES: dict[ReasonCode, str] = {
    "notice": "The clinic asks for more notice than is left {on}.",
    "window": "The rules and the sessions before it leave it no date within the horizon.",
    "closure": "The clinic is closed {on}.",
    "hours": "Not there for long enough, or not all at once, {on}: {names}.",
    "absence": "Away {on}: {names}.",
    "patient": "The patient cannot come {on}.",
    "break": "The visit would run into the break of {names}, with nobody else there, {on}.",
    "booked": "Already booked {on}: {names}.",
    "continuity": "The same people cannot be kept {on} (rule: {names}).",
    "rule": "The sessions before it leave no room {on} (rule: {names}).",
    "horizon": "From {first_day} on, the rules leave no dates before the horizon ends on {last_day}.",
    "steps": "The search ended before it found a plan or proved that there is none.",
}
EXCLUDED = "Only those whom the patient excludes could be there {on}: {names}."
NOT_OPEN = "The clinic does not open {on}."
OTHERS_TOO = "The sessions before it and the patient's other courses leave no room {on} (rule: {names})."
CONTRADICTION = "The rules contradict each other: {names}."


def sentence(code: ReasonCode, ids: Sequence[str], dates: Sequence[date], course: Course) -> str:
    """What stands in the way, on which dates."""
    template = SENTENCES[code]
    if code == "hours" and not ids:
        template = NOT_OPEN
    if code == "patient" and ids:
        template = EXCLUDED
    if code == "rule" and _counts_others(ids, course):
        template = OTHERS_TOO
    if code == "rule" and not dates:
        template = CONTRADICTION
    return template.format(
        on=_on(dates),
        names=_listed(ids) or "all who are needed, each at another time",
        first_day=_day(course.first_day),
        last_day=_day(dates[-1]) if dates else "",
    )


def _counts_others(ids: Sequence[str], course: Course) -> bool:
    """Does one of the rules count sessions of the patient's other courses?"""
    limits = [one for one in course.planned.rules if isinstance(one, Frequency) and one.name in ids]
    return any(rule.elsewhere(course.beside) for rule in limits)


def _listed(names: Sequence[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _day(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b %Y}"


def _on(dates: Sequence[date]) -> str:
    if len(dates) <= 3:
        return f"on {_listed([_day(day) for day in dates])}"
    if (dates[-1] - dates[0]).days == len(dates) - 1:
        return f"from {_day(dates[0])} to {_day(dates[-1])}"
    return f"on {len(dates)} dates from {_day(dates[0])} to {_day(dates[-1])}"
