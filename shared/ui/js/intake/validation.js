// Judges what is typed on the phone as the server judges it (services/pledges/pledges), so that a pledge which the
// server would refuse is corrected while its company is still there.

import { looksLikeCpr } from "../fields/cpr.js";
import { isEmail } from "../fields/email.js";
import { phoneError, readNumber } from "../fields/numbers.js";
import { lineError, withoutInvisible } from "../fields/text.js";
import { hoursOf, isoDay } from "./form.js";

const LONGEST = { "company.name": 200, "company.cvr": 60, "contact.name": 200, "contact.phone": 40, "contact.email": 254 };
const PHONE_NAME_MAX = 60;
const HOURS_MAX = 60;
const DAY_MS = 86_400_000;

/**
 * @param {ReturnType<typeof import("./form.js").typedIn>} typed
 * @param {{positions: number, weekly_hours: number}} limits
 * @param {Date | null} today null where the phone's clock is wrong
 * @returns {Map<string, {code: string, limit?: number}>} the first error of each field, in the order of the page
 */
export function errorsOf(typed, limits, today) {
  const errors = new Map();
  const add = (name, code, limit) => code && !errors.has(name) && errors.set(name, { code, limit });
  const text = (name, judge) => {
    const value = typed[name] ?? "";
    const error = lineError(value, LONGEST[name]);
    add(name, error, error && LONGEST[name]);
    if (value && !errors.has(name)) add(name, judge(value));
  };
  const cpr = (value) => (looksLikeCpr(value) ? "cpr_shape" : undefined);

  if (!typed["company.name"]) add("company.name", "missing");
  text("company.name", cpr);
  addPositions(typed, limits, add);
  addHours(typed, limits, add);
  if (!typed["contact.name"]) add("contact.name", "missing");
  text("contact.name", cpr);
  text("contact.phone", phoneError);
  text("contact.email", (value) => cpr(withoutInvisible(value)) ?? (isEmail(value) ? undefined : "email"));
  if (!typed["contact.phone"] && !typed["contact.email"]) add("contact.phone", "unreachable");
  text("company.cvr", cpr);
  if (typed.earliest_start) add("earliest_start", startError(isoDay(typed.earliest_start), today));
  return errors;
}

/** @returns {{code: string, limit?: number} | undefined} */
export function phoneNameError(name) {
  const code = lineError(name, PHONE_NAME_MAX) ?? (looksLikeCpr(name) ? "cpr_shape" : undefined);
  return code && { code, limit: PHONE_NAME_MAX };
}

function addPositions(typed, limits, add) {
  if (!typed.positions) return add("positions", "missing");
  const { value, error } = readNumber(typed.positions);
  if (error === "number_grouped") add("positions", error);
  else if (error || !Number.isInteger(value)) add("positions", "integer");
  else if (value < 1 || value > limits.positions) add("positions", "positions_max", limits.positions);
}

function addHours(typed, limits, add) {
  const field = typed.hours === "own" ? "own.start" : "hours";
  const { from, to } = hoursOf(typed);
  if (!from) return add(field, "missing");
  const [fewest, most] = [readNumber(from), readNumber(to)];
  const error = fewest.error ?? most.error;
  if (error) add(field, error);
  else if (!(fewest.value > 0 && most.value > 0)) add(field, "more_than_0");
  else if (Math.max(fewest.value, most.value) > HOURS_MAX) add(field, "at_most", HOURS_MAX);
  else if ([from, to].some((hours) => (hours.split(".")[1] ?? "").replace(/0+$/, "").length > 2)) add(field, "number");
  else if (fewest.value > most.value) add(field, "hours_order");
  else if (most.value > limits.weekly_hours) add(field, "hours_max", limits.weekly_hours);
}

/** A job starts less than a year before, and five years after, it was pledged. */
function startError(day, today) {
  const at = Date.parse(`${day}T00:00Z`);
  if (Number.isNaN(at)) return "date";
  if (!today) return undefined;
  const days = (at - Date.parse(`${today.toISOString().slice(0, 10)}T00:00Z`)) / DAY_MS;
  return days < -365 || days > 5 * 366 ? "start_implausible" : undefined;
}
