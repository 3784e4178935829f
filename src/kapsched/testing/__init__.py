"""What should hold in your own code? Strategies and laws for the test suites of other people's booking programs.

It needs Hypothesis, which the extra `testing` brings. Strategies draw small clinics, programmes, courses and desks,
all of them valid, the plain before the awkward; laws say of plain rows whether they can be so.
"""

try:
    from kapsched.testing.clinic_strategies import ZONES, clinics
    from kapsched.testing.course_strategies import courses
    from kapsched.testing.desk_strategies import Desk, desks
    from kapsched.testing.laws import (
        Row,
        a_course_is_whole_or_absent,
        everything_is_within_hours,
        nothing_is_booked_twice,
    )
    from kapsched.testing.programme_strategies import programmes
except ModuleNotFoundError as error:
    if error.name != "hypothesis":
        raise
    raise ModuleNotFoundError(
        'kapsched.testing needs hypothesis; install it with: pip install "kapsched[testing]"', name=error.name
    ) from None

__all__ = [
    "ZONES",
    "Desk",
    "Row",
    "a_course_is_whole_or_absent",
    "clinics",
    "courses",
    "desks",
    "everything_is_within_hours",
    "nothing_is_booked_twice",
    "programmes",
]
