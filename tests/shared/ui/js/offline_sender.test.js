import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Queue } from "#js/offline/queue.js";
import { Sender } from "#js/offline/sender.js";
import { openStore, StorageError } from "#js/offline/store.js";

const NO_TABS = { postMessage() {}, onmessage: null };
const receipt = { receipt: { status: "logged" } };
let databases = 0;
let queue;
let now;
let timers;
let online;
let reports;
let sent;

/** A lock as of the Web Locks API, shared by the senders that are given it. */
class Locks {
  holder = null;
  async request(_name, { ifAvailable, steal }, work) {
    if (this.holder && ifAvailable) return work(null);
    assert.ok(!this.holder || steal);
    this.holder = {};
    const mine = this.holder;
    try {
      return await work(mine);
    } finally {
      if (this.holder === mine) this.holder = null;
    }
  }
}

const page = () => ({ window: new EventTarget(), document: Object.assign(new EventTarget(), { visibilityState: "visible" }) });

function sender(options = {}) {
  const made = new Sender(
    queue,
    async (records) => {
      sent.push(records.map(({ id }) => id));
      const report = reports.shift() ?? { contact: "silent" };
      return typeof report === "function" ? report(records) : report;
    },
    {
      lock: "x",
      locks: new Locks(),
      isOnline: () => online,
      now: () => now,
      random: () => 0.5,
      setTimeout: (act, delay) => timers.push({ act, delay }),
      clearTimeout: (timer) => timers.splice(timer - 1, 1, null),
      ...options,
    },
  );
  return made;
}

const answers = (...ids) => ({ contact: "answered", answers: new Map(ids.map((id) => [id, receipt])) });
const refusal = (id, status) => ({ contact: "answered", answers: new Map([[id, { problem: { status }, status }]]) });
const state = async (id = "a") => (await queue.get(id))?.state;

beforeEach(async () => {
  databases += 1;
  const store = await openStore(`sender ${databases}`, 1, (db) => db.createObjectStore("records", { keyPath: "id" }));
  queue = new Queue(store, "records", { tabs: NO_TABS, now: () => (now += 1) });
  [now, timers, online, reports, sent] = [1000, [], true, [], []];
  await queue.add({ id: "a" });
});

test("a receipt for its id makes a record received, and what stays of it is for its owner to say", async () => {
  reports = [answers("a")];
  await sender({ keep: (record) => ({ ...record, body: null }) }).sendNow();
  const record = await queue.get("a");
  assert.deepEqual([record.state, record.body, record.unanswered], ["received", null, false]);
  await queue.add({ id: "b" });
  reports = [answers("b")];
  await sender({ keep: () => null }).sendNow();
  assert.equal(await queue.get("b"), undefined);
});

for (const contact of ["silent", "foreign", "busy", "signed_out", "answered"]) {
  test(`an answer that is none leaves the record: ${contact}`, async () => {
    reports = [{ contact, answers: new Map([["other", receipt]]) }];
    await sender().sendNow();
    const record = await queue.get("a");
    assert.equal(record.state, "waiting");
    assert.equal(record.unanswered, contact === "silent" || contact === "foreign");
  });
}

test("a record is marked as sent before it is sent, so that a killed tab is noticed", async () => {
  reports = [async ([{ id }]) => {
    assert.equal((await queue.get(id)).unanswered, true);
    return answers(id);
  }];
  await sender().sendNow();
  assert.equal(await state(), "received");
});

test("what was sent and not answered stays so after an answer that says nothing about it", async () => {
  reports = [{ contact: "silent" }, { contact: "signed_out" }, refusal("a", 403)];
  const one = sender();
  for (let time = 0; time < 3; time += 1) await one.sendNow();
  assert.deepEqual([await state(), (await queue.get("a")).unanswered], ["refused", true]);
});

test("the server's verdict on a record settles what became of earlier attempts", async () => {
  reports = [{ contact: "silent" }, refusal("a", 422)];
  const one = sender();
  await one.sendNow();
  await one.sendNow();
  assert.deepEqual([await state(), (await queue.get("a")).unanswered], ["refused", false]);
});

test("a refused record is not sent again by itself", async () => {
  reports = [refusal("a", 422)];
  const one = sender();
  await one.sendNow();
  await one.sendNow();
  assert.equal(sent.length, 1);
});

test("without a network nothing is sent, and it is known that nothing was", async () => {
  online = false;
  const one = sender();
  await one.sendNow();
  assert.deepEqual(sent, []);
  assert.equal((await queue.get("a")).unanswered, false);
});

test("a browser that wrongly says it is offline does not keep a record for ever", async () => {
  online = false;
  const one = sender();
  for (let time = 0; time < 8; time += 1) await one.sendNow();
  assert.ok(sent.length > 0);
});

test("many go in batches, and one at a time where the server takes no batch", async () => {
  for (let number = 0; number < 4; number += 1) await queue.add({ id: `more ${number}` });
  reports = [{ contact: "too_many" }, ...[0, 1, 2, 3, 4].map(() => (records) => answers(...records.map(({ id }) => id)))];
  await sender({ batch: 3 }).sendNow();
  assert.deepEqual(sent.map((ids) => ids.length), [3, 1, 1, 1, 1, 1]);
});

test("the delay doubles up to a minute, a quarter more or less", async () => {
  const one = sender();
  const delays = [];
  for (let time = 0; time < 8; time += 1) {
    await one.sendNow();
    delays.push(timers.at(-1).delay);
  }
  assert.deepEqual(delays, [2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
});

test("the server is not asked again before the time that it names, whatever happens", async () => {
  reports = [{ contact: "busy", seconds: 30 }, answers("a")];
  const one = sender();
  await one.sendNow();
  assert.ok(timers.at(-1).delay >= 30_000);
  await one.sendNow();
  assert.equal(sent.length, 1);
  now += 31_000;
  await one.sendNow();
  assert.equal(await state(), "received");
});

test("the network's return, a look at the page and a new record each send at once", async () => {
  const { window, document } = page();
  const one = sender();
  await one.start({ window, document });
  const count = sent.length;
  window.dispatchEvent(new Event("online"));
  await new Promise((done) => setTimeout(done, 20));
  document.dispatchEvent(new Event("visibilitychange"));
  await new Promise((done) => setTimeout(done, 20));
  await one.sendNow();
  assert.equal(sent.length, count + 3);
});

test("of two tabs one sends", async () => {
  const locks = new Locks();
  let finish;
  reports = [() => new Promise((done) => (finish = () => done(answers("a"))))];
  const [one, other] = [sender({ locks }), sender({ locks })];
  const sending = one.sendNow();
  while (!finish) await new Promise((done) => setTimeout(done, 1));
  await other.sendNow();
  assert.equal(sent.length, 1);
  finish();
  await sending;
  assert.equal(await state(), "received");
});

test("a tab that holds the lock longer than any request takes is passed over", async () => {
  const locks = new Locks();
  locks.holder = {};
  reports = [answers("a")];
  const one = sender({ locks });
  await one.sendNow();
  assert.equal(sent.length, 0);
  now += 91_000;
  await one.sendNow();
  assert.equal(await state(), "received");
});

test("a record that is held back is not sent, until it is not", async () => {
  let isHeldBack = true;
  reports = [answers("a")];
  const one = sender({ isHeldBack: () => isHeldBack });
  await one.sendNow();
  assert.equal(sent.length, 0);
  isHeldBack = false;
  await one.sendNow();
  assert.equal(await state(), "received");
});

test("storage that fails for a while stops nothing for good", async () => {
  reports = [answers("a")];
  const list = queue.list;
  queue.list = async () => {
    throw new StorageError(new DOMException("gone", "UnknownError"));
  };
  const one = sender();
  await one.sendNow();
  queue.list = list;
  timers.at(-1).act();
  while ((await state()) !== "received") await new Promise((done) => setTimeout(done, 1));
});

test("a clock that is set back does not keep what waits until it has caught up", async () => {
  const made = sender();
  reports.push({ contact: "busy", seconds: 60 }, answers("a"));
  await made.sendNow();
  now -= 86_400_000;
  await made.sendNow();
  assert.equal(await state(), "received");
});
