"""Which pictures are there? The course strip and the week by room; `tables` writes the same facts."""

from kapsched.exchange.strips import course_strip
from kapsched.exchange.weeks import week_by_room

__all__ = ["course_strip", "week_by_room"]
