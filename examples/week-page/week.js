// Which rooms and people does a schedule take in a week? Shown on the clinic's clocks, wherever the page is read.

/** What the clinic's clocks show: the document says it before the offset, and the calendar knows no zones. */
const shown = (moment) => moment.slice(0, 16);

/** A visit as it is taken for one room or person, and the turnaround or tail after the patient has left. */
function* stretches(appointment, row) {
  // Times of one zone can be compared as instants only.
  const left = Date.parse(row.end) > Date.parse(appointment.end) ? appointment.end : row.end;
  const whole = { id: `${appointment.id} ${row.resource} ${row.start}`, resourceIds: [row.resource] };
  const what = { extendedProps: { appointment, row }, classNames: [appointment.status] };
  if (Date.parse(row.start) < Date.parse(left)) {
    const title = `${appointment.kind} ${appointment.course}`;
    yield { ...whole, ...what, title, start: shown(row.start), end: shown(left) };
  }
  if (Date.parse(left) < Date.parse(row.end)) {
    const after = { id: `${whole.id} after`, title: "", classNames: ["after"] };
    yield { ...whole, ...what, ...after, start: shown(left), end: shown(row.end) };
  }
}

/** Every appointment of the document that takes something, with its course. */
export function appointments(schedule) {
  return schedule.plans.flatMap((plan) =>
    plan.appointments
      .filter((one) => one.status !== "cancelled")
      .map((one) => ({ ...one, course: one.course ?? plan.course })),
  );
}

/** Rows and bars for one type of resource: "room" or "staff". */
export function week(schedule, type) {
  const rows = appointments(schedule).flatMap((one) =>
    one.bookings.filter((row) => row.type === type).map((row) => [one, row]),
  );
  const ids = [...new Set(rows.map(([, row]) => row.resource))].sort();
  return {
    resources: ids.map((id) => ({ id, title: id })),
    events: rows.flatMap(([one, row]) => [...stretches(one, row)]),
  };
}

/** What is known of a visit, in words. */
function told({ appointment, row }) {
  const role = row.role ? `, ${row.role}` : "";
  const time = `${shown(appointment.start).replace("T", " ")}–${shown(appointment.end).slice(11)}`;
  return `${appointment.kind}, course ${appointment.course}: ${time}, ${appointment.status}; ${row.resource}${role}`;
}

async function start() {
  const answer = await fetch("schedule.json");
  if (!answer.ok) throw new Error(`schedule.json: ${answer.status}`);
  const schedule = await answer.json();
  const first = new URLSearchParams(location.search).get("date") ?? shown(schedule.now).slice(0, 10);
  const chosen = document.getElementById("chosen");
  document.getElementById("made").textContent =
    `${schedule.clinic}, on the clocks of ${schedule.timezone}; revision ${schedule.revision}`;

  const calendar = EventCalendar.create(document.getElementById("week"), {
    ...week(schedule, "room"),
    view: "resourceTimelineWeek",
    date: first,
    firstDay: 1,
    locale: "en-GB",
    hiddenDays: [0],
    slotDuration: "01:00",
    slotMinTime: "07:00",
    slotMaxTime: "20:00",
    slotWidth: 44,
    slotLabelFormat: { hour: "2-digit", hourCycle: "h23" },
    eventTimeFormat: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
    headerToolbar: { start: "title", center: "", end: "prev,next" },
    eventStartEditable: false,
    eventDurationEditable: false,
    eventDidMount: ({ el, event }) => {
      el.dataset.id = event.id;
      el.setAttribute("aria-label", told(event.extendedProps));
    },
    eventClick: ({ event }) => {
      chosen.textContent = told(event.extendedProps);
    },
  });
  for (const choice of document.querySelectorAll("[name=shown]")) {
    choice.addEventListener("change", () => {
      const { resources, events } = week(schedule, choice.value);
      calendar.setOption("resources", resources);
      calendar.setOption("events", events);
      chosen.textContent = "";
    });
  }
}

start().catch((error) => {
  document.getElementById("chosen").textContent = `The schedule cannot be shown: ${error.message}`;
});
