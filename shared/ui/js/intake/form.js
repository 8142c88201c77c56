// The form of a pledge: what is typed, as the API's body; and a body as what is typed.

import { pointDecimal } from "../fields/numbers.js";

const OWN = "own";
const DAY_FIRST = /^(\d{1,2})[-./ ](\d{1,2})[-./ ](\d{4})$/;

/**
 * @param {FormData} data
 * @returns {Record<string, string> & {tasks: string[]}} trimmed text by field
 */
export function typedIn(data) {
  const typed = { tasks: data.getAll("tasks").map(String) };
  for (const [name, value] of data) if (name !== "tasks" && typeof value === "string") typed[name] = value.trim();
  return typed;
}

/**
 * @param {ReturnType<typeof typedIn>} typed without errors (validation.js)
 * @param {{id: string, eventId: string | null, capturedAt: Date, practice?: boolean}} facts
 * @returns {object} the body of `POST /api/pledges/v1/pledges`, but without the phone and its number
 */
export function bodyOf(typed, { id, eventId, capturedAt, practice }) {
  const { from, to } = hoursOf(typed);
  return {
    id,
    ...filled({ event_id: eventId }),
    company: filled({ name: typed["company.name"], cvr: typed["company.cvr"] }),
    contact: filled({
      name: typed["contact.name"],
      phone: typed["contact.phone"],
      email: typed["contact.email"],
    }),
    job_type: typed.job_type || "smaajob",
    positions: Number(typed.positions),
    weekly_hours: { from: Number(from), to: Number(to) },
    tasks: typed.tasks,
    ...filled({ earliest_start: isoDay(typed.earliest_start ?? "") }),
    captured_at: capturedAt.toISOString(),
    captured_by: "phone",
    ...(practice ? { practice: true } : {}),
  };
}

/** @returns {{from: string, to: string}} weekly hours with a decimal point, "" where there are none */
export function hoursOf(typed) {
  if (typed.hours !== OWN) return { from: typed.hours ?? "", to: typed.hours ?? "" };
  const [start, to] = [pointDecimal(typed["own.start"] ?? ""), pointDecimal(typed["own.to"] ?? "")];
  return { from: start || to, to: to || start };
}

/** @returns {string} `31.12.2026` as `2026-12-31`; anything else unchanged */
export function isoDay(typed) {
  const found = DAY_FIRST.exec(typed);
  return found ? `${found[3]}-${found[2].padStart(2, "0")}-${found[1].padStart(2, "0")}` : typed;
}

/** Puts a body into the form again, so that it can be corrected. */
export function fillIn(form, body) {
  const { from, to } = body.weekly_hours;
  const hasButton = from === to && [...form.elements.namedItem("hours")].some(({ value }) => value === String(from));
  put(form, {
    id: body.id,
    event_id: body.event_id ?? "",
    "company.name": body.company.name,
    "company.cvr": body.company.cvr ?? "",
    "contact.name": body.contact.name,
    "contact.phone": body.contact.phone ?? "",
    "contact.email": body.contact.email ?? "",
    positions: String(body.positions),
    hours: hasButton ? String(from) : OWN,
    "own.start": hasButton ? "" : String(from),
    "own.to": hasButton ? "" : String(to),
    job_type: body.job_type,
    tasks: body.tasks,
    earliest_start: body.earliest_start ?? "",
  });
}

/** Empties the form. The event stays. */
export function empty(form, id) {
  const values = Object.fromEntries([...form.elements].map(({ name }) => [name, ""]));
  delete values.event_id;
  put(form, { ...values, id, positions: "1", job_type: "smaajob" });
}

function put(form, values) {
  for (const field of form.elements) {
    if (!(field.name in values) || field.type === "submit") continue;
    const value = values[field.name];
    if (field.type === "checkbox" || field.type === "radio") field.checked = [value].flat().includes(field.value);
    else field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

function filled(values) {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value));
}
