import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { Deck } from "#js/projector/deck.js";

let asked;
let shown;
let failed;
let left;
let deck;

const page = (text, more = {}) => ({ ok: true, status: 200, text: async () => text, ...more });

function server(respond) {
  mock.restoreAll();
  mock.method(globalThis, "fetch", async (address) => (asked.push(address), respond(address)));
}

beforeEach(() => {
  [asked, shown, left, failed] = [[], [], [], 0];
  deck = new Deck({ step: 2, steps: 5 }, {
    addressOf: (step) => `?step=${step}`,
    onSlide: (html, step) => (html === "sign in" ? null : (shown.push(html), { step, steps: 5 })),
    onFailed: () => (failed += 1),
    onLeave: (address) => left.push(address),
  });
  server(async (address) => page(`slide ${address}`));
});

test("it goes on, back, and to any step", async () => {
  await deck.move(1);
  await deck.move(1);
  await deck.move(-1);
  await deck.show(5);
  assert.deepEqual(shown, ["slide ?step=3", "slide ?step=4", "slide ?step=3", "slide ?step=5"]);
});

test("it stops at both ends", async () => {
  await deck.show(-3);
  await deck.move(-1);
  await deck.show(99);
  await deck.move(1);
  assert.deepEqual(asked, ["?step=1", "?step=5"]);
});

test("whoever presses twice gets two steps on, whatever is answered first", async () => {
  const waiting = [];
  server(() => new Promise((resolve) => waiting.push(resolve)));
  const both = [deck.move(1), deck.move(1)];
  assert.deepEqual(asked, ["?step=3", "?step=4"]);
  waiting[1](page("four"));
  waiting[0](page("three"));
  await Promise.all(both);
  assert.deepEqual(shown, ["four"]);
});

test("an agenda that has become shorter shows the step that the server answers", async () => {
  deck.handlers.onSlide = () => ({ step: 4, steps: 4 });
  await deck.show(5);
  await deck.move(1);
  assert.deepEqual(asked, ["?step=5"]);
});

test("without a network the slide stays, and the same step can be tried again", async () => {
  server(async () => { throw new TypeError("the network is down"); });
  await deck.move(1);
  server(async () => page("", { ok: false, status: 503 }));
  await deck.move(1);
  assert.deepEqual([asked, shown, failed, left], [["?step=3", "?step=3"], [], 2, []]);
});

test("whoever is signed out, or no longer allowed, is shown so by the browser", async () => {
  server(async () => page("sign in"));
  await deck.show(3);
  server(async () => page("", { ok: false, status: 403 }));
  await deck.show(4);
  assert.deepEqual([shown, left], [[], ["?step=3", "?step=4"]]);
});
