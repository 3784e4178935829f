"""What does a clinic want of its calendars? How far they look back, whom they remind, who sees only when."""

from __future__ import annotations

from attrs import field, frozen

from kapsched.errors import Several, each, flag, of_type, optional, require
from kapsched.exchange.calendars.alarms import Alarm
from kapsched.exchange.calendars.audiences import SEES, Sort
from kapsched.timeline.units import Days

# A quarter is enough to look back on; what was before stands in the schedule.
PAST = Days(90)
# Long enough for a device that was off for the holidays to learn of it.
CANCELLED_FOR = Days(30)

some_alarms = each(of_type(Alarm))


def perhaps_some_days(value: object) -> str:
    """Days, not less than none, or None."""
    if isinstance(value, Days) and value.count < 0:
        return f"no days or more are wanted, not {value}"
    return optional(of_type(Days))(value)


@frozen(kw_only=True)
class CalendarPolicy:
    """What a clinic wants of its calendars: how long they show what is past or cancelled, alarms, and busy ones.

    `past`, `cancelled_for` and `alarms` are as `feeds` takes them; `audiences` are those to ask it for. With
    `opening_hours` the command line writes that calendar too.
    """

    past: Days | None = PAST
    cancelled_for: Days | None = CANCELLED_FOR
    busy: bool = False
    opening_hours: bool = False
    alarms: tuple[Alarm, ...] = field(default=(), converter=Several[Alarm])

    def __attrs_post_init__(self) -> None:
        require(
            self,
            past=perhaps_some_days,
            cancelled_for=perhaps_some_days,
            busy=flag,
            opening_hours=flag,
            alarms=some_alarms,
        )

    @property
    def audiences(self) -> tuple[Sort, ...]:
        """Everybody, or everybody whose calendar says more than that they are busy."""
        return tuple(sort for sort in SEES if self.busy or sort != "busy")
