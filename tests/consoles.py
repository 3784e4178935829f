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
from tests.fences import ROOT

# A file to be written, by its name in the first line, or commands to be typed with their answers.
_FENCE = re.compile(
    r"```toml\n(?P<file># (?P<name>\S+\.toml)\n.*?)```|```console\n(?P<typed>.*?)```", re.DOTALL
)

PAGES = tuple(
    path
    for path in sorted((ROOT / "docs").rglob("*.md"))
    if "```console\n" in path.read_text(encoding="utf-8")
)


def answered(page: str) -> str:
    """The page as it is once its files are written and its commands typed, in order, in the folder we are in."""
    status = 0

    def answer(command: str) -> str:
        nonlocal status
        if command == "echo $?":
            return f"$ {command}\n{status}\n"
        name, *arguments = shlex.split(command)
        assert name == "kapsched", command
        for example in arguments:
            _copy(example)
        result = CliRunner().invoke(kapsched, arguments)
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


def _copy(example: str) -> None:
    """Have an example at hand that a command names, without the key that somebody may have made for it."""
    if example.startswith("examples/") and not Path(example).exists():
        shutil.copytree(ROOT / example, example, ignore=shutil.ignore_patterns("uid.key"))


if __name__ == "__main__":
    os.environ["COLUMNS"] = "80"
    for path in PAGES:
        with TemporaryDirectory() as folder:
            os.chdir(folder)
            path.write_text(answered(path.read_text(encoding="utf-8")), encoding="utf-8")
            sys.stdout.write(f"{path.name}\n")
            os.chdir(ROOT)
