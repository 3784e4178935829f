"""What does the command line answer to what a document types? As a program, this writes the answers anew."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from click.testing import CliRunner

from kapsched.cli.commands import kapsched
from tests.conftest import HARBOUR_NOW
from tests.fences import ROOT

# A file to be written, by its name in the first line, or commands to be typed with their answers.
_FENCE = re.compile(
    r"```toml\n(?P<file># (?P<name>\S+\.toml)\n.*?)```|```console\n(?P<typed>.*?)```", re.DOTALL
)

HARBOUR, EDINBURGH, NEWBRIDGE = "examples/harbour", "examples/edinburgh", "examples/newbridge"

PAGES = tuple(
    path
    for path in sorted((ROOT / "docs").rglob("*.md"))
    if "```console\n" in path.read_text(encoding="utf-8")
)


def _planned_harbour() -> None:
    """The example clinic beside us, planned into `out` as the README plans it."""
    _copied(HARBOUR)
    result = CliRunner().invoke(kapsched, ["plan", HARBOUR, "--now", HARBOUR_NOW, "--out", "out"])
    assert result.exit_code == 0, result.output


def _copied(example: str) -> None:
    shutil.copytree(ROOT / example, example, ignore=shutil.ignore_patterns("uid.key"))


def answered(page: str) -> str:
    """The page as it is once its files are written and its commands typed, in order, in the folder we are in.

    Where a page speaks of Harbour, that clinic is there and planned before; the others are there to be planned.
    """
    status = 0
    if HARBOUR in page:
        _planned_harbour()
    for example in (EDINBURGH, NEWBRIDGE):
        if example in page:
            _copied(example)

    def answer(command: str) -> str:
        nonlocal status
        if command == "echo $?":
            return f"$ {command}\n{status}\n"
        words = shlex.split(command)
        name = words.index("kapsched")
        result = CliRunner().invoke(
            kapsched, words[name + 1 :], env=dict(one.split("=") for one in words[:name])
        )
        status = result.exit_code
        return f"$ {command}\n{result.output}"

    def done(fence: re.Match[str]) -> str:
        if fence["name"]:
            Path(fence["name"]).parent.mkdir(parents=True, exist_ok=True)
            Path(fence["name"]).write_text(fence["file"], encoding="utf-8")
            return fence[0]
        commands = [line[2:] for line in fence["typed"].splitlines() if line.startswith("$ ")]
        return f"```console\n{''.join(map(answer, commands))}```"

    return _FENCE.sub(done, page)


if __name__ == "__main__":
    os.environ["COLUMNS"] = "80"
    for path in PAGES:
        with TemporaryDirectory() as folder:
            os.chdir(folder)
            path.write_text(answered(path.read_text(encoding="utf-8")), encoding="utf-8")
            sys.stdout.write(f"{path.name}\n")
            os.chdir(ROOT)
