"""Who is to learn by mail of what changed? The command `messages`: files to be sent, in a folder of their own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import click

from kapsched.cli.clinic_folder import lasting_key
from kapsched.cli.exit_codes import FEW_EXIT_CODES
from kapsched.cli.languages import languages_option, wordings_for
from kapsched.cli.out_folder import index_file, read_schedule, require_own_folder
from kapsched.cli.screen import tell
from kapsched.errors import InvalidInput
from kapsched.exchange.calendars.address_files import read_addresses
from kapsched.exchange.calendars.mail_addresses import Organizer
from kapsched.exchange.calendars.messages import Message
from kapsched.exchange.calendars.messages import messages as messages_of
from kapsched.exchange.calendars.policy import CalendarPolicy
from kapsched.exchange.calendars.policy_files import read_calendars
from kapsched.exchange.writing import sweep, write_all
from kapsched.model.bookings import Resource
from kapsched.model.plan import Schedule
from kapsched.model.wording import Wording

A_PATH = click.Path(path_type=Path)
NOTHING = "-"

_OURS = ("messages/*.ics", "index.csv")
_ORGANIZER = re.compile(r"\s*(?P<name>[^<>]*\S)\s*<(?P<address>[^<>]*)>\s*")


@click.command(epilog=FEW_EXIT_CODES, short_help="Write the mails that tell what changed.")
@click.argument("before", type=A_PATH)
@click.argument("after", type=A_PATH)
@click.option("--addresses", metavar="FILE", required=True, type=A_PATH, help="A table: type,id,address.")
@click.option(
    "--organizer",
    metavar="TEXT",
    required=True,
    help="Who writes, such as 'Harbour clinic <appointments@example.org>'.",
)
@click.option("--key", metavar="FILE", required=True, type=A_PATH, help="The key of the calendars.")
@click.option("--calendars", metavar="FILE", type=A_PATH, help="The clinic's calendars.toml: its alarms.")
@click.option("--out", metavar="DIR", required=True, type=A_PATH, help="The folder to write into.")
@languages_option
def messages(  # one for each option
    before: Path,
    after: Path,
    *,
    addresses: Path,
    organizer: str,
    key: Path,
    calendars: Path | None,
    out: Path,
    wordings: tuple[Wording, ...],
) -> None:
    """Write a message (.ics) for each appointment that two schedules, BEFORE and AFTER, tell somebody differently.

    Where BEFORE is -, everything is new. Nothing is sent; index.csv says whom each file is for. What a run before
    left in the folder goes.
    """
    sender, first = _organizer(organizer), str(before) == NOTHING
    given = (*(() if first else (before,)), after, addresses, key, *([calendars] if calendars else []))
    require_own_folder(out, given)
    uid_key, known = lasting_key(key), read_addresses(addresses)
    policy = read_calendars(calendars) if calendars else CalendarPolicy()
    old, schedule = None if first else read_schedule(before), read_schedule(after)
    wording, *others = wordings_for(after.parent, wordings)
    found = tuple(
        messages_of(
            schedule,
            old,
            organizer=sender,
            addresses=known,
            uid_key=uid_key,
            wording=wording,
            wordings=others,
            alarms=policy.alarms,
        )
    )
    if lacking := _patients(schedule) - known.keys():
        tell(f"note: patients of the schedule without an address: {len(lacking)}", aside=True)
    where = wording.say("desk", "written" if _write(out, found) else "unchanged", place=out)
    counts = Counter(one.method for one in found)
    tell(f"requests: {counts['REQUEST']}, cancellations: {counts['CANCEL']}; {where}")


def _organizer(text: str) -> Organizer:
    said = _ORGANIZER.fullmatch(text)
    if said is None:
        raise InvalidInput(
            "a name and an address are wanted, such as 'Harbour clinic <appointments@example.org>'",
            path="--organizer",
        )
    try:
        return Organizer(address=said["address"], name=said["name"])
    except InvalidInput as error:
        raise error.under("--organizer") from None


def _patients(schedule: Schedule) -> set[Resource]:
    return {Resource("patient", plan.course.patient.id) for plan in schedule.plans}


def _write(out: Path, found: Iterable[Message]) -> tuple[Path, ...]:
    """Write the messages and whom each is for, and nothing besides; the paths that changed."""
    rows = [(*one.recipient, one.address, one.method, one.name) for one in found]
    files = {out / one.name: one.content for one in found}
    files[out / "index.csv"] = index_file(("type", "id", "address", "method", "file"), rows)
    left = sweep(out, _OURS)
    return *left, *write_all(files, stale=out.glob(_OURS[0]))
