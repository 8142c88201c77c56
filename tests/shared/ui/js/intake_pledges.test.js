import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Pledges, upgraded, withoutContact } from "#js/intake/pledges.js";

const NO_TABS = { postMessage() {}, onmessage: null };
const EVENT = "e1";
let pledges;
let ids;

const body = (changes = {}) => ({
  id: "a",
  event_id: EVENT,
  company: { name: "Ærø Bageri" },
  contact: { name: "Bente", phone: "20304050" },
  positions: 2,
  captured_at: "2026-12-01T18:00:00.000Z",
  ...changes,
});

beforeEach(async () => {
  indexedDB = new IDBFactory();
  ids = ["phone", "other id", "third id"];
  pledges = await Pledges.open({ tabs: NO_TABS, newId: () => ids.shift() });
});

test("each capture at an event has the phone's next number, and is sent with it", async () => {
  const first = await pledges.capture(body(), "person:1");
  const second = await pledges.capture(body({ id: "b" }), "person:1");
  assert.deepEqual(first.body.phone, { id: "phone", number: 1 });
  assert.deepEqual(second.body.phone, { id: "phone", number: 2 });
  assert.equal((await pledges.phone(EVENT)).last, 2);
});

test("what belongs to no event has no number", async () => {
  const record = await pledges.capture(body({ event_id: undefined }), "person:1");
  assert.deepEqual([record.body.phone, record.event_id], [undefined, null]);
});

test("the phone's name travels with what is captured after it was typed", async () => {
  await pledges.namePhone(EVENT, "Hannes telefon");
  const { body: sent } = await pledges.capture(body(), "person:1");
  assert.deepEqual(sent.phone, { id: "phone", number: 1, name: "Hannes telefon" });
});

test("the same pledge twice is one, also when it comes at another moment", async () => {
  await pledges.capture(body(), "person:1");
  const again = await pledges.capture(body({ captured_at: "2026-12-01T18:00:09.000Z" }), "person:1");
  assert.equal(again.phone.number, 1);
  assert.equal((await pledges.list()).length, 1);
});

test("another pledge under the id of one, from a tab that was duplicated, has an id of its own", async () => {
  await pledges.capture(body(), "person:1");
  const other = await pledges.capture(body({ company: { name: "Øster Smede" } }), "person:1");
  assert.deepEqual([other.id, other.body.id, other.phone.number], ["other id", "other id", 2]);
  assert.equal((await pledges.list()).length, 2);
});

test("a refused pledge is replaced by the corrected one, with its id and number", async () => {
  await pledges.capture(body(), "person:1");
  await pledges.queue.change("a", (record) => ({ ...record, state: "refused", problem: { status: 422 } }));
  const corrected = await pledges.capture(body({ positions: 3 }), "person:1");
  assert.deepEqual([corrected.id, corrected.state, corrected.problem, corrected.phone.number], ["a", "waiting", null, 1]);
  assert.equal(corrected.body.positions, 3);
  assert.equal((await pledges.list()).length, 1);
});

test("where the server may have a pledge, a corrected one is another pledge", async () => {
  for (const change of [{ unanswered: true, problem: { status: 403 } }, { problem: { status: 409 } }]) {
    indexedDB = new IDBFactory();
    pledges = await Pledges.open({ tabs: NO_TABS });
    await pledges.capture(body(), "person:1");
    await pledges.queue.change("a", (record) => ({ ...record, state: "refused", ...change }));
    const other = await pledges.capture(body({ positions: 3 }), "person:1");
    assert.notEqual(other.id, "a");
    assert.equal((await pledges.list()).length, 2);
  }
});

test("a deleted pledge leaves its number to be announced as one that will never arrive", async () => {
  await pledges.capture(body(), "person:1");
  await pledges.discard("a");
  assert.deepEqual(await pledges.list(), []);
  assert.deepEqual((await pledges.phone(EVENT)).discarded, [1]);
});

test("a pledge of another phone keeps that phone's number, and comes once", async () => {
  const theirs = body({ phone: { id: "theirs", number: 7 } });
  const taken = await pledges.takeOver(theirs, "person:2");
  await pledges.takeOver(theirs, "person:2");
  assert.deepEqual([taken.for_another, taken.body], [true, theirs]);
  assert.equal((await pledges.list()).length, 1);
  assert.equal(await pledges.phone(EVENT), undefined);
});

test("what the server has keeps no contact", async () => {
  const record = withoutContact(await pledges.capture(body(), "person:1"), { status: "logged" });
  assert.ok(!JSON.stringify(record).includes("Bente"));
  assert.deepEqual(record.summary, { name: "Ærø Bageri", positions: 2 });
});

test("an event is forgotten only when everything of it has arrived", async () => {
  await pledges.capture(body(), "person:1");
  await pledges.capture(body({ id: "b", event_id: "e2" }), "person:1");
  await pledges.keepPage(EVENT, { companies: [] });
  await pledges.forget(EVENT);
  assert.equal((await pledges.list()).length, 2);
  await pledges.queue.change("a", (record) => ({ ...record, state: "received" }));
  await pledges.forget(EVENT);
  assert.deepEqual((await pledges.list()).map(({ id }) => id), ["b"]);
  assert.deepEqual([await pledges.phone(EVENT), await pledges.page(EVENT)], [undefined, undefined]);
});

test("the page of the last event is there without a network", async () => {
  await pledges.keepPage(EVENT, { event: { id: EVENT } });
  assert.deepEqual(await pledges.page(null), { event: { id: EVENT } });
});

test("practice is kept apart", async () => {
  const practice = await Pledges.open({ practice: true, tabs: NO_TABS });
  await practice.capture(body(), "person:1");
  assert.deepEqual(await pledges.list(), []);
});

test("a record of an older release is upgraded, one of a newer release is left as it is", () => {
  const upgrades = { 1: (record) => ({ ...record, two: true }), 2: (record) => ({ ...record, three: true }) };
  assert.deepEqual(upgraded({ id: "a", schema: 1 }, upgrades, 3), { id: "a", schema: 3, two: true, three: true });
  assert.deepEqual(upgraded({ id: "a", schema: 4, four: 1 }, upgrades, 3), { id: "a", schema: 4, four: 1 });
});

test("an event that is over is forgotten once everything of it has arrived", async () => {
  const now = Date.parse("2026-12-02T12:00:00Z");
  const events = [
    { id: "open", status: "open", ends_at: "2026-12-02T21:00:00Z" },
    { id: "closed", status: "closed", ends_at: "2026-12-02T21:00:00Z" },
    { id: "never closed", status: "open", ends_at: "2026-11-30T21:00:00Z" },
    { id: "waiting", status: "closed", ends_at: "2026-11-30T21:00:00Z" },
  ];
  ids = ["p1", "p2", "p3", "p4"];
  for (const event of events) {
    await pledges.keepPage(event.id, { event });
    await pledges.capture(body({ id: `of ${event.id}`, event_id: event.id }), "person:1");
    if (event.id === "waiting") continue;
    await pledges.queue.change(`of ${event.id}`, (record) => ({ ...record, state: "received" }));
  }
  await pledges.forgetWhatIsOver(now);
  const left = (await pledges.list()).map(({ event_id: id }) => id);
  assert.deepEqual(left.sort(), ["open", "waiting"]);
});

test("what was refused because of a pass is tried again, and nothing else", async () => {
  for (const [id, type] of [["a", "/problems/pass-revoked"], ["b", "/problems/too-many-positions"]]) {
    await pledges.capture(body({ id }), "pass:e1");
    await pledges.queue.change(id, (record) => ({ ...record, state: "refused", problem: { type } }));
  }
  await pledges.tryPassesAgain();
  assert.deepEqual((await pledges.list()).map(({ state }) => state).sort(), ["refused", "waiting"]);
});

test("a browser that had nothing of ours says so once", async () => {
  assert.equal(pledges.isNew, true);
  assert.equal((await Pledges.open({ tabs: NO_TABS })).isNew, false);
});

test("a refused pledge that is corrected to another event gets a number there, and leaves its own", async () => {
  await pledges.capture(body(), "person:1");
  await pledges.queue.change("a", (record) => ({ ...record, state: "refused", problem: { status: 422 } }));
  ids = ["phone at e2"];
  const corrected = await pledges.capture(body({ event_id: "e2" }), "person:1");
  assert.deepEqual([corrected.id, corrected.event_id, corrected.body.phone], ["a", "e2", { id: "phone at e2", number: 1 }]);
  assert.deepEqual((await pledges.phone(EVENT)).discarded, [1]);
});

test("what is known of an event that is over is forgotten where nothing was captured, too", async () => {
  await pledges.keepPage(EVENT, { event: { status: "closed", ends_at: "2026-12-01T21:00:00Z" }, companies: [] });
  await pledges.forgetWhatIsOver(Date.parse("2026-12-02T12:00:00Z"));
  assert.equal(await pledges.page(EVENT), undefined);
});

test("a pledge taken over at an event that this phone does not know is forgotten a day after it arrived", async () => {
  await pledges.takeOver(body({ phone: { id: "theirs", number: 7 } }), "person:1");
  await pledges.queue.change("a", (record) => ({ ...record, state: "received", receivedAt: 1000 }));
  await pledges.forgetWhatIsOver(1000 + 80_000_000);
  assert.equal((await pledges.list()).length, 1);
  await pledges.forgetWhatIsOver(1000 + 90_000_000);
  assert.deepEqual(await pledges.list(), []);
});
