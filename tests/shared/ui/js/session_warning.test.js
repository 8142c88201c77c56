import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { SessionWarning } from "#js/session/warning.js";

const ENDS_AT_S = 1_000_000;
const secondsBefore = (seconds) => (ENDS_AT_S - seconds) * 1000;

let button;
let dialog;
let tabs;
let now;

class FakeDialog extends EventTarget {
  open = false;
  attributes = new Set();
  dataset = { sessionEnds: String(ENDS_AT_S) };
  querySelector = () => button;

  showModal() {
    if (this.open) throw new Error("it is open already");
    this.open = true;
  }

  close() {
    this.open = false;
  }

  toggleAttribute(name, on) {
    if (on) this.attributes.add(name);
    else this.attributes.delete(name);
  }
}

beforeEach(() => {
  button = new EventTarget();
  dialog = new FakeDialog();
  tabs = Object.assign(new EventTarget(), { sent: [], postMessage: (message) => tabs.sent.push(message) });
  now = secondsBefore(3600);
  mock.restoreAll();
  mock.method(Date, "now", () => now);
});

const otherTab = (endsAt) => tabs.dispatchEvent(new MessageEvent("message", { data: endsAt }));
const server = (respond) => mock.method(globalThis, "fetch", respond);

test("the warning comes two minutes before the end, and once", () => {
  const warning = new SessionWarning(dialog, tabs);
  now = secondsBefore(121);
  warning.look();
  assert.equal(dialog.open, false);
  now = secondsBefore(120);
  warning.look();
  warning.look();
  assert.equal(dialog.open, true);
  assert.equal(dialog.attributes.has("data-over"), false);
});

test("the dialog says when the session is over, and tells the page's other scripts", () => {
  const warning = new SessionWarning(dialog, tabs);
  let isTold = false;
  dialog.addEventListener("session:ended", (event) => (isTold = event.bubbles));
  now = secondsBefore(1);
  warning.look();
  assert.equal(isTold, false);
  now = secondsBefore(0);
  warning.look();
  assert.equal(isTold, true);
  assert.equal(dialog.attributes.has("data-over"), true);
});

test("staying moves the end, closes the dialog and tells the other tabs", async () => {
  const warning = new SessionWarning(dialog, tabs);
  now = secondsBefore(60);
  warning.look();
  const fetch = server(async () => Response.json({ ends_at: ENDS_AT_S + 1800 }));
  await warning.stay();
  assert.equal(fetch.mock.calls[0].arguments[0], "/session/extend");
  assert.equal(dialog.open, false);
  assert.deepEqual(tabs.sent, [ENDS_AT_S * 1000, (ENDS_AT_S + 1800) * 1000]);
});

test("the button and Escape both mean to stay", () => {
  new SessionWarning(dialog, tabs);
  const fetch = server(async () => Response.json({ ends_at: ENDS_AT_S }));
  button.dispatchEvent(new Event("click"));
  dialog.dispatchEvent(new Event("cancel"));
  assert.equal(fetch.mock.callCount(), 2);
});

test("where the server does not answer or refuses, the warning stays", async () => {
  const warning = new SessionWarning(dialog, tabs);
  now = secondsBefore(60);
  for (const respond of [
    async () => { throw new TypeError("the network is down"); },
    async () => new Response("", { status: 401 }),
  ]) {
    server(respond);
    await warning.stay();
    assert.equal(dialog.open, true);
  }
});

test("what another tab does closes the dialog, but old news does not shorten the session", () => {
  const warning = new SessionWarning(dialog, tabs);
  now = secondsBefore(60);
  warning.look();
  otherTab((ENDS_AT_S + 1800) * 1000);
  assert.equal(dialog.open, false);
  otherTab(ENDS_AT_S * 1000);
  now = secondsBefore(10);
  warning.look();
  assert.equal(dialog.open, false);
});
