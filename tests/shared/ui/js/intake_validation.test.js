import assert from "node:assert/strict";
import { test } from "node:test";

import { bodyOf, typedIn } from "#js/intake/form.js";
import { errorsOf, phoneNameError } from "#js/intake/validation.js";

const LIMITS = { positions: 50, weekly_hours: 37 };
const TODAY = new Date("2026-12-01T18:00:00Z");

const typed = (changes = {}) => ({
  "company.name": "Ærø Bageri",
  "contact.name": "Bente Bager",
  "contact.phone": "20 30 40 50",
  positions: "2",
  hours: "10",
  tasks: [],
  ...changes,
});

const errors = (changes) =>
  Object.fromEntries([...errorsOf(typed(changes), LIMITS, TODAY)].map(([name, { code }]) => [name, code]));

test("what is right has no errors", () => {
  assert.deepEqual(errors(), {});
  assert.deepEqual(errors({ "contact.phone": "", "contact.email": "bente@bageri.example" }), {});
  assert.deepEqual(errors({ hours: "own", "own.start": "6,5", "own.to": "7,25" }), {});
});

test("what is missing is named, all of it at once and in the order of the page", () => {
  const nothing = [...errorsOf({ tasks: [] }, LIMITS, TODAY).keys()];
  assert.deepEqual(nothing, ["company.name", "positions", "hours", "contact.name", "contact.phone"]);
});

test("0 or 200 positions, half a position and 60 hours are too few or too many", () => {
  for (const positions of ["0", "200"]) assert.deepEqual(errors({ positions }), { positions: "positions_max" });
  assert.deepEqual(errors({ positions: "1,5" }), { positions: "integer" });
  const own = (start, to) => errors({ hours: "own", "own.start": start, "own.to": to });
  assert.deepEqual(own("60", ""), { "own.start": "hours_max" });
  assert.deepEqual(own("61", ""), { "own.start": "at_most" });
  assert.deepEqual(own("0", ""), { "own.start": "more_than_0" });
  assert.deepEqual(own("10", "5"), { "own.start": "hours_order" });
  assert.deepEqual(own("1.000", ""), { "own.start": "number_grouped" });
  assert.deepEqual(own("ti", ""), { "own.start": "number" });
  assert.deepEqual(own("", ""), { "own.start": "missing" });
});

test("a CPR number is refused in every text, and a wrong CVR number in none", () => {
  for (const name of ["company.name", "company.cvr", "contact.name", "contact.email"]) {
    assert.equal(errors({ [name]: "010190-1234" })[name], "cpr_shape", name);
  }
  assert.deepEqual(errors({ "company.cvr": "12345678" }), {});
});

test("emoji and 10,000 characters: what fits is taken", () => {
  assert.deepEqual(errors({ "company.name": "🍰".repeat(200) }), {});
  assert.deepEqual(errors({ "company.name": "a".repeat(10_000) }), { "company.name": "string_too_long" });
});

test("a start long ago or far in the future is a typing error", () => {
  assert.deepEqual(errors({ earliest_start: "1926-12-01" }), { earliest_start: "start_implausible" });
  assert.deepEqual(errors({ earliest_start: "2036-12-01" }), { earliest_start: "start_implausible" });
  assert.deepEqual(errors({ earliest_start: "01.02.2027" }), {});
  assert.deepEqual(errors({ earliest_start: "snart" }), { earliest_start: "date" });
});

test("what is typed becomes the body of the API, without what was left empty", () => {
  const data = new FormData();
  const fields = { "company.name": " Ærø Bageri ", "company.cvr": "", positions: "2", hours: "own", "own.start": "6,5" };
  for (const [name, value] of Object.entries({ ...fields, "contact.name": "Bente", "contact.phone": "20304050" })) {
    data.append(name, value);
  }
  data.append("tasks", "tidying");
  data.append("tasks", "canteen");
  const body = bodyOf(typedIn(data), { id: "a", eventId: "e", capturedAt: new Date(0) });
  assert.deepEqual(body, {
    id: "a",
    event_id: "e",
    company: { name: "Ærø Bageri" },
    contact: { name: "Bente", phone: "20304050" },
    job_type: "smaajob",
    positions: 2,
    weekly_hours: { from: 6.5, to: 6.5 },
    tasks: ["tidying", "canteen"],
    captured_at: "1970-01-01T00:00:00.000Z",
    captured_by: "phone",
  });
});

test("a phone's name is short, one line, and no CPR number: it is sent with every pledge", () => {
  assert.equal(phoneNameError("Hannes telefon"), undefined);
  assert.equal(phoneNameError(""), undefined);
  assert.deepEqual(phoneNameError("a".repeat(61)), { code: "string_too_long", limit: 60 });
  assert.equal(phoneNameError("010190-1234").code, "cpr_shape");
});
