"""What is the picture of the README? The plan that its example makes; as a program, this writes it anew."""

from __future__ import annotations

from contextlib import redirect_stdout
from io import StringIO

from kapsched import Clinic, Plan
from kapsched.exchange.pictures import course_strip
from tests.fences import ROOT, python_example

PICTURE = ROOT / "docs" / "course.svg"


def drawn() -> str:
    """The picture as it should be, by running the README's example where its paths begin: at the root."""
    made: dict[str, object] = {}
    with redirect_stdout(StringIO()):
        exec(python_example((ROOT / "README.md").read_text(encoding="utf-8")), made)  # noqa: S102  # our own
    plan, clinic = made["plan"], made["clinic"]
    assert isinstance(plan, Plan)
    assert isinstance(clinic, Clinic)
    return course_strip(plan, clinic)


if __name__ == "__main__":
    PICTURE.write_bytes(drawn().encode("utf-8"))
