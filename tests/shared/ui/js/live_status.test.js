import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { showStatus, timeOfDay } from "#js/live/status.js";

let text;
let time;
let status;

beforeEach(() => {
  text = { textContent: "Last updated" };
  time = { dateTime: "", textContent: "18:00" };
  const parts = { "[data-live-text]": text, "[data-live-time]": time };
  const words = { lostWords: "No connection – last figures from", pollingWords: "Updated every minute, last at" };
  status = { dataset: words, querySelector: (selector) => parts[selector] };
  globalThis.document = { documentElement: { lang: "en" }, querySelectorAll: () => [status] };
});

test("the time of day is that of Denmark, summer and winter, as each language writes it", () => {
  assert.equal(timeOfDay(new Date("2026-07-01T17:05:00Z"), "da"), "kl. 19.05");
  assert.equal(timeOfDay(new Date("2026-12-01T17:05:00Z"), "da"), "kl. 18.05");
  assert.equal(timeOfDay(new Date("2026-12-01T17:05:00Z"), "en"), "18:05");
});

test("fresh figures come with their time", () => {
  showStatus("live", new Date("2026-12-01T17:05:00Z"));
  assert.equal(status.dataset.state, "live");
  assert.equal(time.textContent, "18:05");
  assert.equal(time.dateTime, "2026-12-01T17:05:00.000Z");
});

test("a lost connection says so and leaves the time of the last figures", () => {
  showStatus("lost");
  assert.equal(status.dataset.state, "lost");
  assert.equal(text.textContent, "No connection – last figures from");
  assert.equal(time.textContent, "18:00");
});

test("a connection that is back brings the first words back", () => {
  showStatus("lost");
  showStatus("lost");
  showStatus("live");
  assert.equal(text.textContent, "Last updated");
});

test("a page that polls says so, with the time of its figures", () => {
  showStatus("polling", new Date("2026-12-01T17:05:00Z"));
  assert.equal(status.dataset.state, "polling");
  assert.equal(text.textContent, "Updated every minute, last at");
  assert.equal(time.textContent, "18:05");
  showStatus("live");
  assert.equal(text.textContent, "Last updated");
});
