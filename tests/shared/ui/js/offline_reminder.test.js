import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { dueReminder, noteReminded, noteWaiting } from "#js/offline/reminder.js";

const DAY_MS = 86_400_000;
let storage;

beforeEach(() => {
  const items = new Map();
  storage = {
    getItem: (name) => items.get(name) ?? null,
    setItem: (name, value) => items.set(name, value),
    removeItem: (name) => items.delete(name),
  };
});

test("what has waited for a day is reminded of, on each of the days 1, 3 and 5 anew", () => {
  noteWaiting(storage, { count: 2, since: 0 });
  assert.equal(dueReminder(storage, DAY_MS - 1), null);
  const days = [];
  for (let day = 1; day <= 6; day += 1) {
    const due = dueReminder(storage, day * DAY_MS);
    assert.equal(due.count, 2);
    if (!due.isNew) continue;
    days.push(day);
    noteReminded(storage, due.day);
  }
  assert.deepEqual(days, [1, 3, 5]);
});

test("nothing is reminded of once everything has arrived, and the next time starts anew", () => {
  noteWaiting(storage, { count: 1, since: 0 });
  noteReminded(storage, 5);
  noteWaiting(storage, null);
  assert.equal(dueReminder(storage, 9 * DAY_MS), null);
  noteWaiting(storage, { count: 1, since: 9 * DAY_MS });
  assert.ok(dueReminder(storage, 10 * DAY_MS).isNew);
});

test("what is not ours in the storage is no reminder", () => {
  storage.setItem("tilsagn-waiting", "{");
  assert.equal(dueReminder(storage, 9 * DAY_MS), null);
});
