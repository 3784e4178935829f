"""In which forms are single values written? Numbers, names, dates, times, hours, lengths."""

from __future__ import annotations

from kapsched.exchange.schemas.words import (
    Schema,
    choice,
    either,
    listed,
    mapped,
    one_or_more,
    says,
    table,
    written,
)
from kapsched.timeline.recurrence import WEEKDAYS, Absence

TEXT: Schema = {"type": "string"}
LABEL: Schema = {"type": "string", "minLength": 1}
WHOLE: Schema = {"type": "integer"}
COUNT: Schema = {"type": "integer", "minimum": 1}
BOOLEAN: Schema = {"type": "boolean"}

# A TOML date reaches a schema as the text it is written as, and so does one that is put in quotes by mistake.
DAY: Schema = {"type": "string", "format": "date"}
MOMENT: Schema = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}"}

_CLOCK = "(?:[01][0-9]|2[0-4]):[0-5][0-9]"
TIME = written(_CLOCK)
SPAN = written(f"{_CLOCK} ?[-–] ?{_CLOCK}")
SPANS = one_or_more(SPAN)

LENGTH = written("-?[0-9]{1,6} (?:days?|open days?|hours?)")
DAYS = written("-?[0-9]{1,6} days?")
DAY_COUNT = written("-?[0-9]{1,6} (?:days?|open days?)")
HOURS_LONG = written("-?[0-9]{1,6} hours?")
NOTICE = written("[0-9]{1,4} (?:hours?|open days?)")
PERIOD = either(choice(["week", "treatment week"]), written("[0-9]{1,4} days?"))
BOOK_AHEAD = either(COUNT, DAY)

_DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEK = table(
    "The hours of each weekday; a weekday that is not named has none.",
    needs={},
    takes={
        day: says(f'{name}: hours such as "09:00-17:00", or a list of them.', SPANS)
        for day, name in zip(WEEKDAYS, _DAY_NAMES, strict=True)
    },
)
FORTNIGHT = table(
    "Hours that alternate by the week; `fortnight` at the top of the file says when a week A begins.",
    needs={},
    takes={"A": says("The hours of A weeks.", WEEK), "B": says("The hours of B weeks.", WEEK)},
)
PATTERN = either(WEEK, FORTNIGHT)

SOME_WEEKDAYS = one_or_more(choice(WEEKDAYS))
ABSENCE = either(
    DAY,
    table(
        Absence,
        needs={},
        takes={
            "from": says("The first date; left out, it began long ago.", DAY),
            "to": says("The last date, itself included; left out, it goes on.", DAY),
            "weekdays": says("On which weekdays alone.", SOME_WEEKDAYS),
            "time": says('For which part of the day, such as "15:00-17:00"; left out, the whole day.', SPAN),
            "why": says(
                "A reason, for those who edit this file; nothing shows it, but for a closure's in the picture of a "
                "course.",
                TEXT,
            ),
        },
        ways=[["from"], ["to"], ["weekdays"], ["time"]],
    ),
)
ABSENCES = listed(ABSENCE)
HOLIDAYS = mapped({**mapped(TEXT), "propertyNames": DAY})

FORTNIGHT_BEGINS = says(
    "The Monday on which a week A begins; A and B alternate from it. Needed where any hours have A or B.", DAY
)
ZONE = says('A time zone by its IANA name, such as "Europe/London".', TEXT)


def form(newest: int) -> Schema:
    """The number of a TOML file's format."""
    return says("The format of this file.", {"type": "integer", "enum": [newest]})
