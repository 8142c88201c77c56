import assert from "node:assert/strict";
import { test } from "node:test";

import { actionOf } from "#js/batch_grid/keyboard.js";

const press = (key, held = {}, cell = {}) => actionOf({ key, ...held }, cell);

test("Enter goes on, with Shift to the next slip, with Ctrl it saves", () => {
  assert.equal(press("Enter"), "next");
  assert.equal(press("Enter", { shiftKey: true }), "next slip");
  assert.equal(press("Enter", { ctrlKey: true }), "save");
});

test("the arrows go to the slip above and below", () => {
  assert.equal(press("ArrowUp"), "above");
  assert.equal(press("ArrowDown"), "below");
});

test("the arrows choose among suggestions once a cell with them was typed in", () => {
  assert.equal(press("ArrowDown", {}, { hasSuggestions: true, isTyped: true }), null);
  assert.equal(press("ArrowDown", {}, { hasSuggestions: true, isTyped: false }), "below");
  assert.equal(press("ArrowDown", {}, { hasSuggestions: false, isTyped: true }), "below");
});

test("the browser keeps what it does with the arrows while a key is held", () => {
  for (const held of ["altKey", "ctrlKey", "shiftKey", "metaKey"]) assert.equal(press("ArrowDown", { [held]: true }), null);
});

test("Ctrl with D or an apostrophe repeats the value above", () => {
  for (const key of ["d", "D", "'"]) assert.equal(press(key, { ctrlKey: true }), "repeat");
  assert.equal(press("d"), null);
});

test("Alt with Delete deletes the slip, and Alt with Z brings it back, whatever character that makes", () => {
  assert.equal(press("Delete", { altKey: true }), "remove");
  assert.equal(press("Ω", { altKey: true, code: "KeyZ" }), "undo");
  assert.equal(press("Delete"), null);
});

test("AltGr types a character, and an unfinished composition is left alone", () => {
  assert.equal(press("'", { altKey: true, ctrlKey: true }), null);
  assert.equal(press("Enter", { isComposing: true }), null);
});
