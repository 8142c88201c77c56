import { isFoundBy } from "../controls/company_options.js";
import { withoutInvisible } from "../fields/text.js";
import { aheadMs } from "../offline/clock.js";

/**
 * A company at the door.
 *
 * @typedef {object} DoorCompany
 * @property {string} id
 * @property {string} name
 * @property {string | null} cvr
 * @property {boolean} registered whether it is expected
 * @property {string | null} invitation the code in its invitation
 * @property {string | null} checkedInAt
 * @property {boolean} isPending whether something about it has not arrived at the server
 * @property {object} [walkIn] what was typed about a company that is not in the list
 */

/**
 * What check-ins and their undoing amount to, as services/events/calendar/door/domain.py merges those of all doors.
 *
 * @param {{at: string, undo?: boolean}[]} records moments in ISO 8601
 * @returns {{since: string, undoneAt: string | null} | null} null if nobody has checked the company in
 */
export function merge(records) {
  const moments = (undo) =>
    records.filter((record) => Boolean(record.undo) === undo).map(({ at }) => at).sort((one, other) => compare(one, other));
  const [checkIns, undos] = [moments(false), moments(true)];
  const latest = checkIns.at(-1);
  if (latest === undefined) return null;
  const before = undos.filter((at) => compare(at, latest) < 0).at(-1);
  const since = checkIns.find((at) => before === undefined || compare(at, before) > 0);
  return { since, undoneAt: undos.find((at) => compare(at, latest) >= 0) ?? null };
}

/**
 * The companies as this phone knows them: the server's list, and what was captured here since.
 *
 * @param {object} door of `GET …/door`, with `fetchedAt`
 * @param {import("./captures.js").Capture[]} captures
 * @returns {DoorCompany[]} those expected or present first
 */
export function companiesAt(door, captures) {
  // What was captured here has this phone's time.
  const ahead = aheadMs(door);
  const companies = new Map(door.companies.map((company) => [company.id, ofServer(company)]));
  const notInTheList = captures.filter((capture) => counts(capture, door));
  for (const capture of notInTheList) {
    const id = capture.receipt?.company_id ?? capture.company_id;
    if (!companies.has(id)) companies.set(id, ofCapture(id, capture));
  }
  for (const [id, company] of companies) {
    const here = notInTheList.filter((capture) => (capture.receipt?.company_id ?? capture.company_id) === id);
    if (here.length === 0) continue;
    const known = company.checkedInAt ? [{ at: new Date(Date.parse(company.checkedInAt) + ahead).toISOString() }] : [];
    const merged = merge([...known, ...here.map(({ body }) => ({ at: body.captured_at, undo: body.undo }))]);
    company.checkedInAt = merged && !merged.undoneAt ? merged.since : null;
    company.isPending = here.some(({ state }) => state === "waiting");
  }
  return [...companies.values()];
}

/**
 * The company of the list that was meant by what was typed about one that walks in: by its CVR number, else by its name.
 *
 * @param {DoorCompany[]} companies
 * @param {{name: string, cvr: string}} typed
 * @returns {DoorCompany | undefined} undefined if there is none, or more than one
 */
export function recognised(companies, { name, cvr }) {
  const digits = cvr.replace(/\D/g, "");
  const byNumber = digits ? companies.filter((company) => company.cvr === digits) : [];
  const found = byNumber.length > 0 ? byNumber : companies.filter((company) => key(company.name) === key(name));
  if (found.length !== 1) return undefined;
  return digits && found[0].cvr && found[0].cvr !== digits ? undefined : found[0];
}

/** @returns {DoorCompany[]} the companies that a search finds; for an empty one, none */
export function search(companies, typed) {
  return companies.filter(({ name, cvr }) => isFoundBy(typed, name, cvr ?? ""));
}

/** The code in a scanned invitation's link; undefined for any other code. */
export function invitationCode(scanned) {
  return /\/events\/invitation\/([\w=-]+)$/.exec(scanned.trim())?.[1];
}

/** Refused captures do not count, and what the server's list contains already need not be added to it. */
function counts(capture, door) {
  return capture.state === "waiting" || (capture.state === "received" && capture.receivedAt > door.fetchedAt);
}

function ofServer({ id, name, cvr, registered, invitation, checked_in_at: checkedInAt }) {
  return { id, name, cvr, registered, invitation, checkedInAt, isPending: false };
}

function ofCapture(id, { body, summary }) {
  const cvr = body.company?.cvr ?? null;
  return { id, name: summary.name, cvr, registered: false, invitation: null, checkedInAt: null, isPending: true, walkIn: body.company };
}

function key(name) {
  return withoutInvisible(name).normalize("NFKC").toLowerCase().split(/\s+/).filter(Boolean).join(" ");
}

function compare(one, other) {
  return Date.parse(one) - Date.parse(other);
}
