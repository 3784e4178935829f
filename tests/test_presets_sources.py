r"""Does every number in a preset say where it comes from?

The rule, line by line: a line that holds a number of clinical meaning ends with a comment, either

    # ours                       (or `# ours: why`)
    # source: <public source>    an address (host and path), a DOI, a PMID or PMC id, a trial id (NCT…),
                                 or an author or title with its year, such as `Grabski 2022`

A number is any digit of a value outside quotation marks, and any digit of a quoted value that is not a name.
A name is lower case and without spaces (`induction/dosing/1`, `preset:kap-twice-weekly@1`). Table headings
and keys do not count, nor do lines whose key is `format`, `version`, `name`, `title`, `description` or
`based_on`. Strings over several lines are refused, so that a line can be judged alone.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kapsched.exchange.documents import presets, read_programme
from kapsched.exchange.toml_lines import LineIndex
from tests.fences import ROOT, fence_under

PRESETS = ROOT / "src" / "kapsched" / "presets"

FREE_KEYS = {"format", "version", "name", "title", "description", "based_on"}

_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'|#.*|[^"\'#]+|["\']')
_KEY = re.compile(r"""(?:^|(?<=[,{]))\s*((?:[\w-]+|"[^"]*")(?:\s*\.\s*(?:[\w-]+|"[^"]*"))*)\s*=""")
_NAME = re.compile(r"[a-z][\w:@./-]*")
_PUBLIC = re.compile(
    r"""
      \b[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,}/\S      # a host and a path
    | \b10\.\d{4,}/\S                                # a DOI
    | \b(PMID:?\ ?\d|PMC\d|NCT\d{8})                 # a paper or a trial by its id
    | \b[A-Z][\w’'-]+[^;]*\b(19|20)\d\d\b            # an author or a title, and its year
    """,
    re.VERBOSE,
)


def faults(text: str) -> list[str]:
    """What is wrong with the sources of one preset, each with its line."""
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        if '"""' in line or "'''" in line:
            found.append(f"line {number}: a string over several lines; write it on one")
            continue
        pieces = _PIECE.findall(line)
        comment = pieces.pop() if pieces and pieces[-1].startswith("#") else ""
        if _holds_a_number(pieces) and not _names_its_source(comment):
            found.append(f"line {number}: a number without `# source: ...` or `# ours`: {line.strip()}")
    return found


def _holds_a_number(pieces: list[str]) -> bool:
    line = "".join(pieces).strip()
    if line.startswith("["):  # a heading, or an array inside an array
        if re.fullmatch(r"\[{1,2}[^\[\],={}]+\]{1,2}", line):
            return False
    elif (key := _KEY.match(line)) and key[1].rpartition(".")[2].strip() in FREE_KEYS:
        return False
    quoted = [piece[1:-1] for piece in pieces if piece[0] in "\"'" and len(piece) > 1]
    bare = _KEY.sub("", "".join(piece if piece[0] not in "\"'" else '""' for piece in pieces))
    return bool(re.search(r"\d", bare)) or any(
        re.search(r"\d", value) and not _NAME.fullmatch(value) for value in quoted
    )


def _names_its_source(comment: str) -> bool:
    said = comment.lstrip("#").strip()
    if said == "ours" or re.match(r"ours: \S", said):
        return True
    return said.startswith("source: ") and bool(_PUBLIC.search(said.removeprefix("source: ")))


def test_every_number_in_every_preset_has_its_source() -> None:
    found = {path.name: faults(path.read_text(encoding="utf-8")) for path in sorted(PRESETS.glob("*.toml"))}
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def sourced(text: str) -> list[str]:
    """Every value of a preset that has a public source, by its path, with the source but no words around it."""
    index, found = LineIndex(text), []
    for part in index._parts:
        rest = text[part.end : text.index("\n", part.end)]
        if part.value is not None and (source := re.match(r" *# source: (.*?)( \(.*\))?$", rest)):
            found.append(
                f"{index.written(part.path)[0]} = {text[part.value : part.end].strip()} <- {source[1]}"
            )
    return found


def test_no_number_loses_the_source_that_is_known_for_it() -> None:
    known = (ROOT / "tests" / "preset_sources.txt").read_text(encoding="utf-8").splitlines()
    assert [
        f"{path.stem}: {line}"
        for path in sorted(PRESETS.glob("*.toml"))
        for line in sourced(path.read_text(encoding="utf-8"))
    ] == known, "a number whose source is known keeps it; a new one is written into tests/preset_sources.txt"


@pytest.mark.parametrize(
    "line",
    [
        "minutes = 40",
        "minutes = 40 # long enough",
        "minutes = 40 # source:",
        "minutes = 40 # source: everybody knows",
        "minutes = 40 # source: clinics in general; 2019",
        "minutes = 40 # oursource.org/page",
        'apart = "2 days"',
        'hours = "09:00-17:00"',
        'every = "P28D"',
        "steps = [{ every = '28 days x 3' }]",
        "  4,",
        "[28, 3],",
        'apart = "2 days # ours"',
        'segments = [{ name = "dosing", minutes = 60 }]',
        "induction.doses = 4 # source: the brochure",
    ],
)
def test_a_number_without_a_source_is_refused(line: str) -> None:
    assert faults(f"[phases.induction]\n{line}\n") == [
        f"line 2: a number without `# source: ...` or `# ours`: {line.strip()}"
    ]


@pytest.mark.parametrize(
    "line",
    [
        "minutes = 40 # ours",
        "minutes = 40 # ours: the middle of what clinics publish",
        "minutes = 40 # source: oxfordhealth.nhs.uk/ketamine/treatment",
        "minutes = 40 # source: doi 10.1176/appi.ajp.2021.21030277",
        "minutes = 40 # source: PMID 30922101",
        "minutes = 40 # source: NCT03113968",
        "minutes = 40 # source: Grabski et al. 2022",
        'apart = "2 days" # source: Singh 2016, twice-weekly arm',
        "  4, # ours",
    ],
)
def test_a_number_with_a_source_is_accepted(line: str) -> None:
    assert faults(line) == []


@pytest.mark.parametrize(
    "line",
    [
        "",
        "# six infusions in 12 days",
        "format = 1",
        'version = "1"',
        'name = "Six infusions (2 a week)"',
        'based_on = "preset:kap-twice-weekly@1"',
        'after = "induction/dosing/1"',
        "[phases.week-1]",
        "[[phases.induction.steps2]]",
        'staff = ["therapist", "doctor"]',
        'weeks.1.place = "therapy"',
    ],
)
def test_a_line_without_a_clinical_number_needs_no_source(line: str) -> None:
    assert faults(line) == []


def test_a_string_over_several_lines_is_refused() -> None:
    assert faults('description = """\ntwo a week\n"""') == [
        "line 1: a string over several lines; write it on one",
        "line 3: a string over several lines; write it on one",
    ]


def test_the_table_of_the_how_to_lists_every_preset_once() -> None:
    page = (ROOT / "docs" / "how-to" / "presets.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `([\w-]+)` \|", page, re.MULTILINE)
    assert sorted(listed) == sorted({name.partition("@")[0] for name in presets()})


def test_the_example_of_the_how_to_is_a_programme_that_keeps_the_rule(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "how-to" / "presets.md").read_text(encoding="utf-8")
    text = fence_under(page, "An example").text
    assert faults(text) == []
    (tmp_path / "made-up.toml").write_text(text, encoding="utf-8")
    programme = read_programme(tmp_path / "made-up.toml")
    assert [session.id for session in programme.sessions] == [
        f"induction/dosing/{number}" for number in range(1, 5)
    ]
    assert [rule.name for rule in programme.rules] == ["doses-apart"]
