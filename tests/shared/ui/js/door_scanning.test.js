import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Scanning } from "#js/door/scanning.js";

const LINK = "https://tilsagn.example/events/invitation/";
let parts;
let checkedIn;
let failures;
let see;
let isStopped;
let scanning;

class Part extends EventTarget {
  hidden = true;
  dataset = { script: "/assets/codes.js" };
  textContent = "";
  focus() {}
  querySelector() {
    return {};
  }
}

const WORDS = { text: (name, { company } = {}) => [name, company].filter(Boolean).join(": ") };

beforeEach(() => {
  parts = new Map();
  checkedIn = [];
  failures = 0;
  isStopped = false;
  const root = {
    querySelector: (selector) => parts.get(selector) ?? parts.set(selector, new Part()).get(selector),
  };
  const companies = { a: { name: "Ærø Bageri", checkedInAt: null }, b: { name: "Smeden", checkedInAt: "2026" } };
  const door = {
    find: (code) => companies[code],
    onCompany: (company) => checkedIn.push(company.name),
    onFailed: () => failures++,
  };
  const readCodes = async (_video, onCode) => {
    see = onCode;
    return () => (isStopped = true);
  };
  scanning = new Scanning(root, WORDS, door, async () => ({ readCodes }));
});

const said = () => parts.get("[data-scan-said]").textContent;

test("an invitation checks its company in, once for as long as it is held there", async () => {
  await scanning.start();
  for (let times = 0; times < 3; times++) see(`${LINK}a`);
  assert.deepEqual([checkedIn, said()], [["Ærø Bageri"], "checked_in: Ærø Bageri"]);
});

test("what is scanned otherwise is told in words, and checks nobody in", async () => {
  await scanning.start();
  for (const [text, words] of [
    [`${LINK}b`, "scanned_again: Smeden"],
    [`${LINK}unknown`, "scanned_unexpected"],
    ["https://elsewhere.example/", "scanned_other"],
  ]) {
    see(text);
    assert.equal(said(), words);
  }
  assert.deepEqual(checkedIn, []);
});

test("the camera is let go", async () => {
  await scanning.start();
  scanning.stop();
  assert.deepEqual([isStopped, parts.get("[data-scanner]").hidden], [true, true]);
});

test("without a camera, or what reads codes, the panel closes and the page says so", async () => {
  scanning.load = async () => {
    throw new TypeError("no network");
  };
  await scanning.start();
  assert.deepEqual([failures, parts.get("[data-scanner]").hidden], [1, true]);
});

test("it is offered where there may be a camera", () => {
  scanning.offer(null);
  assert.equal(parts.get("[data-scan]").hidden, true);
  scanning.offer({ getUserMedia() {} });
  assert.equal(parts.get("[data-scan]").hidden, false);
});
