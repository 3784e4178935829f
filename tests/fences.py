"""What stands in the fenced blocks of a Markdown document?"""

from __future__ import annotations

import doctest
import re
import sys
from pathlib import Path

from attrs import frozen

ROOT = Path(__file__).parent.parent

_HEADING = re.compile(r"#+ +(.*?) *")
_FENCE = re.compile(r"(`{3,}|~{3,})(.*)")


@frozen(kw_only=True)
class Fence:
    """One fenced block; `direct` when nothing but blank lines parts it from its heading."""

    heading: str
    language: str
    text: str
    direct: bool


def fences(markdown: str) -> list[Fence]:
    """Every fenced block of `markdown`, in order."""
    found: list[Fence] = []
    heading, direct, closing, language = "", False, "", ""
    block: list[str] = []
    for line in markdown.splitlines():
        if closing:
            if line.strip() == closing:
                found.append(Fence(heading=heading, language=language, text="\n".join(block), direct=direct))
                closing, direct = "", False
            else:
                block.append(line)
        elif opening := _FENCE.fullmatch(line):
            closing, language, block = opening[1], opening[2].strip(), []
        elif title := _HEADING.fullmatch(line):
            heading, direct = title[1], True
        elif line.strip():
            direct = False
    return found


def fence_under(markdown: str, heading: str) -> Fence:
    """The first block beneath `heading`; a KeyError when there is none."""
    for fence in fences(markdown):
        if fence.heading == heading:
            return fence
    raise KeyError(heading)


def python_example(markdown: str) -> str:
    """The statements of all `>>>` examples of `markdown` as one program, in order."""
    parser = doctest.DocTestParser()
    blocks = [fence.text + "\n" for fence in fences(markdown) if fence.language == "python"]
    return "".join(example.source for block in blocks for example in parser.get_examples(block))


if __name__ == "__main__":
    sys.stdout.write(python_example(Path(sys.argv[1]).read_text(encoding="utf-8")))
