"""How does another system write its tables? Its columns, dates and words, beside ours."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal, NamedTuple, TypeAlias, TypeVar, cast, get_args

from attrs import field, frozen

from kapsched.errors import (
    Check,
    Fault,
    InvalidInput,
    Several,
    by_repr,
    each,
    identifier,
    one_of,
    refuse,
    require,
    shown,
    text,
)
from kapsched.exchange.fields import Fields, choice, label, listed, mapped, named, one_or_more
from kapsched.exchange.fields import text as a_text
from kapsched.exchange.shown import shown as briefly
from kapsched.model.mappings import FrozenMapping

T = TypeVar("T")
Dates: TypeAlias = Literal["iso", "day first", "month first"]
_DATES: tuple[Dates, ...] = get_args(Dates)
_WORDS_OF = ("type", "room", "staff", "patient", "pool", "exclusive", "course", "session", "kind")


def _copied(given: Mapping[str, T], read: Callable[[T], object]) -> Mapping[str, object]:
    """A frozen copy; what is no mapping is left for the check to refuse."""
    if not isinstance(cast(object, given), Mapping):
        return cast(Mapping[str, object], given)
    return FrozenMapping({key: read(value) for key, value in given.items()})


def _one_or_several(given: str | Iterable[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else Several(given)


def _lists(given: Mapping[str, str | Iterable[str]]) -> Mapping[str, tuple[str, ...]]:
    return cast("Mapping[str, tuple[str, ...]]", _copied(given, _one_or_several))


def _by_column(given: Mapping[str, Mapping[str, str]]) -> Mapping[str, Mapping[str, str]]:
    return cast(
        "Mapping[str, Mapping[str, str]]", _copied(given, lambda words: _copied(words, lambda word: word))
    )


@frozen(kw_only=True)
class TableForm:
    """How a CSV table is written; what is not said is as in a table of ours.

    `columns` says of each column of ours which one of theirs holds it, or which several; any others of theirs are
    passed over. `words` turns their words into ours, by column of ours; a word that it does not have stays.
    `leave_out` names, by column of theirs, the words for which a row is passed over. Capitals and blanks around a
    word make no difference to either. `joined_by` is what stands between several names in one cell. `shares` lists
    rooms and staff of which a row takes one place.
    """

    columns: Mapping[str, tuple[str, ...]] = field(default=FrozenMapping(), converter=_lists)
    separator: str = ","
    quote: str = '"'
    encoding: str = "utf-8"
    dates: Dates = "iso"
    # Their words for patients may be names.
    words: Mapping[str, Mapping[str, str]] = field(default=FrozenMapping(), converter=_by_column, repr=False)
    leave_out: Mapping[str, tuple[str, ...]] = field(default=FrozenMapping(), converter=_lists)
    joined_by: str = ""
    shares: tuple[str, ...] = field(default=(), converter=Several[str])
    _folded: Mapping[str, Mapping[str, str]] = field(
        init=False, repr=False, eq=False, default=FrozenMapping()
    )
    _passed: Mapping[str, frozenset[str]] = field(init=False, repr=False, eq=False, default=FrozenMapping())

    _repr_pretty_ = by_repr

    def __attrs_post_init__(self) -> None:
        require(
            self,
            columns=_mapping(identifier, _some(identifier)),
            separator=_one_character,
            quote=_one_character,
            encoding=_an_encoding,
            dates=one_of(_DATES),
            words=_mapping(one_of(_WORDS_OF), _mapping(text, identifier)),
            leave_out=_mapping(identifier, _some(text)),
            joined_by=text,
            shares=each(identifier),
        )
        if self.separator == self.quote:
            raise InvalidInput("what quotes a text cannot part the columns too", path="separator")
        folded = {
            column: {folded_word(theirs): ours for theirs, ours in words.items()}
            for column, words in self.words.items()
        }
        passed: dict[str, frozenset[str]] = {}
        for column, said in self.leave_out.items():
            plain = folded_word(column)
            passed[plain] = passed.get(plain, frozenset()) | frozenset(map(folded_word, said))
        object.__setattr__(self, "_folded", FrozenMapping(folded))
        object.__setattr__(self, "_passed", FrozenMapping(passed))

    def ours(self, column: str, word: str) -> str:
        """The word of ours for one of theirs in a column of ours."""
        if not self.words:
            return word
        exactly = self.words.get(column, _NO_WORDS).get(word)
        return (
            self._folded.get(column, _NO_WORDS).get(folded_word(word), word) if exactly is None else exactly
        )

    def passes_over(self, columns: Sequence[str], cells: Iterable[str]) -> bool:
        """Is a row with those cells in those columns of theirs left out?"""
        return bool(self.leave_out) and any(
            folded_word(cell) in self._passed.get(folded_word(column), ())
            for column, cell in zip(columns, cells, strict=False)
        )

    def names(self, column: str, cells: Iterable[str]) -> tuple[str, ...]:
        """Every name in some cells, in our words, each once."""
        found = (one for cell in cells for one in (cell.split(self.joined_by) if self.joined_by else [cell]))
        return tuple(dict.fromkeys(self.ours(column, one.strip()) for one in found if one.strip()))


_NO_WORDS: Mapping[str, str] = FrozenMapping()


def folded_word(word: str) -> str:
    """A word as it is compared: whatever blanks and capitals it is written with."""
    return " ".join(word.split()).casefold()


def _mapping(key: Check, value: Check) -> Check:
    def check(given: object) -> str:
        if not isinstance(given, Mapping):
            return f"named values are wanted, not {type(given).__name__}"
        return next((fault for one in given.items() if (fault := key(one[0]) or value(one[1]))), "")

    return check


def _some(check: Check) -> Check:
    return lambda value: each(check)(value) or ("" if value else "at least one is wanted")


def _one_character(value: object) -> str:
    if not isinstance(value, str) or len(value) != 1 or value in "\r\n\0":
        return f"a single character is wanted, not {shown(value)}"
    return ""


def _an_encoding(value: object) -> str:
    try:
        "a".encode(cast(str, value))
    except (LookupError, ValueError, TypeError):
        return f"{shown(value)} is no encoding of text that is known here, such as utf-8 or cp1252"
    return ""


OURS = TableForm()
"""The form of our own tables."""


class NamedTable(NamedTuple):
    """A table that a TOML file names, beside itself, and how it is written."""

    file: str
    form: TableForm


def named_table(value: object) -> NamedTable:
    """The name of a file, or a table that says how that file is written."""
    if not isinstance(value, dict):
        return NamedTable(plain_file_name(value), OURS)
    with Fields(value) as table:
        file = table.need("file", plain_file_name, "")
        form = TableForm(
            columns=table.take("columns", mapped(one_or_more(label)), {}),
            separator=table.take("separator", a_text, ","),
            quote=table.take("quote", a_text, '"'),
            encoding=table.take("encoding", label, "utf-8"),
            dates=table.take("dates", choice(*_DATES), "iso"),
            words=table.take("words", mapped(_words), {}),
            leave_out=table.take("leave_out", mapped(one_or_more(a_text)), {}),
            joined_by=table.take("joined_by", a_text, ""),
            shares=table.take("shares", listed(label), ()),
        )
    return NamedTable(file, form)


def _words(value: object) -> dict[str, str]:
    """Words with those of ours; no fault shows one, for it may be a name."""
    words = named(value)
    wrong = sum(not isinstance(one, str) or not one for one in words.values())
    if wrong:
        raise InvalidInput(f"each word stands for one of ours, in quotes; {wrong} of these do not")
    return {theirs: label(ours) for theirs, ours in words.items()}


def plain_file_name(value: object) -> str:
    """The name of a file that lies beside the one that names it."""
    name = label(value)
    if name in (".", "..") or any(letter in name for letter in "/\\:\0"):
        raise InvalidInput(f"a plain file name is wanted, of a file beside this one, not {briefly(value)}")
    return name


def refuse_columns(
    form: TableForm, known: Iterable[str], faults: Iterable[str], several: Iterable[str]
) -> None:
    """Refuse columns of ours that a table does not have, several for one that has a single, and other `faults`."""
    options = tuple(known)
    found = [
        Fault(f"{one!r} is no column of ours; there are {', '.join(options)}", f"columns.{one}")
        for one in form.columns
        if one not in options
    ]
    found += [
        Fault(f"only one column can say the {one}", f"columns.{one}")
        for one, theirs in form.columns.items()
        if one in options and one not in several and len(theirs) > 1
    ]
    refuse([*found, *(Fault(fault, "columns") for fault in faults)])


def under_where_unplaced(error: InvalidInput, prefix: str) -> InvalidInput:
    """The same faults, with `prefix` before those that do not say yet in which file they are."""
    return InvalidInput(*(fault if fault.source else fault.under(prefix) for fault in error.faults))
