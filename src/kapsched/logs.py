"""Where is it told what was done? One logger, silent until a program asks, of ids and counts alone."""

from __future__ import annotations

import sys
from typing import TypeAlias

NAME = "kapsched"
DEBUG, INFO = 10, 20  # as `logging` has them

Told: TypeAlias = str | int | None
"""An id, a word of ours or a count; never a name, and never the time of somebody's visit."""


def debug(message: str, *told: Told) -> None:
    """What was read and written."""
    _tell(DEBUG, message, told)


def info(message: str, *told: Told) -> None:
    """What came of courses."""
    _tell(INFO, message, told)


def _tell(level: int, message: str, told: tuple[Told, ...]) -> None:
    # Whoever has not imported it does not listen, and need not wait while we do.
    if "logging" not in sys.modules:
        return
    import logging  # noqa: PLC0415

    logger = logging.getLogger(NAME)
    if not logger.handlers:
        # Without one Python might write to the standard error.
        logger.addHandler(logging.NullHandler())
    logger.log(level, message, *told, stacklevel=3)
