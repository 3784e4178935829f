"""What hangs on the wall on a day? Who comes, where and with whom, on a page of paper (HTML, for A4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from html import escape
from itertools import groupby

from kapsched.exchange.lanes import what_it_is
from kapsched.exchange.stays import Stay, in_file_order, stays
from kapsched.exchange.tables import heads
from kapsched.exchange.views import called, count_text, span
from kapsched.exchange.visits import Visit, all_visits, clock
from kapsched.exchange.weeks import day_by_hour
from kapsched.model.bookings import Booking, Resource
from kapsched.model.clinic import Clinic
from kapsched.model.plan import Schedule
from kapsched.model.wording import Wording
from kapsched.model.wordings.english import ENGLISH
from kapsched.timeline.zones import wall

STYLE = """\
@page { size: A4; margin: 10mm 12mm; }
html { font: 9pt/1.3 'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', sans-serif; color: #1c2126; }
body { margin: 0 auto; max-width: 186mm; }
h1 { font-size: 15pt; margin: 0; }
h2 { font-size: 10pt; margin: 0; }
p { margin: 0 0 2mm; color: #50575f; }
table { width: 100%; border-collapse: collapse; margin-bottom: 3mm; }
th, td { text-align: left; vertical-align: top; padding: 0.7mm 3mm 0.7mm 0; border-bottom: 0.2mm solid #c4c9ce; }
th { color: #50575f; border-bottom-color: #1c2126; }
td:nth-child(-n+4) { white-space: nowrap; }
td:last-child { padding-right: 0; }
td span { display: inline-block; margin-right: 3mm; }
small { color: #50575f; font-size: 8pt; }
.who { font-weight: 700; }
.cancelled { text-decoration: line-through; color: #50575f; }
figure { margin: 0 -4.5mm 3mm; }
figure svg { display: block; width: 100%; height: auto; max-height: 270mm; }
.people { columns: 3; column-gap: 6mm; }
.person { break-inside: avoid; margin-bottom: 2mm; }
.person ul { list-style: none; margin: 0; padding: 0; }
tr, figure { break-inside: avoid; }
@media screen { body { padding: 10mm 0; } }
"""


def day_sheet(
    schedule: Schedule,
    clinic: Clinic,
    day: date,
    *,
    booked: Iterable[Booking] = (),
    names: bool = False,
    wording: Wording = ENGLISH,
) -> str:
    """A page that needs nothing else: every visit with its segments, the day by room and person, each one's list.

    Patients stand there by id, and once by name as well where `names` are asked for; of what else is `booked` no
    more than that something is.
    """
    others, who = tuple(booked), called(schedule, names=names)
    shown = [one for one in all_visits(schedule, clinic.place) if one.day == day]
    title = f"{schedule.clinic}: {wording.day(day)}"
    made = wall(schedule.now, clinic.place)
    moment = f"{wording.day(made.date())}, {clock(made.hour * 60 + made.minute)}"
    pictures = day_by_hour(schedule, clinic, day, booked=others, wording=wording)
    note = wording.say("desk", "sheet made", revision=schedule.revision, moment=moment)
    return "\n".join(
        (
            "<!DOCTYPE html>",
            f'<html lang="{escape(wording.language)}">',
            f'<head><meta charset="utf-8"><title>{escape(title)}</title>',
            f"<style>\n{STYLE}</style></head>",
            "<body>",
            f"<h1>{escape(title)}</h1>",
            f"<p>{escape(count_text(len(shown), wording))}. {escape(note)}</p>",
            *_visits(shown, who, wording),
            *(f"<figure>\n{one.rstrip()}\n</figure>" for one in pictures),
            '<div class="people">',
            *_people(schedule, clinic, day, others, wording),
            "</div>",
            "</body>",
            "</html>\n",
        )
    )


def _visits(shown: Iterable[Visit], who: Mapping[str, str], wording: Wording) -> Iterator[str]:
    columns = heads(wording, "time", "patient", "kind", "room", "staff")
    yield "<table>"
    yield (
        "<thead><tr>" + "".join(f'<th scope="col">{escape(head)}</th>' for head in columns) + "</tr></thead>"
    )
    yield "<tbody>"
    for one in shown:
        state = f"<small>{escape(wording.say('desk', one.status))}</small>"
        cells = (
            span(one.start, one.end),
            f'<span class="who">{escape(who[one.patient])}</span>',
            f"{escape(one.kind)} {state}",
            escape(", ".join(one.rooms)),
            _segments(one),
        )
        gone = " cancelled" if one.status == "cancelled" else ""
        yield f'<tr class="visit{gone}">{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'
    yield "</tbody>"
    yield "</table>"


def _segments(visit: Visit) -> str:
    """Who is there, segment by segment where there are several; the room too, where it is another one."""
    if len(visit.parts) < 2:
        return escape(", ".join(visit.staff))
    said = []
    for part in visit.parts:
        there = ", ".join((*part.staff, *(part.rooms if part.rooms != visit.rooms else ())))
        said.append(f"<span>{clock(part.start)} {escape(part.segment)}: {escape(there)}</span>")
    return " ".join(said)


def _people(
    schedule: Schedule,
    clinic: Clinic,
    day: date,
    booked: tuple[Booking, ...],
    wording: Wording,
) -> Iterator[str]:
    """What each one is needed for, in the order of the clinic's file; what that does not know comes last."""

    def wanted(resource: Resource) -> bool:
        return resource.type not in {"patient", "room"}

    found = stays(schedule, clinic.place, [day], wanted=wanted, booked=booked)
    order = dict.fromkeys((*clinic.by_resource, *(one.resource for one in found)))
    for resource, theirs in groupby(in_file_order(found, order), key=lambda one: one.resource):
        yield '<div class="person">'
        yield f"<h2>{escape(resource.id)} <small>{escape(what_it_is(resource, clinic))}</small></h2>"
        yield "<ul>"
        for stay in theirs:
            yield f"<li>{span(stay.start, stay.end)} {_duty(stay, wording)}</li>"
        yield "</ul>"
        yield "</div>"


def _duty(stay: Stay, wording: Wording) -> str:
    if not stay.kind:
        return escape(wording.say("desk", stay.status))
    what = ", ".join((*(stay.segments or (stay.kind,)), *stay.rooms))
    return f'<span class="who">{escape(stay.patient)}</span> {escape(what)}'
