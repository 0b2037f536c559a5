// The visitor's own time zone as one more row under the desk's hours.
const table = document.querySelector("[data-tcg-hours]");
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const known = ["Asia/Tokyo", "Asia/Taipei", "Asia/Ho_Chi_Minh", "Asia/Saigon", "Asia/Bangkok", "Asia/Jakarta"];

if (table && zone && !known.includes(zone)) {
  const { start, end, label } = table.dataset;
  const clock = (moment) => new Date(moment).toLocaleTimeString("en-GB", { hour: "numeric", minute: "2-digit", timeZone: zone });
  const row = table.tBodies[0].insertRow();
  const head = document.createElement("th");
  head.scope = "row";
  head.textContent = label;
  row.append(head);
  row.insertCell().textContent = `${clock(start)}–${clock(end)}`;
}
