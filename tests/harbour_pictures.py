"""What are the pictures of "See the plan"? Those of the harbour example; as a program, this writes them anew."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from kapsched.cli.clinic_folder import ClinicFolder
from kapsched.exchange.pictures import day_by_hour
from kapsched.model.bookings import not_among
from tests.conftest import HARBOUR_NOW
from tests.desk import Desk
from tests.fences import ROOT

PICTURES = ROOT / "docs" / "pictures"
DAY = date(2027, 2, 11)
WRITTEN = {
    "week-by-room.svg": "weeks/2027-02-08.svg",
    "week-by-person.svg": "weeks/2027-02-08-people.svg",
    "utilisation.svg": "utilisation.svg",
}
"""What the page shows of what a plan writes."""


def drawn(desk: Desk) -> dict[str, bytes]:
    """Each picture of the page by its name, from the desk at which harbour was planned."""
    site, schedule = ClinicFolder.read(desk.clinic), desk.schedule()
    booked = not_among(site.bookings, schedule.bookings)
    (day,) = day_by_hour(schedule, site.clinic, DAY, booked=booked)
    found = {name: (desk.out / "pictures" / path).read_bytes() for name, path in WRITTEN.items()}
    return {**found, "day-by-hour.svg": day.encode("utf-8")}


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        planned = Desk(Path(folder))
        shutil.copytree(ROOT / "examples" / "harbour", planned.clinic)
        planned.planned(now=HARBOUR_NOW)
        PICTURES.mkdir(exist_ok=True)
        for name, content in drawn(planned).items():
            (PICTURES / name).write_bytes(content)
