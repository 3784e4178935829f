"""Does the code keep to the floors drawn in `docs/explanation/architecture.md`?"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest
from attrs import field, frozen

from tests.fences import ROOT, fence_under

SOURCE = ROOT / "src" / "kapsched"
DRAWING = ROOT / "docs" / "explanation" / "architecture.md"

LONGEST_MODULE = 300
LONGEST_FUNCTION = 60

DRAWERS = {"base", "common", "data", "helper", "helpers", "info", "manager", "misc", "util", "utils"}

# Which modules may import which third party; a pattern is matched against the path below src/kapsched.
PLACES = {
    "attrs": r".*",
    "cattrs": r"exchange/.*",
    "click": r"cli(\.py|/.*)",
    "dateutil": r"timeline/recurrence\.py",
    "holidays": r"cli/holidays_command\.py",
    "hypothesis": r"testing(\.py|/.*)",
    "icalendar": r"exchange/(calendars/(ics|timezones)[^/]*|foreign/.*)",
    "recurring_ical_events": r"exchange/foreign/repeats\.py",
    "rich": r"cli(\.py|/.*)",
    "tzdata": r"timeline/zones\.py",
    "zoneinfo": r"timeline/zones\.py",
}


@frozen
class House:
    """The floors, top to bottom, and the tree that should keep to them."""

    floors: tuple[tuple[str, ...], ...]
    source: Path
    height: dict[str, int] = field(init=False)

    @height.default
    def _height(self) -> dict[str, int]:
        return {part: -depth for depth, floor in enumerate(self.floors) for part in floor}

    def modules(self) -> list[Path]:
        return sorted(self.source.rglob("*.py"))

    def place(self, module: Path) -> str:
        return module.relative_to(self.source).as_posix()

    def part(self, module: Path) -> str:
        """The part a module belongs to; `__init__` for the front door."""
        return module.relative_to(self.source).with_suffix("").parts[0]

    def target(self, below: str) -> str:
        """The part that a dotted name below `kapsched` belongs to; a mere name is the front door's."""
        part = below.partition(".")[0]
        known = part in self.height or any((self.source / name).exists() for name in (part, f"{part}.py"))
        return part if part and known else "the front door"

    def may_see(self, part: str, other: str) -> bool:
        """May a module of `part` import from `other`?"""
        if part in {"__main__", other}:
            return True
        if other not in self.height:
            return False  # not drawn, or the front door, which is for callers
        if part == "__init__":
            return self.height[other] < 0  # the top floor needs extras
        return self.height[part] > self.height[other]


def drawn_floors(markdown: str) -> tuple[tuple[str, ...], ...]:
    rows = [line for line in fence_under(markdown, "The floors").text.splitlines() if line.startswith("│")]
    return tuple(tuple(cell.strip() for cell in re.split("[│║]", row) if cell.strip()) for row in rows)


def imported(house: House, module: Path) -> Iterator[tuple[int, str]]:
    """Every import in a module, wherever it stands, as (line, dotted name); relative ones made absolute."""
    package = ("kapsched", *module.relative_to(house.source).parent.parts)
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            start = ".".join((*above, *([node.module] if node.module else [])))
            if start == "kapsched":
                yield from ((node.lineno, f"kapsched.{alias.name}") for alias in node.names)
            else:
                yield node.lineno, start


def faults_of_imports(house: House) -> list[str]:
    faults = []
    for module in house.modules():
        part, place = house.part(module), house.place(module)
        if part not in {*house.height, "__init__", "__main__"}:
            faults.append(f"{place}: {part} is on no floor of the drawing")
            continue
        for line, name in imported(house, module):
            top, _, rest = name.partition(".")
            if top == "kapsched":
                other = house.target(rest)
                if not house.may_see(part, other):
                    faults.append(f"{place}:{line}: {part} may not see {other}")
            elif top in PLACES:
                if not re.fullmatch(PLACES[top], place):
                    faults.append(f"{place}:{line}: {top} has another place")
            elif top not in sys.stdlib_module_names:
                faults.append(f"{place}:{line}: {top} has no place in the house")
    return faults


def faults_of_names(house: House) -> list[str]:
    faults = []
    for module in house.modules():
        faults += [
            f"{house.place(module)}: {name} is a drawer; name the noun inside"
            for name in module.relative_to(house.source).with_suffix("").parts
            if name.strip("_") in DRAWERS
        ]
        if module.name == "__init__.py":
            siblings = {path.stem for path in module.parent.iterdir() if path.suffix in {"", ".py"}}
            faults += [
                f"{house.place(module)}: {name} would hide the module of the same name"
                for name in sorted(bound_names(module) & siblings)
            ]
    return faults


def bound_names(module: Path) -> set[str]:
    """The names a module binds at its top level."""
    names: set[str] = set()
    for node in ast.parse(module.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom | ast.Import):
            names |= {alias.asname or alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        else:
            names |= {
                n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
            }
    return names


def faults_of_size(house: House) -> list[str]:
    faults = []
    for module in house.modules():
        text = module.read_text(encoding="utf-8")
        if (length := len(text.splitlines())) > LONGEST_MODULE:
            faults.append(f"{house.place(module)}: {length} lines, {LONGEST_MODULE} at most")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > LONGEST_FUNCTION:
                    faults.append(
                        f"{house.place(module)}:{node.lineno}: {node.name} has {length} lines,"
                        f" {LONGEST_FUNCTION} at most"
                    )
    return faults


@pytest.fixture(scope="module")
def house() -> House:
    return House(drawn_floors(DRAWING.read_text(encoding="utf-8")), SOURCE)


def test_every_part_is_drawn_once_and_the_wall_stands(house: House) -> None:
    parts = [part for floor in house.floors for part in floor]
    assert sorted(parts) == sorted(set(parts))
    assert ("planning", "verification") in house.floors


def test_every_import_keeps_to_the_floors_and_every_library_to_its_place(house: House) -> None:
    assert faults_of_imports(house) == []


def test_no_module_is_a_drawer_and_no_public_name_hides_a_module(house: House) -> None:
    assert faults_of_names(house) == []


def test_modules_and_functions_fit_their_rooms(house: House) -> None:
    assert faults_of_size(house) == []


# The checks themselves, on small houses built to be wrong.


def built(house: House, tree: Path, modules: dict[str, str]) -> House:
    """The same floors over a tree of our own, given as path and source."""
    for name, text in modules.items():
        path = tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
    return House(house.floors, tree)


@pytest.mark.parametrize(
    ("module", "line", "fault"),
    [
        ("model/plan.py", "import kapsched.planning.search", "model may not see planning"),
        (
            "planning/search.py",
            "from kapsched.verification import checks",
            "planning may not see verification",
        ),
        ("verification/checks.py", "from kapsched import planning", "verification may not see planning"),
        (
            "exchange/calendars/ics.py",
            "from kapsched.workflow import find_plan",
            "exchange may not see workflow",
        ),
        ("model/plan.py", "from ..planning.search import search", "model may not see planning"),
        ("model/plan.py", "from .. import workflow", "model may not see workflow"),
        ("cli.py", "from kapsched import find_plan", "cli may not see the front door"),
        ("cli.py", "import kapsched", "cli may not see the front door"),
        ("cli.py", "from kapsched.testing import clinics", "cli may not see testing"),
        ("errors.py", "from kapsched.timeline.units import Days", "errors may not see timeline"),
        ("model/plan.py", "import icalendar", "icalendar has another place"),
        ("timeline/units.py", "from dateutil.rrule import rrule", "dateutil has another place"),
        ("model/clinic.py", "from zoneinfo import ZoneInfo", "zoneinfo has another place"),
        ("workflow.py", "import click", "click has another place"),
        (
            "planning/search.py",
            "from ortools.sat.python import cp_model",
            "ortools has no place in the house",
        ),
    ],
)
def test_a_planted_import_is_caught(house: House, tmp_path: Path, module: str, line: str, fault: str) -> None:
    (found,) = faults_of_imports(built(house, tmp_path, {module: line}))
    assert found.endswith(f"py:1: {fault}")


def test_a_type_only_import_counts(house: House, tmp_path: Path) -> None:
    source = """\
        from typing import TYPE_CHECKING

        if TYPE_CHECKING:
            from kapsched.planning.search import Frontier
        """
    assert faults_of_imports(built(house, tmp_path, {"verification/report.py": source})) == [
        "verification/report.py:4: verification may not see planning"
    ]


def test_an_import_inside_a_function_counts(house: House, tmp_path: Path) -> None:
    source = """\
        def search() -> None:
            import rich
        """
    assert faults_of_imports(built(house, tmp_path, {"planning/search.py": source})) == [
        "planning/search.py:2: rich has another place"
    ]


def test_a_part_that_is_not_drawn_is_caught(house: House, tmp_path: Path) -> None:
    assert faults_of_imports(
        built(house, tmp_path, {"billing/invoice.py": "", "presets/__init__.py": ""})
    ) == [
        "billing/invoice.py: billing is on no floor of the drawing",
        "presets/__init__.py: presets is on no floor of the drawing",
    ]


def test_the_front_door_may_not_need_an_extra(house: House, tmp_path: Path) -> None:
    source = """\
        from kapsched.workflow import find_plan
        from kapsched.cli import main
        """
    assert faults_of_imports(built(house, tmp_path, {"__init__.py": source})) == [
        "__init__.py:2: __init__ may not see cli"
    ]


def test_imports_that_keep_to_the_floors_are_left_alone(house: House, tmp_path: Path) -> None:
    tree = built(
        house,
        tmp_path,
        {
            "cli.py": "import click\nfrom kapsched.workflow import find_plan",
            "exchange/calendars/ics.py": "import icalendar\nfrom kapsched.verification.report import Report",
            "planning/search.py": "from .windows import windows\nfrom kapsched.model.plan import Plan",
            "timeline/recurrence.py": "from dateutil.rrule import rrule\nfrom datetime import date",
        },
    )
    assert faults_of_imports(tree) == []


@pytest.mark.parametrize("name", ["model/utils.py", "exchange/_common.py", "misc.py", "helpers/words.py"])
def test_a_drawer_is_caught(house: House, tmp_path: Path, name: str) -> None:
    (found,) = faults_of_names(built(house, tmp_path, {name: ""}))
    assert "is a drawer" in found


@pytest.mark.parametrize(
    "line", ["from kapsched.verification import verify", "def verify() -> None: ...", "verify = 1"]
)
def test_a_name_that_hides_a_module_is_caught(house: House, tmp_path: Path, line: str) -> None:
    assert faults_of_names(built(house, tmp_path, {"__init__.py": line, "verify.py": ""})) == [
        "__init__.py: verify would hide the module of the same name"
    ]


def test_a_room_that_is_too_large_is_caught(house: House, tmp_path: Path) -> None:
    function = "def search() -> None:\n" + "    pass\n" * LONGEST_FUNCTION
    found = faults_of_size(
        built(house, tmp_path, {"planning/search.py": function, "model/plan.py": "\n" * 301})
    )
    assert found == [
        "model/plan.py: 301 lines, 300 at most",
        "planning/search.py:1: search has 61 lines, 60 at most",
    ]
