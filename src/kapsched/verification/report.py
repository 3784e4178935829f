"""What is wrong with a plan? Findings, each under the name of the promise that is broken."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from attrs import field, frozen

from kapsched.errors import Several, each, flag, of_type, optional, require
from kapsched.model.bookings import Resource
from kapsched.model.overrides import Waiver


class Breach(NamedTuple):
    """A broken promise as its check sees it, before it is filed under the check's name."""

    message: str
    sessions: tuple[str, ...] = ()
    resource: Resource | None = None
    new: bool = True


@frozen(kw_only=True)
class Finding:
    """One broken promise: the check that says so, and which sessions and resource it concerns.

    It is `new` where one of the appointments has a part in it, else it was already there among the bookings. One
    that somebody accepted carries their `waiver`.
    """

    check: str
    message: str
    sessions: tuple[str, ...] = field(default=(), converter=Several[str])
    resource: Resource | None = None
    new: bool = True
    waiver: Waiver | None = None

    def __attrs_post_init__(self) -> None:
        a_text = of_type(str)
        require(
            self,
            check=a_text,
            message=a_text,
            sessions=each(a_text),
            resource=optional(of_type(Resource)),
            new=flag,
            waiver=optional(of_type(Waiver)),
        )

    def __str__(self) -> str:
        if self.waiver is not None:
            waiver = self.waiver
            return f"{self.message} (accepted by {waiver.by} on {waiver.at:%Y-%m-%d}: {waiver.why})"
        return self.message if self.new else f"{self.message} (already there)"


@frozen
class Report:
    """Every finding, in the order of the checks and within each in programme order."""

    findings: tuple[Finding, ...] = field(default=(), converter=Several[Finding])

    def __attrs_post_init__(self) -> None:
        require(self, findings=each(of_type(Finding)))

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    @property
    def new(self) -> tuple[Finding, ...]:
        """The findings in which the appointments have a part and that nobody accepted."""
        return tuple(finding for finding in self.findings if finding.new and finding.waiver is None)

    @property
    def accepted(self) -> tuple[Finding, ...]:
        """The findings that a waiver accepts."""
        return tuple(finding for finding in self.findings if finding.waiver is not None)

    @property
    def clean(self) -> bool:
        """Is nothing new found but what is accepted?"""
        return not self.new

    def __str__(self) -> str:
        if not self.findings:
            return "every promise is kept"
        lines = []
        for check, findings in groupby(self.findings, key=lambda finding: finding.check):
            lines.append(f"not so: {check.replace('_', ' ')}")
            lines += [f"  {finding}" for finding in findings]
        return "\n".join(lines)
