import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Captures } from "#js/door/captures.js";

const NO_TABS = { postMessage() {}, onmessage: null };
const EVENT = { id: "e1", title: "Aften", status: "open", ends_at: "2026-11-24T20:00:00Z" };
const COMPANY = { id: "a", name: "Ærø Bageri" };
let captures;
let now;

beforeEach(async () => {
  indexedDB = new IDBFactory();
  now = Date.parse("2026-11-24T17:00:00Z");
  let last = 0;
  captures = await Captures.open({ tabs: NO_TABS, now: () => now, newId: () => `id ${++last}` });
});

const receive = (id, receivedAt = now) =>
  captures.queue.change(id, (record) => ({ ...record, state: "received", receivedAt }));
const ids = async () => (await captures.list("e1")).map(({ id }) => id);
const door = (companies, more = {}) => ({ event: EVENT, companies, ...more });

test("a check-in and its undoing are kept with the phone's time, to be sent", async () => {
  await captures.capture("e1", COMPANY, { principal: "person:1" });
  now += 1000;
  await captures.capture("e1", COMPANY, { undo: true });
  assert.deepEqual(
    (await captures.list("e1")).map(({ body, state }) => [body, state]),
    [
      [{ id: "id 1", company_id: "a", captured_at: "2026-11-24T17:00:00.000Z" }, "waiting"],
      [{ id: "id 2", company_id: "a", captured_at: "2026-11-24T17:00:01.000Z", undo: true }, "waiting"],
    ],
  );
});

test("a company that walked in is sent whole", async () => {
  const walkIn = { id: "w", name: "Smeden" };
  const { body } = await captures.capture("e1", { id: "w", name: "Smeden", walkIn });
  assert.deepEqual([body.company, body.company_id], [walkIn, undefined]);
});

test("what a new list contains is forgotten, and nothing else", async () => {
  for (let number = 0; number < 3; number++) await captures.capture("e1", COMPANY);
  await receive("id 1", now);
  await receive("id 2", now + 5000);
  await captures.keepDoor(door([]), now + 1000);
  assert.deepEqual(await ids(), ["id 2", "id 3"]);
});

test("a list of tonight's companies leaves the others", async () => {
  const other = { id: "o", registered: false, checked_in_at: null };
  const gone = { id: "g", registered: true, checked_in_at: null };
  await captures.keepDoor(door([gone, other]), now);
  await captures.keepDoor(door([{ id: "a", registered: true, checked_in_at: null }], { complete: false }), now);
  assert.deepEqual((await captures.door("e1")).companies.map(({ id }) => id), ["a", "o"]);
});

test("the list is forgotten when the event is over and everything has arrived", async () => {
  await captures.capture("e1", COMPANY);
  await captures.keepDoor({ ...door([]), event: { ...EVENT, status: "closed" } }, now);
  await captures.forgetOver();
  assert.equal((await captures.door("e1")).event.id, "e1");
  await receive("id 1");
  await captures.forgetOver();
  assert.deepEqual([await captures.door("e1"), await ids()], [undefined, []]);
});

test("the list of an open event is forgotten a day after its end", async () => {
  await captures.keepDoor(door([]), now);
  await captures.forgetOver();
  assert.ok(await captures.door("e1"));
  now = Date.parse("2026-11-25T20:00:01Z");
  await captures.forgetOver();
  assert.equal(await captures.door("e1"), undefined);
});

test("a clock that is days ahead forgets nothing of an open event", async () => {
  const ahead = 3 * 86_400_000;
  const present = new Date(now).toISOString();
  now += ahead;
  await captures.keepDoor({ ...door([]), now: present }, now);
  await captures.forgetOver();
  assert.ok(await captures.door("e1"));
});
