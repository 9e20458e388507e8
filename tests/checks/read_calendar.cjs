// Prints the start and end of each event of the calendar on standard input, as ical.js reads them.
const ICAL = require("ical.js");

const text = require("node:fs").readFileSync(0, "utf8");
const events = new ICAL.Component(ICAL.parse(text)).getAllSubcomponents("vevent");
const times = events.map((component) => {
  const event = new ICAL.Event(component);
  return [event.startDate, event.endDate].map((time) => [time.toString(), time.toUnixTime()]);
});
console.log(JSON.stringify(times));
