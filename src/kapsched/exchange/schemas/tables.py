"""What may be said of a table that another system has written?"""

from __future__ import annotations

from kapsched.exchange.schemas.values import LABEL, TEXT
from kapsched.exchange.schemas.words import choice, either, listed, mapped, one_or_more, says, table, words_of
from kapsched.exchange.table_forms import TableForm

_WORDS = "Their words and ours, by column of ours: room, staff, patient, kind, type and so on."

NAMED_TABLE = either(
    LABEL,
    table(
        TableForm,
        needs={"file": says("A CSV file beside this one.", LABEL)},
        takes={
            "columns": says("Which of their columns says each of ours.", mapped(one_or_more(LABEL))),
            "separator": says("The character between two cells.", TEXT),
            "quote": says("The character around a text that has the separator in it.", TEXT),
            "encoding": says("How letters are written as bytes, such as cp1252.", LABEL),
            "dates": says("In which order a date is written.", choice(words_of(TableForm, "dates"))),
            "words": says(_WORDS, mapped(mapped(LABEL))),
            "leave_out": says(
                "Words for which a row is passed over, by column of theirs.", mapped(one_or_more(TEXT))
            ),
            "joined_by": says("What stands between several names in one cell.", TEXT),
            "shares": says("Rooms and staff of whom a row takes one place of a capacity.", listed(LABEL)),
        },
    ),
)
