"""Plans beside other courses of the same patient, each with what it keeps or breaks."""

from __future__ import annotations

from attrs import evolve

from kapsched.model.elsewhere import Elsewhere
from kapsched.model.periods import RollingDays, TreatmentWeek
from kapsched.model.rules import Frequency
from kapsched.verification import clashes, rules
from tests.stories import Story, london, taken
from tests.verified_stories import breaks, keeps, talks, took

TWO_OF_THE_PATIENT = Frequency(name="two-a-week", of="talk", at_most=2, across="patient")


def elsewhere(*starts: str, kind: str = "talk") -> tuple[Elsewhere, ...]:
    """Sessions of course c2 at these wall times at quayside."""
    return tuple(
        Elsewhere(course="c2", session=f"later/{kind}/{number}", start=london(start))
        for number, start in enumerate(starts, 1)
    )


def beside(story: Story, *others: Elsewhere) -> Story:
    """The story, in which the patient comes for these as well."""
    return evolve(story, course=evolve(story.course, beside=others))


def two_talks(rule: Frequency = TWO_OF_THE_PATIENT) -> Story:
    return talks("2027-01-05 10:00", "2027-01-08 10:00", rules=(rule,))


@keeps(clashes.nothing_is_booked_twice)
def a_talk_that_ends_when_one_of_another_course_begins() -> Story:
    row = taken("patient", "q17", "2027-01-05 11:00", "2027-01-05 12:00", ref="c2:later/talk/1")
    return evolve(beside(two_talks(), *elsewhere("2027-01-12 11:00")), booked=(row,))


@breaks(clashes.nothing_is_booked_twice)
def a_talk_while_the_patient_is_at_one_of_another_course() -> Story:
    row = taken("patient", "q17", "2027-01-05 10:59", "2027-01-05 12:00", ref="c2:later/talk/1")
    return evolve(two_talks(), booked=(row,))


@keeps(rules.frequencies_are_kept)
def two_talks_and_others_in_the_weeks_before_and_after() -> Story:
    return beside(two_talks(), *elsewhere("2027-01-03 23:59", "2027-01-11 00:00"))


@keeps(rules.frequencies_are_kept)
def visits_of_another_course_that_the_rule_does_not_count() -> Story:
    return beside(two_talks(), *elsewhere("2027-01-06 10:00", kind="dosing"))


@keeps(rules.frequencies_are_kept)
def talks_of_another_course_where_the_limit_is_of_this_one_alone() -> Story:
    return beside(two_talks(evolve(TWO_OF_THE_PATIENT, across="course")), *elsewhere("2027-01-06 10:00"))


@keeps(rules.frequencies_are_kept)
def a_week_in_which_the_others_alone_are_too_many() -> Story:
    return beside(two_talks(), *elsewhere("2027-01-11 10:00", "2027-01-12 10:00", "2027-01-13 10:00"))


@keeps(rules.frequencies_are_kept)
def a_week_that_only_what_is_done_and_others_fill() -> Story:
    done = {f"therapy/talk/{number}": took(f"2027-01-0{number + 3} 10:00") for number in (1, 2)}
    story = talks("", "", "2027-01-11 10:00", rules=(TWO_OF_THE_PATIENT,), done=done)
    return beside(story, *elsewhere("2027-01-06 10:00"))


@keeps(rules.frequencies_are_kept)
def three_in_a_week_of_three_and_one_elsewhere_in_the_next() -> Story:
    rule = evolve(TWO_OF_THE_PATIENT, at_least=1, at_most=3)
    return beside(two_talks(rule), *elsewhere("2027-01-06 10:00", "2027-01-13 10:00"))


@breaks(rules.frequencies_are_kept)
def one_talk_of_another_course_too_many_in_the_week() -> Story:
    return beside(two_talks(), *elsewhere("2027-01-10 23:30"))


@breaks(rules.frequencies_are_kept)
def a_talk_of_another_course_does_not_fill_a_week_of_this_one() -> Story:
    rule = evolve(TWO_OF_THE_PATIENT, at_least=2, at_most=3)
    return beside(talks("2027-01-05 10:00", rules=(rule,)), *elsewhere("2027-01-06 10:00"))


@breaks(rules.frequencies_are_kept)
def seven_dates_that_begin_with_a_talk_of_another_course() -> Story:
    rule = evolve(TWO_OF_THE_PATIENT, per=RollingDays(days=7))
    return beside(two_talks(rule), *elsewhere("2027-01-02 10:00"))


@keeps(rules.frequencies_are_kept)
def seven_dates_after_a_talk_of_another_course() -> Story:
    rule = evolve(TWO_OF_THE_PATIENT, per=RollingDays(days=7))
    return beside(two_talks(rule), *elsewhere("2027-01-01 10:00", "2027-01-12 10:00"))


@breaks(rules.frequencies_are_kept)
def a_talk_of_another_course_in_the_treatment_week_of_this_one() -> Story:
    # From Tuesday to Monday.
    rule = evolve(TWO_OF_THE_PATIENT, per=TreatmentWeek())
    return beside(two_talks(rule), *elsewhere("2027-01-11 10:00"))
