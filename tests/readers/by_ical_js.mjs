// What does ical.js read in calendars? Zones as the files define them, never as it may know them.
import ICAL from "ical.js";

let question = "";
for await (const part of process.stdin) question += part;

ICAL.design.strict = true;

function zonesOf(calendar) {
  return new Map(
    calendar.getAllSubcomponents("vtimezone").map((one) => [
      one.getFirstPropertyValue("tzid"),
      new ICAL.Timezone(one),
    ]),
  );
}

function instant(property, zones) {
  const time = property.getFirstValue().clone();
  const name = property.getParameter("tzid");
  if (name !== undefined) {
    if (!zones.has(name)) throw new Error(`no zone ${name}`);
    time.zone = zones.get(name);
  }
  return time.toUnixTime();
}

function answer(text) {
  const complaints = [];
  const calendar = new ICAL.Component(ICAL.parse(text));
  const zones = zonesOf(calendar);
  const entries = calendar.getAllSubcomponents("vevent").map((event) => {
    for (const wanted of ["uid", "dtstamp", "dtstart"]) {
      if (event.getAllProperties(wanted).length !== 1) complaints.push(`${wanted} is there not once`);
    }
    return [
      event.getFirstPropertyValue("uid"),
      instant(event.getFirstProperty("dtstart"), zones),
      instant(event.getFirstProperty("dtend"), zones),
      Number(event.getFirstPropertyValue("sequence")),
      event.getFirstPropertyValue("status"),
    ];
  });
  return { entries, complaints };
}

// Clocks: for a file that describes a zone, which instants are these wall times?
function instants({ text, walls }) {
  const calendar = new ICAL.Component(ICAL.parse(text));
  const zone = new ICAL.Timezone(calendar.getFirstSubcomponent("vtimezone"));
  return {
    instants: walls.map((wall) => {
      const time = ICAL.Time.fromDateTimeString(wall);
      time.zone = zone;
      return time.toUnixTime();
    }),
  };
}

const asked = JSON.parse(question);
console.log(JSON.stringify(asked.map((one) => (typeof one === "string" ? answer(one) : instants(one)))));
