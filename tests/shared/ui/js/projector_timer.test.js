import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { ItemTimer, timeText } from "#js/projector/timer.js";

let now;
let kept;
const storage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
const timerOf = (key = "item", minutes = 10, place = storage) => new ItemTimer(place, key, minutes, () => now);
const pass = (seconds) => (now += seconds * 1000);

beforeEach(() => {
  now = 1_800_000_000_000;
  kept = new Map();
});

test("it counts down while its item is shown", () => {
  const timer = timerOf();
  assert.equal(timer.secondsLeft, 600);
  timer.show();
  pass(61);
  assert.equal(timer.secondsLeft, 539);
  timer.leave();
  pass(300);
  assert.equal(timer.secondsLeft, 539);
  timer.show();
  pass(1);
  assert.equal(timer.secondsLeft, 538);
});

test("it goes on below zero", () => {
  const timer = timerOf("item", 1);
  timer.show();
  pass(75);
  assert.equal(timer.secondsLeft, -15);
});

test("it survives a reload of the page, running and paused", () => {
  timerOf().show();
  pass(30);
  const reloaded = timerOf();
  reloaded.show();
  pass(10);
  assert.equal(reloaded.secondsLeft, 560);
  reloaded.toggle();
  pass(100);
  const again = timerOf();
  again.show();
  pass(100);
  assert.deepEqual([again.secondsLeft, again.isPaused], [560, true]);
});

test("a pause lasts until it is ended, even when another item was shown meanwhile", () => {
  const timer = timerOf();
  timer.show();
  pass(5);
  timer.toggle();
  timer.leave();
  timer.show();
  pass(50);
  assert.equal(timer.secondsLeft, 595);
  timer.toggle();
  pass(5);
  assert.deepEqual([timer.secondsLeft, timer.isPaused], [590, false]);
});

test("it begins again from its minutes", () => {
  const timer = timerOf();
  timer.show();
  pass(700);
  timer.toggle();
  timer.restart();
  pass(1);
  assert.deepEqual([timer.secondsLeft, timer.isPaused], [599, false]);
});

test("each item has its own time", () => {
  timerOf("one").show();
  pass(20);
  assert.equal(timerOf("other").secondsLeft, 600);
});

test("a clock that is set back takes no time away", () => {
  const timer = timerOf();
  timer.show();
  pass(-3600);
  assert.equal(timer.secondsLeft, 600);
});

test("it runs where the browser keeps nothing, or something else", () => {
  const fail = () => { throw new Error("denied"); };
  const timer = timerOf("item", 10, { getItem: fail, setItem: fail });
  timer.show();
  pass(10);
  assert.equal(timer.secondsLeft, 590);
  for (const text of ["{", "null", '{"spent":"x"}', '{"spent":-5,"since":"y"}']) {
    kept.set("item", text);
    assert.equal(timerOf().secondsLeft, 600, text);
  }
});

test("time is written in minutes and seconds, and over time with a plus", () => {
  const written = [600, 61, 9, 0, -1, -75, 3605].map(timeText);
  assert.deepEqual(written, ["10:00", "1:01", "0:09", "0:00", "+0:01", "+1:15", "60:05"]);
});
