"""What do other programs read in a calendar? Four that are neither ours nor icalendar's, asked alike.

Each answers, for every file in turn, what stands in its entries and what its own validator complains of. libical and
ical.js know a zone by what the file says of it; sabre/vobject and vobject take a zone that they know by its name.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from ctypes.util import find_library
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).parent
SABRE = Path("/usr/share/php/Sabre/VObject/autoload.php")


class Read(NamedTuple):
    """An entry as a program reads it: seconds since 1970 for its start and end."""

    uid: str
    start: int
    end: int
    sequence: int
    status: str


class Answer(NamedTuple):
    """What a program makes of a file."""

    entries: list[Read]
    complaints: list[str]


def missing(program: str) -> str:
    """Why a program cannot be asked; empty where it can."""
    if program == "libical":
        return "" if find_library("ical") else "libical3 of Debian is not installed"
    if program == "ical.js":
        there = shutil.which("node") and (HERE / "node_modules" / "ical.js").is_dir()
        return "" if there else "node, or `npm install` in tests/readers, is missing"
    if program == "sabre":
        there = shutil.which("php") and SABRE.exists()
        return "" if there else "php-cli or php-sabre-vobject of Debian is not installed"
    return ""


def ask(program: str, files: Sequence[bytes]) -> list[Answer]:
    """What a program reads in each of the files."""
    commands = {
        "libical": ["python3", "-m", "tests.readers.by_libical"],
        "ical.js": ["node", str(HERE / "by_ical_js.mjs")],
        "sabre": ["php", "-d", "memory_limit=2G", "-d", "date.timezone=UTC", str(HERE / "by_sabre.php")],
        "vobject": ["python3", "-m", "tests.readers.by_vobject"],
    }
    return [
        Answer([Read(*entry) for entry in answer["entries"]], answer["complaints"])
        for answer in run(commands[program], [content.decode() for content in files])
    ]


def run(command: Sequence[str], question: Any) -> Any:
    """What a program answers to a question, both as JSON."""
    import sys  # noqa: PLC0415  # the interpreter that has what these readers want

    own = [sys.executable if part == "python3" else part for part in command]
    found = subprocess.run(
        own, input=json.dumps(question).encode(), capture_output=True, check=False, cwd=HERE.parents[1]
    )
    assert found.returncode == 0, found.stderr.decode()[-2000:]
    return json.loads(found.stdout)
