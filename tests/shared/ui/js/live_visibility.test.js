import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { followWhileShown } from "#js/live/visibility.js";

let page;
let window;
let stream;

const report = (target, type, more = {}) => target.dispatchEvent(Object.assign(new Event(type), more));

function show(state) {
  page.visibilityState = state;
  report(page, "visibilitychange");
}

beforeEach(() => {
  page = new EventTarget();
  page.visibilityState = "visible";
  window = new EventTarget();
  globalThis.document = page;
  globalThis.addEventListener = window.addEventListener.bind(window);
  stream = { open: false, close() { this.open = false; }, reconnect() { this.open = true; } };
});

test("a page that is shown follows at once", () => {
  followWhileShown([stream]);
  assert.equal(stream.open, true);
});

test("a page that was opened in the background follows when it is shown", () => {
  page.visibilityState = "hidden";
  followWhileShown([stream]);
  assert.equal(stream.open, false);
  show("visible");
  assert.equal(stream.open, true);
});

test("a hidden page lets go of its stream, and takes it up again", () => {
  followWhileShown([stream]);
  show("hidden");
  assert.equal(stream.open, false);
  report(window, "online");
  assert.equal(stream.open, false, "the network is back, and nobody looks");
  show("visible");
  assert.equal(stream.open, true);
});

test("a page that is left lets go, and follows again when it comes out of the browser's cache", () => {
  followWhileShown([stream]);
  report(window, "pagehide");
  assert.equal(stream.open, false);
  report(window, "pageshow", { persisted: true });
  assert.equal(stream.open, true);
});
