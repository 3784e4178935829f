"""Which sort of file is it? Told by what stands in it, whatever it is called."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

from kapsched.errors import Fault, InvalidInput
from kapsched.exchange.booking_files import COLUMNS
from kapsched.exchange.calendars.address_files import COLUMNS as ADDRESSES
from kapsched.exchange.toml_files import TomlFile
from kapsched.model.wordings.shipped import WORDINGS, spoken

# A file is what most of its top tables belong to; those that several sorts share say nothing. Where there is nothing
# between two sorts, it is the one that stands first.
_SIGNS: Mapping[str, frozenset[str]] = {
    "clinic": frozenset(
        {
            "id",
            "grid",
            "notice",
            "horizon",
            "hours",
            "closed",
            "holidays",
            "bookings",
            "rooms",
            "staff",
            "pools",
        }
    ),
    "wording": frozenset({"texts", "language"}),
    "programme": frozenset(
        {
            "name",
            "version",
            "target",
            "kinds",
            "phases",
            "gaps",
            "interleaved",
            "offsets",
            "frequencies",
            "spans",
            "continuity",
        }
    ),
    "patients": frozenset({"patients", "courses", "done"}),
    "calendars": frozenset({"past", "cancelled_for", "busy", "opening_hours", "alarm"}),
}
SORTS = tuple(_SIGNS)
"""The sorts of TOML files."""

_KNOWN = frozenset().union(*_SIGNS.values(), {"format", "zone", "fortnight", "based_on"})


def sort_of_text(text: str) -> str:
    """Whether this is a schedule, bookings or addresses; nothing where that cannot be told."""
    if text.lstrip().startswith("{"):
        return "schedule"
    first = next((line for line in text.splitlines() if line.strip()), "")
    cells = {cell.strip().lower() for cell in first.split(",")}
    if cells == set(ADDRESSES):
        return "addresses"
    return "bookings" if len(cells & set(COLUMNS)) > 1 else ""


def sort_of_table(table: Mapping[str, object]) -> str:
    """Which of the `SORTS` a TOML file is; nothing where no key of it is one of ours."""
    counts = {sort: len(signs & table.keys()) for sort, signs in _SIGNS.items()}
    # Nobody but a file of wording has texts, so whatever looks like them was meant for them.
    counts["wording"] += any(
        get_close_matches(key, _SIGNS["wording"], n=1, cutoff=0.8) for key in table.keys() - _KNOWN
    )
    if "based_on" in table:
        counts[_sort_of_base(table["based_on"])] += 1
    best = max(counts, key=lambda sort: counts[sort])
    return best if counts[best] else ""


def _sort_of_base(base: object) -> str:
    """What builds on it: a language is built on by wording, anything else by a programme."""
    return "wording" if isinstance(base, str) and spoken(base, WORDINGS.values()) else "programme"


def table_sort(file: TomlFile) -> str:
    """As `sort_of_table`; a file that is none of ours is `InvalidInput`."""
    found = sort_of_table(file.table)
    if not found:
        if file.source == "patients.toml" and file.table.keys() <= {"format", "zone"}:
            return "patients"  # all of them have left
        if file.source == "calendars.toml":
            return "calendars"
        message = (
            "is no file of ours: a clinic has [rooms] and [staff], a programme [phases], patients [patients] and "
            "[courses], a wording [texts], calendars past, cancelled_for, busy, opening_hours or [[alarm]], and what "
            "is booked or done is a table (.csv) that one of them names"
        )
        raise InvalidInput(*file.faults, Fault(message, source=file.source))
    return found
