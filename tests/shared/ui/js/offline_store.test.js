import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Queue } from "#js/offline/queue.js";
import { openStore, StorageError } from "#js/offline/store.js";

const NO_TABS = { postMessage() {}, onmessage: null };
const upgrade = (db) => db.createObjectStore("records", { keyPath: "id" });
let name = 0;
let store;
let queue;

beforeEach(async () => {
  name += 1;
  store = await openStore(`store ${name}`, 1, upgrade);
  queue = new Queue(store, "records", { tabs: NO_TABS, now: () => 1000 });
});

test("a record is stored, and is there after the page was loaded again", async () => {
  await queue.add({ id: "a", body: { positions: 3 } });
  store.close();
  const reloaded = new Queue(await openStore(store.name, 1, upgrade), "records", { tabs: NO_TABS });
  const [record] = await reloaded.list();
  assert.deepEqual(record, {
    id: "a",
    body: { positions: 3 },
    state: "waiting",
    addedAt: 1000,
    sentAt: null,
    unanswered: false,
    problem: null,
    receivedAt: null,
  });
});

test("a second record with an id is refused, and the first stays", async () => {
  await queue.add({ id: "a", body: 1 });
  await assert.rejects(queue.add({ id: "a", body: 2 }), StorageError);
  assert.equal((await queue.get("a")).body, 1);
});

test("a connection that the browser has killed is opened again", async () => {
  const db = await store.open();
  db.close();
  await queue.add({ id: "a" });
  assert.equal((await queue.list()).length, 1);
});

test("full storage is reported as such, and nothing is stored", async () => {
  const full = store.transact(["records"], "readwrite", async (transaction) => {
    await transaction.objectStore("records").add({ id: "a" });
    throw new DOMException("full", "QuotaExceededError");
  });
  await assert.rejects(full, (error) => error instanceof StorageError && error.isFull);
  assert.deepEqual(await queue.list(), []);
});

test("a page of an older release works on the database of a newer one", async () => {
  await queue.add({ id: "a" });
  store.close();
  const newer = await openStore(store.name, 2, (db) => db.createObjectStore("more"));
  newer.close();
  const older = await openStore(store.name, 1, upgrade);
  const records = await new Queue(older, "records", { tabs: NO_TABS }).list();
  assert.deepEqual(records.map(({ id }) => id), ["a"]);
});

test("an open page gives way to one that upgrades the database, and goes on with it", async () => {
  await queue.add({ id: "a" });
  await openStore(store.name, 2, (db) => db.createObjectStore("more"));
  await queue.add({ id: "b" });
  assert.equal((await queue.list()).length, 2);
});

test("a change of a record is atomic, and a record that is gone stays gone", async () => {
  await queue.add({ id: "a", count: 0 });
  const add = () => queue.change("a", (record) => ({ ...record, count: record.count + 1 }));
  await Promise.all([add(), add(), add()]);
  assert.equal((await queue.get("a")).count, 3);
  await queue.remove("a");
  assert.equal(await add(), undefined);
  assert.deepEqual(await queue.list(), []);
});

test("all tabs learn of a change", async () => {
  const tabs = { postMessage: () => (tabs.posted = true), onmessage: null };
  const here = new Queue(store, "records", { tabs });
  let changes = 0;
  here.addEventListener("change", () => (changes += 1));
  await here.add({ id: "a" });
  assert.ok(tabs.posted);
  tabs.onmessage();
  assert.equal(changes, 2);
});
