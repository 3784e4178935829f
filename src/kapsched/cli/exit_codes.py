"""How does a command end? What its exit status says."""

from __future__ import annotations

import sys
from typing import NoReturn

BAD_INPUT, SOME_REFUSED, NEW_FINDINGS = 2, 3, 4
INTERRUPTED, NOBODY_READS = 130, 141

_OURS = "A 1 is a fault of ours; please report what was printed.\n"

EXIT_CODES = f"""\b
Exit status, the first that applies:
  {BAD_INPUT}  something that was given cannot be used; nothing was written
  {NEW_FINDINGS}  an appointment breaks a promise
  {SOME_REFUSED}  a course could not be placed
  0  none of these

{_OURS}"""
"""Of a command that plans or judges."""

FEW_EXIT_CODES = f"""\b
Exit status:
  {BAD_INPUT}  something that was given cannot be used; nothing was written
  0  it was done

{_OURS}"""
"""Of a command that neither plans nor judges."""


def finish(new_findings: int, refused: int = 0) -> NoReturn:
    """End a command that plans or judges."""
    sys.exit(NEW_FINDINGS if new_findings else SOME_REFUSED if refused else 0)
