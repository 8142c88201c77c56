import assert from "node:assert/strict";
import { test } from "node:test";

import { aheadMs, earliestTime, isClockWrong } from "#js/offline/clock.js";

const DAY_MS = 86_400_000;
const NOW = "2026-12-01T18:00:00.000Z";
const RIGHT = Date.parse(NOW);

test("how far the clock is ahead is known from the server's last answer", () => {
  assert.equal(aheadMs({ now: NOW, fetchedAt: RIGHT + 5000 }), 5000);
  assert.deepEqual([aheadMs(null), aheadMs({ now: NOW }), aheadMs({ fetchedAt: 1 })], [0, 0, 0]);
});

test("a clock that is ahead all evening, or was behind and is set right, makes it no later", () => {
  assert.equal(earliestTime({ now: NOW, fetchedAt: RIGHT + 3 * DAY_MS }, RIGHT + 3 * DAY_MS), RIGHT);
  assert.equal(earliestTime({ now: NOW, fetchedAt: 1 }, RIGHT), RIGHT);
});

test("a clock that is off by a day, or has gone back since, is wrong", () => {
  const answer = { now: NOW, fetchedAt: RIGHT };
  assert.equal(isClockWrong(answer, RIGHT + 1000), false);
  assert.equal(isClockWrong({ now: NOW, fetchedAt: RIGHT - DAY_MS }, RIGHT - DAY_MS), true);
  assert.equal(isClockWrong(answer, 0), true);
  assert.equal(isClockWrong(null, 0), false);
});
