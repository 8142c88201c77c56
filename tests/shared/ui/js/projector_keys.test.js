import assert from "node:assert/strict";
import { test } from "node:test";

import { actionOf } from "#js/projector/keys.js";

const press = (key, more = {}) => actionOf({ key, target: { tagName: "BODY" }, ...more });

test("the keys of a keyboard and of a presenter's remote step through the slides", () => {
  const actions = ["ArrowRight", "PageDown", " ", "ArrowLeft", "PageUp", "Home", "End"].map((key) => press(key));
  assert.deepEqual(actions, ["next", "next", "next", "previous", "previous", "first", "last"]);
  assert.equal(press(" ", { shiftKey: true }), "previous");
});

test("letters do something in either case, and can be turned off without the others", () => {
  const keys = ["f", "F", "p", "r", "?"];
  assert.deepEqual(keys.map((key) => press(key)), ["fullscreen", "fullscreen", "pause", "restart", "help"]);
  assert.deepEqual(keys.map((key) => actionOf({ key, target: null }, false)), keys.map(() => undefined));
  assert.equal(actionOf({ key: "PageDown", target: null }, false), "next");
});

test("a browser's own keys stay its own", () => {
  for (const held of ["ctrlKey", "metaKey", "altKey"]) assert.equal(press("ArrowLeft", { [held]: true }), undefined);
  assert.equal(press("f", { ctrlKey: true }), undefined);
  assert.equal(press("x"), undefined);
});

test("a key that the focused element answers itself is left to it", () => {
  for (const tagName of ["BUTTON", "SUMMARY", "INPUT"]) assert.equal(press(" ", { target: { tagName } }), undefined);
  assert.equal(press("ArrowRight", { target: { tagName: "INPUT" } }), undefined);
  assert.equal(press("PageDown", { target: { tagName: "BUTTON" } }), "next");
});
