"""Is the table of neighbours in the README borne out by the page behind it, and each line there by a source?"""

from __future__ import annotations

import re

from tests.fences import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGE = (ROOT / "docs" / "explanation" / "neighbours.md").read_text(encoding="utf-8")


def rows() -> list[str]:
    """Who stands in the README's table, row by row."""
    section = README.partition("\n## Beside others\n")[2].partition("\n## ")[0]
    _, _, *found = re.findall(r"^\| ?(.*?) ?\|", section, re.MULTILINE)
    return found


def sections() -> dict[str, str]:
    """The page's sections by their headings, without what stands before the first."""
    _, *parts = PAGE.split("\n## ")
    return {heading: text for heading, _, text in (part.partition("\n") for part in parts)}


def test_each_row_of_the_readme_has_its_section_on_the_page_in_the_same_order() -> None:
    assert 1 <= len(rows()) <= 6
    assert [row.partition(" (")[0].casefold() for row in rows()] == [one.casefold() for one in sections()]


def test_everybody_named_in_a_row_is_spoken_of_in_its_section() -> None:
    for row, text in zip(rows(), sections().values(), strict=True):
        named = re.findall(r"[A-Z][\w.!-]*(?: [A-Z][\w-]*)*", row)
        assert [one for one in named if one not in text] == [], row


def test_every_claim_on_the_page_names_a_public_address_or_a_file_that_is_here() -> None:
    for heading, text in sections().items():
        claims = re.findall(r"^- (.*?)(?=\n- |\n\n|\Z)", text, re.MULTILINE | re.DOTALL)
        assert len(claims) >= 2, heading
        for claim in claims:
            here = [name for name in re.findall(r"`([\w/]+\.\w+)`", claim) if (ROOT / name).exists()]
            assert re.search(r"]\(https://[\w.-]+/\S+\)", claim) or here, claim


def test_each_section_begins_with_what_the_neighbour_does_better() -> None:
    """It begins with a paragraph and not with a claim of ours, and ends with what kapsched does instead."""
    for heading, text in sections().items():
        first, *_, last = (one for one in text.strip().split("\n\n") if one)
        assert not first.startswith(("-", "kapsched")), heading
        assert last.startswith("kapsched "), heading
