"""When does a rule of a foreign calendar repeat, between two times? Rules that would never end are not begun.

`recurring_ical_events` expands them; here it is seen to beforehand that this takes no longer than it may.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, TypeAlias

import icalendar
from attrs import define

from kapsched.errors import Fault, InvalidInput
from kapsched.exchange.foreign.lines import Line
from kapsched.exchange.foreign.values import BROKEN, NotUnderstood, a_rule
from kapsched.exchange.foreign.yearly_rules import yearly

Rule: TypeAlias = dict[str, list[Any]]

# What is spent on expanding rules, in steps of about ten microseconds.
MOST_STEPS = 64_000
_MOST_FOR_A_RULE = 30_000
_A_RULE = 30
_A_YEARLY_RULE = 3
_LONGEST_RULE = 500  # in characters
_MOST = 100_000
_FAR = datetime(9_990, 1, 1)  # noqa: DTZ001  # what clocks show
_A_DAY = timedelta(days=1)
_YEARS_OF_A_SERIES = 20  # which cost more: of clocks since 1601 nothing else is asked
_YEARS_A_STEP = 4
# The calendar repeats every 400 years. Near its end, a rule whose date never comes is given up soon.
_LATE = 7_600
_STEPS_A_YEAR = {"DAILY": 366, "WEEKLY": 53, "MONTHLY": 12, "YEARLY": 15}
_DATES_A_YEAR = 53  # of each weekday
_YEARS_LEFT = 9_999 - _LATE - 1_970
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_WITHIN_A_DAY = ("BYHOUR", "BYMINUTE", "BYSECOND")


@define
class Effort:
    """How many steps are left for a file."""

    left: int = MOST_STEPS

    def spend(self, steps: int, line: Line) -> None:
        """Take so many; `InvalidInput` where there are no more."""
        self.left -= steps
        if self.left < 0:
            message = (
                "here it becomes more than is worked out for one file; export fewer years, or fewer calendars"
            )
            raise InvalidInput(Fault(message, f"line {line.number}"))


def starts(
    line: Line,
    start: datetime,
    first: datetime,
    last: datetime,
    *,
    clocks: Callable[[datetime], datetime],
    effort: Effort,
    whole_days: bool = False,
) -> Iterator[datetime]:
    """The starts from `first` to `last` that the rule of an RRULE gives a series that begins at `start`.

    All are what the series' own clocks show, without a zone; `clocks` says which instant that is.
    `NotUnderstood` where the rule cannot be followed, `InvalidInput` where there is too much to do.
    """
    rule = _read(line)
    late, until = _until(rule, whole_days=whole_days)
    last = min(last, late, _end_of_count(rule, start) or last)
    if last < start or last < first:
        return
    days = _of_each_year(line, rule, start, first, last)
    if days is None:
        found = _by_expanding(line, rule, start, first, last, effort)
    else:
        years = last.year - max(start, first).year
        effort.spend(_A_YEARLY_RULE + min(years, _YEARS_OF_A_SERIES) // 2 + years // _YEARS_A_STEP, line)
        found = (datetime.combine(day, start.time()) for day in days)
    for local in found:
        if first <= local <= last and (until is None or clocks(local) <= until):
            yield local


def _of_each_year(
    line: Line, rule: Rule, start: datetime, first: datetime, last: datetime
) -> Iterator[date] | None:
    """The dates of a rule of one day in each year, worked out in no time even since 1601; of other rules None."""
    if rule["FREQ"] != ["YEARLY"] or "COUNT" in rule:
        return None
    parts = (part for part in line.value.strip().split(";") if not part.upper().startswith("UNTIL="))
    try:
        return yearly(";".join(parts), start.date(), last.date(), first.date())
    except InvalidInput:
        return None


def _by_expanding(
    line: Line, rule: Rule, start: datetime, first: datetime, last: datetime, effort: Effort
) -> Iterator[datetime]:
    shift = timedelta() if "COUNT" in rule else _whole_periods(rule, start, first)
    begins = start + shift
    holds = (lambda _: True) if "COUNT" in rule else _limits(rule)
    seldom, years = _seldom(rule, start), max(1, last.year - begins.year + 1)
    if "COUNT" not in rule:
        rule["UNTIL"] = [last]
    steps = _STEPS_A_YEAR[rule["FREQ"][0]] * (_YEARS_LEFT if seldom else years)
    steps += _DATES_A_YEAR * years * (len(rule.get("BYDAY", ())) if rule["FREQ"] == ["WEEKLY"] else 0)
    if steps > _MOST_FOR_A_RULE:
        raise NotUnderstood("takes too long to work out, and is not expanded")
    effort.spend(_A_RULE + steps, line)
    later = _LATE if seldom and last.year < 2_300 else 0
    return filter(holds, _expanded(rule, begins, max(first, begins), last, later))


def _read(line: Line) -> Rule:
    if len(line.value) > _LONGEST_RULE:
        raise NotUnderstood("is longer than any rule that is followed")
    rule = a_rule(line.value)
    rule["FREQ"] = [str(one).upper() for one in rule.get("FREQ", ())]
    rule.setdefault("INTERVAL", [1])
    if not _is_one(line.value, rule):
        raise NotUnderstood("is no rule")
    if rule["FREQ"][0] not in _STEPS_A_YEAR or any(len(rule.get(part, ())) > 1 for part in _WITHIN_A_DAY):
        raise NotUnderstood(
            "repeats more than once a day, and is not expanded; say it as one entry that lasts"
        )
    if rule["FREQ"][0] in ("DAILY", "WEEKLY") and "BYDAY" in rule:
        rule["BYDAY"] = [
            str(one)[-2:].upper() for one in rule["BYDAY"]
        ]  # of which there is no second in a week
    if rule["FREQ"] == ["DAILY"] and rule["INTERVAL"] == [1] and not {"BYSETPOS", "BYMONTHDAY"} & rule.keys():
        rule["FREQ"] = ["WEEKLY"]  # the same dates, and sooner found
        rule.setdefault("BYDAY", list(_WEEKDAYS))
    return rule


def _is_one(text: str, rule: Rule) -> bool:
    """Does it say each thing once, and count from 1?"""
    names = [part.partition("=")[0].strip().upper() for part in text.split(";")]
    once = all(len(rule.get(part, [1])) == 1 for part in ("FREQ", "INTERVAL", "COUNT", "UNTIL"))
    counts = (*rule["INTERVAL"], *rule.get("COUNT", ()))
    places = (
        str(one) for name in ("BYMONTHDAY", "BYSETPOS", "BYYEARDAY", "BYWEEKNO") for one in rule.get(name, ())
    )
    return (
        once
        and len(set(names)) == len(names)
        and all(isinstance(count, int) and 0 < count < _MOST for count in counts)
        and all(place.strip("+-0") for place in places)
    )


def _until(rule: Rule, *, whole_days: bool) -> tuple[datetime, datetime | None]:
    """What clocks show when it repeats no more, or later, and the instant where the rule says one."""
    found = rule.pop("UNTIL", None)
    if not found:
        return _FAR, None
    until = found[0]
    if not isinstance(until, date):
        raise NotUnderstood("says until when it repeats, but not by a date")
    if not isinstance(until, datetime) or (whole_days and until.time() == time()):
        return datetime.combine(until, time(23, 59, 59)), None
    if until.tzinfo is None:
        return until, None
    return min(until.replace(tzinfo=None), _FAR) + _A_DAY, until  # any clocks are within a day of UTC


def _end_of_count(rule: Rule, start: datetime) -> datetime | None:
    """No earlier than the last of so many starts, where each period is known to have one; else None."""
    parts = {name for name in rule if name.startswith("BY")}
    if "COUNT" not in rule or parts - ({"BYDAY"} if rule["FREQ"] == ["WEEKLY"] else set()) or start.day > 28:
        return None
    days = {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 31, "YEARLY": 366}[rule["FREQ"][0]]
    in_each = len(set(rule.get("BYDAY", "1")))
    periods = (int(rule["COUNT"][0]) // in_each + 2) * int(rule["INTERVAL"][0])
    return start + timedelta(days=days * periods) if days * periods < _MOST else None


def _whole_periods(rule: Rule, start: datetime, first: datetime) -> timedelta:
    """How much later a series without a count may begin, and give the same starts from `first` on."""
    dated = {name for name in rule if name.startswith("BY")} <= {"BYMONTH", "BYMONTHDAY", "BYDAY", "BYSETPOS"}
    if rule["FREQ"] == ["YEARLY"] and rule["INTERVAL"] == [1] and dated and start.day <= 28:
        return start.replace(year=max(start.year, first.year - 1)) - start
    days = {"DAILY": 1, "WEEKLY": 7}.get(rule["FREQ"][0])
    if days is None:
        return timedelta()
    period = timedelta(days=days * int(rule["INTERVAL"][0]))
    return max(0, (first - start) // period - 1) * period


def _limits(rule: Rule) -> Callable[[datetime], bool]:
    """What the rule demands of a date beyond its period, taken out of it: a rule that is all limits may never end."""
    names = {"DAILY": ("BYMONTH", "BYMONTHDAY", "BYDAY"), "WEEKLY": ("BYMONTH",), "MONTHLY": ("BYMONTH",)}
    taken = (
        {}
        if "BYSETPOS" in rule
        else {
            name: [str(one).upper() for one in rule.pop(name)]
            for name in names.get(rule["FREQ"][0], ())
            if name in rule
        }
    )
    months, days, weekdays = (taken.get(name) for name in ("BYMONTH", "BYMONTHDAY", "BYDAY"))

    def holds(moment: datetime) -> bool:
        length = monthrange(moment.year, moment.month)[1]
        return (
            (not months or str(moment.month) in months)
            and (not days or bool({str(moment.day), str(moment.day - length - 1)} & set(days)))
            and (not weekdays or _WEEKDAYS[moment.weekday()] in weekdays)
        )

    return holds


def _seldom(rule: Rule, start: datetime) -> bool:
    """May its dates be years apart, or never come? Of the others one comes within a few periods."""
    parts = {name for name in rule if name.startswith("BY")} - set(_WITHIN_A_DAY)
    if rule["FREQ"] == ["DAILY"] and parts == {"BYDAY"}:
        return bool(rule["INTERVAL"][0] % 7 == 0)
    if not parts:
        return start.day > 28 and rule["FREQ"][0] in ("MONTHLY", "YEARLY") and rule["INTERVAL"][0] > 1
    plain = {
        "DAILY": (),
        "WEEKLY": ({"BYDAY"},),
        "MONTHLY": ({"BYDAY"}, {"BYMONTHDAY"}),
        "YEARLY": ({"BYMONTH"}, {"BYMONTH", "BYMONTHDAY"}, {"BYMONTH", "BYDAY"}),
    }[rule["FREQ"][0]]
    days = [abs(int(one)) for one in rule.get("BYMONTHDAY", () if "BYDAY" in rule else [start.day])]
    ordinals = {str(one).strip("+-")[:-2] for one in rule.get("BYDAY", ())}
    if rule["FREQ"] == ["MONTHLY"] and rule["INTERVAL"] == [1] and _within_months(rule, parts, ordinals):
        return False
    return parts not in plain or min(days, default=1) > 28 or not ordinals <= {"", "1", "2", "3", "4"}


def _within_months(rule: Rule, parts: set[str], ordinals: set[str]) -> bool:
    """Does one of its dates come within a few months: a last day, a fifth Monday, one of four of each weekday?"""
    if parts == {"BYDAY", "BYSETPOS"}:
        each = 4 * len({str(one).upper() for one in rule["BYDAY"]})
        return ordinals == {""} and all(abs(int(one)) <= each for one in rule["BYSETPOS"])
    return parts in ({"BYDAY"}, {"BYMONTHDAY"}) and ordinals <= {"", "1", "2", "3", "4", "5"}


def _expanded(rule: Rule, start: datetime, first: datetime, last: datetime, later: int) -> Iterator[datetime]:
    # It is an extra: only who reads foreign calendars needs it.
    import recurring_ical_events  # noqa: PLC0415

    def shifted(moment: datetime, years: int) -> datetime:
        return moment.replace(year=moment.year + years)

    event = icalendar.Event()
    event.add("UID", "one")
    event.add("DTSTART", shifted(start, later))
    event.add("DTEND", shifted(start, later) + timedelta(seconds=1))
    if "UNTIL" in rule:
        rule["UNTIL"] = [shifted(rule["UNTIL"][0], later)]
    event.add("RRULE", icalendar.vRecur(rule))
    calendar = icalendar.Calendar()
    calendar.add_component(event)
    try:
        for series in recurring_ical_events.of(calendar).series:
            for one in series.between(shifted(first, later), shifted(last, later) + timedelta(seconds=1)):
                yield shifted(one.start, -later)
    except BROKEN:
        raise NotUnderstood("is no rule that can be followed") from None
