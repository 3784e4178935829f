"""In which words? Every sentence that leaves the library for people, by audience and key, in one language.

A text may hold named blanks such as `{kind}`; which ones depends on its audience and key. The patient's texts have
none but dates, so that nothing of a programme can reach them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from string import Formatter
from typing import Literal, TypeAlias, cast

from attrs import field, frozen

from kapsched import errors
from kapsched.errors import Fault, refuse, require_given
from kapsched.model.mappings import FrozenMapping

Reader: TypeAlias = Literal["patient", "staff", "room", "clinic", "busy", "desk"]

HEADS = (
    "date",
    "from",
    "to",
    "free from",
    "kind",
    "session",
    "room",
    "staff",
    "status",
    "course",
    "patient",
    "starts",
    "ends",
    "visits",
    "proved",
    "remark",
    "role",
    "segment",
    "time",
    "week",
    "booked",
    "there",
    "share",
)
"""What stands over the columns of tables."""
STATES = (
    "provisional",
    "confirmed",
    "cancelled",
    "done",
    "taken",
    "closed",
    "not there",
    "turnaround",
    "tail",
)
"""What a stretch of time can be, in the legends of pictures and in tables."""
PROVED = ("none", "days", "changes", "wishes", "minutes", "all")
"""How far a plan can be proved the best."""

_ON, _ON_NAMES = frozenset({"on"}), frozenset({"on", "names"})
REASONS: Mapping[str, frozenset[str]] = {
    "notice": _ON,
    "window": frozenset(),
    "closure": _ON,
    "hours": _ON_NAMES,
    "not open": _ON,
    "absence": _ON_NAMES,
    "patient": _ON,
    "excluded": _ON_NAMES,
    "break": _ON_NAMES,
    "booked": _ON_NAMES,
    "continuity": _ON_NAMES,
    "rule": _ON_NAMES,
    "shared": _ON_NAMES,
    "contradiction": frozenset({"names"}),
    "horizon": frozenset({"first_day", "last_day"}),
    "pinned": _ON_NAMES,
    "steps": frozenset(),
}
"""The sentences that a reason can be, with the blanks of the desk's; the patient's name nobody and nothing."""

_DATE = frozenset({"weekday", "day", "month", "year"})

BLANKS: Mapping[tuple[Reader, str], frozenset[str]] = {
    ("patient", "calendar"): frozenset(),
    ("patient", "summary"): frozenset(),
    ("patient", "weekdays"): frozenset(),
    ("patient", "day"): _DATE,
    ("staff", "calendar"): frozenset({"staff"}),
    ("staff", "summary"): frozenset({"kind", "course", "patient", "session"}),
    ("staff", "part"): frozenset({"start", "end", "segment", "roles"}),
    ("staff", "description"): frozenset({"notes"}),
    ("room", "calendar"): frozenset({"room"}),
    ("room", "summary"): frozenset({"kind", "course", "patient", "session"}),
    ("clinic", "calendar"): frozenset(),
    ("clinic", "summary"): frozenset({"kind", "course", "patient", "session"}),
    ("clinic", "description"): frozenset({"staff", "rooms", "patient"}),
    ("busy", "calendar"): frozenset(),
    ("busy", "summary"): frozenset(),
    ("desk", "weekdays"): frozenset(),
    ("desk", "months"): frozenset(),
    ("desk", "short months"): frozenset(),
    ("desk", "day"): _DATE,
    ("desk", "short day"): _DATE,
    ("desk", "day of week"): frozenset({"weekday", "day", "month"}),
    ("desk", "day of month"): frozenset({"weekday", "day"}),
    ("desk", "month"): frozenset({"month", "year"}),
    ("desk", "on none"): frozenset(),
    ("desk", "on one"): frozenset({"first"}),
    ("desk", "on two"): frozenset({"first", "second"}),
    ("desk", "on three"): frozenset({"first", "second", "third"}),
    ("desk", "on a stretch"): frozenset({"first", "last"}),
    ("desk", "on several"): frozenset({"count", "first", "last"}),
    ("desk", "list"): frozenset({"others", "last"}),
    ("desk", "nobody alone"): frozenset(),
    ("desk", "course title"): frozenset({"course", "patient", "programme"}),
    ("desk", "course summary"): frozenset({"count", "first", "last"}),
    ("desk", "course key"): frozenset(),
    ("desk", "week title"): frozenset({"day"}),
    ("desk", "week summary"): frozenset({"count", "rooms"}),
    ("desk", "week key"): frozenset(),
    ("desk", "people title"): frozenset({"day"}),
    ("desk", "people summary"): frozenset({"count", "people"}),
    ("desk", "people key"): frozenset(),
    ("desk", "day title"): frozenset({"day"}),
    ("desk", "day summary"): frozenset({"count"}),
    ("desk", "day key"): frozenset(),
    ("desk", "use title"): frozenset(),
    ("desk", "use summary"): frozenset({"first", "last"}),
    ("desk", "use key"): frozenset(),
    ("desk", "rooms"): frozenset(),
    ("desk", "roles"): frozenset(),
    ("desk", "week of"): frozenset({"day"}),
    ("desk", "view summary"): frozenset({"count"}),
    ("desk", "also booked"): frozenset(),
    ("desk", "sheet made"): frozenset({"revision", "moment"}),
    ("desk", "closing title"): frozenset({"placed", "courses"}),
    ("desk", "no appointments"): frozenset(),
    ("desk", "goes on"): frozenset({"phase"}),
    ("desk", "refused at"): frozenset({"session", "reasons"}),
    ("desk", "refused"): frozenset({"reasons"}),
    ("desk", "in all"): frozenset({"placed", "refused", "count"}),
    ("desk", "stayed"): frozenset({"count"}),
    ("desk", "added"): frozenset({"count"}),
    ("desk", "changed"): frozenset({"count"}),
    ("desk", "gone"): frozenset({"count"}),
    ("desk", "nearest"): frozenset({"day"}),
    ("desk", "written"): frozenset({"place"}),
    ("desk", "unchanged"): frozenset({"place"}),
    ("desk", "sheet written"): frozenset({"day", "place"}),
    ("desk", "sheet there"): frozenset({"day", "place"}),
    **{("desk", word): frozenset[str]() for word in (*HEADS, *STATES)},
    **{("desk", f"proved {proof}"): frozenset[str]() for proof in PROVED},
    **{("desk", f"reason {name}"): blanks for name, blanks in REASONS.items()},
    **{("patient", f"reason {name}"): blanks - {"names"} for name, blanks in REASONS.items()},
}
"""Every text a table of wording must hold, with the blanks it may leave."""
COUNTS: Mapping[tuple[Reader, str], int] = {
    ("desk", "weekdays"): 7,
    ("patient", "weekdays"): 7,
    ("desk", "months"): 12,
    ("desk", "short months"): 12,
}
"""Of how many words, from Monday or January, a text consists."""
LINES: frozenset[tuple[Reader, str]] = frozenset({("staff", "description"), ("clinic", "description")})
"""The texts that may have several lines, or none; every other is a line in a table, a picture or a calendar."""


def _copied(texts: Mapping[tuple[Reader, str], str]) -> Mapping[tuple[Reader, str], str]:
    return FrozenMapping(texts) if isinstance(cast(object, texts), Mapping) else texts


@frozen(kw_only=True)
class Wording:
    """A complete table of texts in the language named by its tag; one that lacks a text is `InvalidInput`."""

    language: str
    texts: Mapping[tuple[Reader, str], str] = field(converter=_copied)

    def __attrs_post_init__(self) -> None:
        found = errors.faults_in(self, language=errors.language_tag, texts=errors.of_type(Mapping))
        if isinstance(cast(object, self.texts), Mapping):
            found += [fault.under("texts") for fault in self._faults()]
        refuse(found)

    @classmethod
    def of(cls, language: str, **readers: Mapping[str, str]) -> Wording:
        """A table made of one for each audience: `patient`, `staff`, `room`, `clinic`, `busy` and `desk`."""
        require_given(
            language=(language, errors.language_tag),
            **{reader: (texts, errors.of_type(Mapping)) for reader, texts in readers.items()},
        )
        texts = {(reader, key): text for reader, texts in readers.items() for key, text in texts.items()}
        return cls(language=language, texts=cast(Mapping[tuple[Reader, str], str], texts))

    def _faults(self) -> Iterator[Fault]:
        yield from (
            Fault(f"the wording {self.language!r} has no such text", f"{reader}.{key}")
            for reader, key in BLANKS
            if (reader, key) not in self.texts
        )
        for at, text in self.texts.items():
            path = ".".join(map(str, at)) if isinstance(at, tuple) else repr(at)
            if at not in BLANKS:
                close = get_close_matches(path, (".".join(one) for one in BLANKS), n=1)
                yield Fault(
                    "nobody asks for this text" + "".join(f"; did you mean {one}?" for one in close), path
                )
            elif not isinstance(text, str):
                yield Fault(f"text is wanted, not {text!r}", path)
            else:
                yield from (Fault(message, path) for message in _text_faults(text, at))

    def say(self, reader: Reader, key: str, **blanks: object) -> str:
        """The text with its blanks filled; spaces that an empty blank leaves at the ends are gone."""
        return self.texts[reader, key].format_map(blanks).strip()

    def words(self, reader: Reader, key: str) -> list[str]:
        """The names of weekdays or months, in order."""
        return _words(self.texts[reader, key])

    def day(self, day: date, key: str = "day") -> str:
        """A date for the desk in words; the `key` says in which of its forms."""
        months = self.words("desk", "short months" if key.startswith("short") else "months")
        return self._day("desk", key, day, months)

    def patients_day(self, day: date) -> str:
        """A date for a patient in words, nothing of it shortened."""
        return self._day("patient", "day", day, self.words("desk", "months"))

    def _day(self, reader: Reader, key: str, day: date, months: Sequence[str]) -> str:
        weekday, month = self.words(reader, "weekdays")[day.weekday()], months[day.month - 1]
        return self.say(reader, key, weekday=weekday, day=day.day, month=month, year=day.year)


def _words(text: str) -> list[str]:
    """The words of a text; where there are commas what stands between them, which may be several words."""
    return [word.strip() for word in text.split(",")] if "," in text else text.split()


def _text_faults(text: str, at: tuple[Reader, str]) -> Iterator[str]:
    if not text.strip() and at not in LINES:
        yield "some text is wanted, not a blank"
        return
    if "\n" in text and at not in LINES:
        yield f"{text!r} is to be one line"
    if message := errors.text(text.replace("\n", " ")):
        yield message
    try:
        parts = tuple(Formatter().parse(text))
    except ValueError as error:
        yield f"{text!r} has a broken blank: {str(error).lower()}"
        return
    for _, name, form, conversion in parts:
        if name is not None and (name not in BLANKS[at] or form or conversion):
            known = ", ".join(f"{{{one}}}" for one in sorted(BLANKS[at])) or "none"
            yield f"{text!r} may leave these blanks, bare: {known}"
    wanted = COUNTS.get(at)
    words = _words(text) if wanted is not None else []
    if wanted is not None and len(words) != wanted:
        yield f"{wanted} words are wanted, not {len(words)}"
    elif not all(words):
        yield "the words between commas are wanted, none of them a blank"
