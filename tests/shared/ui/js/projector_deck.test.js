import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { Deck } from "#js/projector/deck.js";

let shown;
let failed;
let left;
let deck;

const page = (slide, more = {}) => ({ ok: true, text: async () => slide, ...more });
const server = (respond) => mock.method(globalThis, "fetch", respond);

beforeEach(() => {
  mock.restoreAll();
  shown = [];
  failed = 0;
  left = [];
  deck = new Deck({
    onSlide: (html, address) => html !== "sign in" && Boolean(shown.push([html, address])),
    onFailed: () => (failed += 1),
    onLeave: (address) => left.push(address),
  });
});

test("a step shows the slide of its page", async () => {
  const fetch = server(async () => page("<p>two</p>"));
  await deck.go("/meetings/1/projector?step=2");
  assert.equal(fetch.mock.calls[0].arguments[0], "/meetings/1/projector?step=2");
  assert.deepEqual(shown, [["<p>two</p>", "/meetings/1/projector?step=2"]]);
});

test("whoever presses twice gets the second slide, whatever is answered first", async () => {
  const waiting = [];
  server(() => new Promise((resolve) => waiting.push(resolve)));
  const both = [deck.go("?step=2"), deck.go("?step=3")];
  waiting[1](page("three"));
  waiting[0](page("two"));
  await Promise.all(both);
  assert.deepEqual(shown, [["three", "?step=3"]]);
});

test("without a network the slide stays", async () => {
  server(async () => { throw new TypeError("the network is down"); });
  await deck.go("?step=2");
  server(async () => page("", { ok: false, status: 503 }));
  await deck.go("?step=2");
  assert.deepEqual([shown, failed, left], [[], 2, []]);
});

test("whoever is signed out, or no longer allowed, is shown so by the browser", async () => {
  server(async () => page("sign in"));
  await deck.go("?step=2");
  server(async () => page("", { ok: false, status: 403 }));
  await deck.go("?step=3");
  assert.deepEqual([shown, left], [[], ["?step=2", "?step=3"]]);
});
