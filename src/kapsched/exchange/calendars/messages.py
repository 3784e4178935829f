"""What changed for whom, and how do they learn of it by mail? iTIP messages (RFC 5546), an entry in each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

from attrs import evolve, field, frozen

from kapsched.errors import (
    Fault,
    Several,
    by_repr,
    each,
    identifier,
    of_type,
    one_of,
    optional,
    refuse,
    require,
    require_given,
    shown,
)
from kapsched.exchange.calendars.alarms import Alarm
from kapsched.exchange.calendars.audiences import Audience, whose
from kapsched.exchange.calendars.entries import Entry, View, Visit, visit_of
from kapsched.exchange.calendars.ics import METHODS, Method, mailed
from kapsched.exchange.calendars.links import Courses
from kapsched.exchange.calendars.mail_addresses import RECIPIENTS, Mailbox, Organizer, a_mail_address
from kapsched.exchange.calendars.policy import some_alarms
from kapsched.exchange.calendars.readers import Read, faults_of_schedule, reads, speaking
from kapsched.exchange.opaque import a_key, opaque
from kapsched.logs import debug
from kapsched.model.appointments import Appointment
from kapsched.model.bookings import Resource
from kapsched.model.plan import Schedule
from kapsched.model.wording import Wording
from kapsched.model.wordings.english import ENGLISH
from kapsched.timeline.zones import instant


def a_recipient(value: object) -> str:
    """Somebody who can be written to: a patient, a member of staff, or a room with a mailbox."""
    if isinstance(value, Resource) and value.type in RECIPIENTS:
        return identifier(value.id)
    return f"{shown(value)} is no recipient; a patient, a member of staff or a room is one"


@frozen(kw_only=True)
class Message:
    """One message: to whom and at which address, what it does, the name of its file, and its bytes."""

    recipient: Resource
    address: str = field(repr=False)
    method: Method
    name: str
    content: bytes = field(repr=False)

    _repr_pretty_ = by_repr

    def __attrs_post_init__(self) -> None:
        require(
            self,
            recipient=a_recipient,
            address=a_mail_address,
            method=one_of(METHODS),
            name=identifier,
            content=of_type(bytes),
        )


def messages(  # as much as there is to choose
    schedule: Schedule,
    before: Schedule | None,
    *,
    organizer: Organizer,
    addresses: Mapping[Resource, str],
    uid_key: bytes,
    wording: Wording = ENGLISH,
    wordings: Iterable[Wording] = (),
    alarms: Iterable[Alarm] = (),
) -> Iterator[Message]:
    """What everybody with an address is told when `schedule`, which succeeds `before`, is in force; after None, all.

    A `REQUEST` for each entry of theirs that is new or now says something else, a `CANCEL` for each that is cancelled
    or theirs no more: with the identity, the sequence and the words that it has in their calendar. Nobody is told of
    what ended before the schedule's `now`, or took place, but those who expect it at another time. Patients in order
    of course, then staff and rooms by id; to each in order of start.
    """
    tables, policy = Several(wordings), Several(alarms)
    require_given(
        schedule=(schedule, of_type(Schedule)),
        before=(before, optional(of_type(Schedule))),
        organizer=(organizer, of_type(Organizer)),
        addresses=(addresses, of_type(Mapping)),
        uid_key=(uid_key, a_key),
        wording=(wording, of_type(Wording)),
        wordings=(tables, each(of_type(Wording))),
        alarms=(policy, some_alarms),
    )
    known = dict(addresses)
    refuse([*_faults_of_addresses(known), *_faults(schedule, before)])
    post = _Post(
        organizer=organizer,
        addresses=known,
        key=uid_key,
        alarms=policy,
        speaks=speaking([schedule, *([before] if before else [])], wording, tables),
    )
    return _messages(schedule, before, post)


@frozen(kw_only=True)
class _Post:
    """Who writes to whom, and in which words."""

    organizer: Organizer
    addresses: Mapping[Resource, str]
    key: bytes = field(repr=False)
    alarms: tuple[Alarm, ...]
    speaks: Callable[[Audience], Wording]

    def entries(self, read: Read | None, courses: Courses) -> dict[str, Entry]:
        """What stands in a recipient's calendar, by its uid, in order of start.

        A message goes out when its own entry changes, so it does not say what comes before and after: that would grow
        old where it is kept.
        """
        if read is None:
            return {}
        found = self._view(read.audience, courses).entries(read.appointments, read.withdrawn)
        alone = (evolve(one, group="", relations=()) for one in found)
        return {one.uid: one for one in alone}

    def called_off(
        self, before: Read | None, lost: Mapping[str, Entry], schedule: Schedule, courses: Courses
    ) -> dict[str, Entry]:
        """Entries of before that the recipient has in no form: gone in a version passed over, or erased."""
        if before is None or not lost:
            return {}
        view = self._view(before.audience, courses)
        there: dict[Visit, Appointment] = {
            (plan.course.id, one.session): one for plan in schedule.plans for one in plan.appointments
        }
        staying = {
            view.uid(one, ordinal): view.sequence(there[visit_of(one)])
            for one in before.appointments
            if visit_of(one) in there
            for ordinal, _ in enumerate(view.spans(one))
        }
        # A visit that goes on without them counts on from where it is; what is booked anew begins above the revision.
        return {
            uid: evolve(
                one,
                status="cancelled",
                sequence=max(one.sequence + 1, staying.get(uid, schedule.revision)),
                revised=schedule.now,
                reminders=(),
            )
            for uid, one in lost.items()
        }

    def _view(self, audience: Audience, courses: Courses) -> View:
        wording = self.speaks(audience)
        return View(audience=audience, key=self.key, wording=wording, courses=courses, alarms=self.alarms)

    def message(self, recipient: Resource, method: Method, entry: Entry) -> Message:
        address, language = self.addresses[recipient], self.speaks(recipient).language
        mailbox = Mailbox(address, is_room=recipient.type == "room")
        return Message(
            recipient=recipient,
            address=address,
            method=method,
            name=f"messages/{opaque(self.key, 'message', entry.uid, entry.sequence)}.ics",
            content=mailed(entry, language, method, self.organizer, mailbox),
        )


def _messages(schedule: Schedule, before: Schedule | None, post: _Post) -> Iterator[Message]:
    earlier = {one.audience: one for one in reads(before, RECIPIENTS)} if before else {}
    once = [of for of in map(whose, earlier) if of is not None]
    courses, courses_before = (
        Courses(plan.course for plan in one.plans) if one else Courses() for one in (schedule, before)
    )
    count = 0
    for read in reads(schedule, RECIPIENTS, once):
        recipient = whose(read.audience)
        if recipient is None or recipient not in post.addresses:
            continue
        old = post.entries(earlier.get(read.audience), courses_before)
        new = post.entries(read, courses)
        lost = {uid: one for uid, one in old.items() if uid not in new}
        new |= post.called_off(earlier.get(read.audience), lost, schedule, courses)
        for entry in sorted(new.values(), key=lambda one: (one.start, one.uid)):
            if method := _method(entry, old.get(entry.uid), instant(schedule.now)):
                count += 1
                yield post.message(recipient, method, entry)
    debug("messages made: %d", count)


def _method(entry: Entry, old: Entry | None, now: datetime) -> Method | None:
    """What a message does that tells of an entry; None where there is nothing to tell."""
    there = old is not None and old.status != "cancelled"
    expected = old is not None and there and old.end > now
    if entry.status == "cancelled":
        return "CANCEL" if expected else None
    if entry.status == "done" or entry.end <= now:
        # What is over is news only to who expects it still.
        moved = old is not None and (entry.start, entry.end) != (old.start, old.end)
        return "REQUEST" if expected and moved else None
    if old is None or not there:
        return "REQUEST"
    # Of another nurse the doctor's calendar counts one change more, and says the same.
    same = evolve(entry, sequence=old.sequence, created=old.created, revised=old.revised) == old
    return "REQUEST" if entry.sequence > old.sequence and not same else None


def _faults_of_addresses(addresses: Mapping[Resource, str]) -> Iterator[Fault]:
    for recipient, address in addresses.items():
        if fault := a_recipient(recipient):
            yield Fault(fault, "addresses")
        elif fault := a_mail_address(address):
            yield Fault(fault, f"addresses.{recipient.type}.{recipient.id}")


def _faults(schedule: Schedule, before: Schedule | None) -> Iterator[Fault]:
    yield from (fault.under("schedule") for fault in faults_of_schedule(schedule))
    if before is not None and before.clinic != schedule.clinic:
        yield Fault(f"is of {before.clinic!r}, and the schedule is of {schedule.clinic!r}", "before")
    elif before is not None and before.revision > schedule.revision:
        versions = f"it is version {before.revision}, and the schedule is version {schedule.revision}"
        yield Fault(f"comes after the schedule that is said to follow it: {versions}", "before")
