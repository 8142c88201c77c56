import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { companiesAt, invitationCode, merge, recognised, search } from "#js/door/attendance.js";

// The server merges in the same way (tests/events/calendar/door/test_domain.py).
const CASES = new URL("../../../events/calendar/door/merge_cases.json", import.meta.url);
const at = (clock) => `2026-11-24T${clock}:00.000Z`;

for (const { name, records, merged } of JSON.parse(readFileSync(CASES))) {
  test(`merging: ${name}`, () => {
    const result = merge(records.map(([clock, undo]) => ({ at: at(clock), undo: Boolean(undo) })));
    assert.deepEqual(result, merged && { since: at(merged.since), undoneAt: merged.undone && at(merged.undone) });
  });
}

const company = (id, more = {}) => ({
  id,
  name: "Ærø Bageri",
  cvr: "24256790",
  registered: true,
  invitation: "code",
  checked_in_at: null,
  ...more,
});
const door = (...companies) => ({ companies, fetchedAt: Date.parse(at("17:10")), now: at("17:10") });
const capture = (id, clock, more = {}) => ({
  id: `of ${id} ${clock}`,
  company_id: id,
  state: "waiting",
  receivedAt: null,
  summary: { name: "Ærø Bageri" },
  ...more,
  body: { company_id: id, captured_at: at(clock), ...more.body },
});

test("what was captured here is added to the server's list", () => {
  const [one] = companiesAt(door(company("a")), [capture("a", "17:12")]);
  assert.deepEqual([one.checkedInAt, one.isPending], [at("17:12"), true]);
});

test("an undo that has not arrived takes a company off the list", () => {
  const [one] = companiesAt(door(company("a", { checked_in_at: at("17:05") })), [capture("a", "17:12", { body: { undo: true } })]);
  assert.deepEqual([one.checkedInAt, one.isPending], [null, true]);
});

test("an undo counts although this phone's clock is slow", () => {
  const slow = { ...door(company("a", { checked_in_at: at("17:05") })), fetchedAt: Date.parse(at("16:10")) };
  const [one] = companiesAt(slow, [capture("a", "16:12", { body: { undo: true } })]);
  assert.equal(one.checkedInAt, null);
});

test("what the list contains already, and what was refused, does not count again", () => {
  const received = capture("a", "17:02", { state: "received", receivedAt: Date.parse(at("17:03")) });
  const refused = capture("a", "17:12", { state: "refused" });
  const [one] = companiesAt(door(company("a")), [received, refused]);
  assert.deepEqual([one.checkedInAt, one.isPending], [null, false]);
});

test("what was received after the list was fetched counts, under the company that the server recognised", () => {
  const received = { state: "received", receivedAt: Date.parse(at("17:13")), receipt: { company_id: "a" } };
  const companies = companiesAt(door(company("a")), [capture("walk-in", "17:12", received)]);
  assert.deepEqual(companies.map(({ id, checkedInAt }) => [id, checkedInAt]), [["a", at("17:12")]]);
});

test("a company that walked in is in the list until the server has it", () => {
  const walkIn = { id: "w", name: "Smeden" };
  const companies = companiesAt(door(company("a")), [capture("w", "17:12", { summary: { name: "Smeden" }, body: { company: walkIn } })]);
  assert.deepEqual(companies[1], {
    id: "w",
    name: "Smeden",
    cvr: null,
    registered: false,
    invitation: null,
    checkedInAt: at("17:12"),
    isPending: true,
    walkIn,
  });
});

test("a typed company is recognised by number, then by name, and never guessed", () => {
  const list = [
    { id: "a", name: "Ærø Bageri", cvr: "24256790" },
    { id: "b", name: "Smeden", cvr: null },
    { id: "c", name: "Tag", cvr: null },
    { id: "d", name: "Tag", cvr: null },
  ];
  const meant = (name, cvr = "") => recognised(list, { name, cvr })?.id;
  assert.equal(meant("Hvad som helst", "24 25 67 90"), "a");
  assert.equal(meant("  SMEDEN "), "b");
  assert.equal(meant("Smeden", "10150817"), "b");
  assert.equal(meant("Ærø Bageri", "10150817"), undefined);
  assert.equal(meant("Tag"), undefined);
  assert.equal(meant("Ukendt"), undefined);
});

test("a search finds words in any order, and the beginning of a CVR number", () => {
  const list = [company("a"), { ...company("b"), name: "Øster Smede", cvr: null }];
  assert.deepEqual(search(list, "bageri ær").map(({ id }) => id), ["a"]);
  assert.deepEqual(search(list, "DK 24 25").map(({ id }) => id), ["a"]);
  assert.deepEqual(search(list, ""), []);
});

test("an invitation's code is the end of its link", () => {
  assert.equal(invitationCode("https://tilsagn.example/events/invitation/aB-_9=\n"), "aB-_9=");
  assert.equal(invitationCode("https://tilsagn.example/events/pass/aB"), undefined);
});
