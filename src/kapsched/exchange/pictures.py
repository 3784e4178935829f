"""Which pictures are there? Courses, weeks, days and utilisation; `tables` writes the same facts."""

from kapsched.exchange.loads import utilisation_strip
from kapsched.exchange.strips import course_strip
from kapsched.exchange.weeks import day_by_hour, week_by_person, week_by_room

__all__ = ["course_strip", "day_by_hour", "utilisation_strip", "week_by_person", "week_by_room"]
