"""Is wall time turned into UTC as the clocks of each place go?"""

from __future__ import annotations

import pickle
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kapsched.errors import InvalidInput
from kapsched.timeline.zones import (
    at,
    exists,
    instant,
    midnight,
    require_aware,
    tz_version,
    tzif,
    wall,
    zone,
)
from tests.wall_clocks import ZONES, Clocks

LONDON = zone("Europe/London")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("place", "day", "minute", "moment"),
    [
        ("Europe/London", date(2027, 1, 15), 540, "2027-01-15 09:00"),
        ("Europe/London", date(2027, 6, 15), 540, "2027-06-15 08:00"),
        ("Europe/London", date(2027, 3, 28), 90, "2027-03-28 01:00"),  # skipped: the end of the skip
        ("Europe/London", date(2027, 3, 28), 119, "2027-03-28 01:00"),
        ("Europe/London", date(2027, 3, 28), 120, "2027-03-28 01:00"),
        ("Europe/London", date(2027, 10, 31), 90, "2027-10-31 00:30"),  # shown twice: the first
        ("Australia/Lord_Howe", date(2026, 10, 4), 135, "2026-10-03 15:30"),  # half an hour is skipped
        ("Australia/Lord_Howe", date(2026, 4, 5), 105, "2026-04-04 14:45"),  # half an hour is shown twice
        ("America/Havana", date(2026, 3, 8), 0, "2026-03-08 05:00"),  # midnight is skipped
        ("America/Havana", date(2026, 3, 7), 1440, "2026-03-08 05:00"),
        ("America/Havana", date(2026, 11, 1), 30, "2026-11-01 04:30"),
        ("Pacific/Apia", date(2011, 12, 30), 540, "2011-12-30 10:00"),  # a whole day is skipped
        ("Asia/Kolkata", date(2027, 3, 28), 0, "2027-03-27 18:30"),
    ],
)
def test_the_clocks_of_a_place_say_which_instant_is_meant(
    place: str, day: date, minute: int, moment: str
) -> None:
    assert at(day, minute, zone(place)) == utc(moment)


@settings(deadline=None)
@given(
    st.sampled_from([(name, day) for name, days in ZONES.items() for day in days]),
    st.integers(-1, 1),
    st.integers(0, 1440),
)
def test_a_wall_time_is_the_first_minute_at_which_the_clocks_have_come_that_far(
    where: tuple[str, date], days: int, minute: int
) -> None:
    place, day = where
    day += timedelta(days=days)
    assert at(day, minute, zone(place)) == Clocks(place, day, day).first_at(day, minute)


@settings(deadline=None)
@given(st.sampled_from(sorted(ZONES)), st.integers(0, 600_000), st.booleans())
def test_a_moment_is_shown_and_read_back(place: str, minutes: int, late: bool) -> None:
    moment = utc("2026-01-01") + timedelta(minutes=minutes)
    shown = wall(moment, zone(place))
    assert instant(shown) == moment
    assert exists(shown)
    first = at(shown.date(), shown.hour * 60 + shown.minute, zone(place))
    assert first == moment or (shown.fold and first < moment)


@pytest.mark.parametrize("place", sorted(ZONES))
def test_midnight_is_the_first_instant_of_its_date(place: str) -> None:
    for day in ZONES[place]:
        first = midnight(day, zone(place))
        assert wall(first, zone(place)).date() >= day
        assert wall(first - timedelta(minutes=1), zone(place)).date() < day


def test_a_time_that_the_clocks_skip_does_not_exist() -> None:
    assert not exists(datetime(2027, 3, 28, 1, 30, tzinfo=LONDON))
    assert exists(datetime(2027, 3, 28, 2, 0, tzinfo=LONDON))
    assert exists(datetime(2027, 10, 31, 1, 30, tzinfo=LONDON, fold=1))
    assert exists(utc("2027-03-28 01:30"))


@pytest.mark.parametrize("place", sorted(ZONES))
def test_a_zone_pickles_by_its_name_also_within_a_datetime(place: str) -> None:
    noon = datetime(2027, 7, 1, 12, tzinfo=zone(place))
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        back = pickle.loads(pickle.dumps(noon, protocol))  # noqa: S301  # what was pickled a moment ago
        assert back == noon
        assert back.tzinfo is zone(place)
        assert back.utcoffset() == noon.utcoffset()


def test_a_zone_is_one_object_for_each_name() -> None:
    assert zone("Europe/London") is LONDON
    assert LONDON.key == "Europe/London"
    assert str(LONDON) == "Europe/London"


@pytest.mark.parametrize(
    "name",
    [
        *(
            "../../x",
            "../zoneinfo/UTC",
            "/etc/localtime",
            "Europe/Atlantis",
            "Europe",
            "Europe/",
            "",
            " ",
            ".",
        ),
        *("europe/london", "Europe\\London", "Europe/London\0", "Europe/London ", "zone.tab", "tzdata.zi"),
        *("__init__.py", "\ud800", "x" * 5000),
    ],
)
def test_what_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match="there is no time zone"):
        zone(name)


def test_the_rules_are_those_of_the_tzdata_wheel() -> None:
    year, _, release = version("tzdata").partition(".")
    assert tz_version() == f"{year}{chr(ord('a') + int(release) - 1)}"
    assert tzif("Europe/London").startswith(b"TZif")


def test_a_naive_time_is_refused_and_an_aware_one_kept_as_it_is() -> None:
    noon = datetime(2027, 7, 1, 12, tzinfo=LONDON)
    assert require_aware(noon) is noon
    for value in (datetime(2027, 7, 1, 12), date(2027, 7, 1), "2027-07-01T12:00+01:00", None):  # noqa: DTZ001
        with pytest.raises(InvalidInput):
            require_aware(value)  # type: ignore[arg-type]  # the point of the test


@pytest.mark.parametrize(
    "moment",
    [
        datetime.max.replace(tzinfo=zone("America/New_York")),
        datetime.min.replace(tzinfo=zone("Asia/Kolkata")),
    ],
)
def test_a_moment_beyond_the_calendar_is_invalid_input(moment: datetime) -> None:
    with pytest.raises(InvalidInput, match="outside the calendar"):
        instant(moment)
