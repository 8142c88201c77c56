import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { SingleKeys, takesText } from "#js/shortcuts/keys.js";
import { moveBetweenRows, tickRow } from "#js/shortcuts/rows.js";

let page;
let ticked;

beforeEach(() => {
  ticked = [];
  const rows = [1, 2, 3].map((number) => {
    const link = { number, focus: () => (page.activeElement = link) };
    const tick = { click: () => ticked.push(number) };
    const parts = { "[data-row-link]": link, "[data-row-tick]": number === 2 ? null : tick };
    return { contains: (element) => element === link, querySelector: (name) => parts[name] };
  });
  page = { activeElement: null, querySelectorAll: () => rows };
});

test("the focus goes from row to row and stays at the ends", () => {
  const visited = [1, 1, -1, 1, 1, 1].map((step) => [moveBetweenRows(page, step), page.activeElement.number]);
  assert.deepEqual(visited, [
    [true, 1],
    [true, 2],
    [true, 1],
    [true, 2],
    [true, 3],
    [false, 3],
  ]);
});

test("the row with the focus is ticked, if it can be", () => {
  assert.equal(tickRow(page), false);
  const done = [1, 1, 1].map((step) => moveBetweenRows(page, step) && tickRow(page));
  assert.deepEqual([done, ticked], [[true, false, true], [1, 3]]);
});

test("nothing is a shortcut where text is typed", () => {
  const found = ["INPUT", "TEXTAREA", "SELECT", "A", "BODY"].map((tagName) => takesText({ tagName }));
  assert.deepEqual(found, [true, true, true, false, false]);
  assert.equal(takesText({ tagName: "DIV", isContentEditable: true }), true);
});

test("single keys are turned off in this browser, even where it keeps nothing", () => {
  const kept = new Map();
  const storage = {
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, value) => kept.set(name, value),
    removeItem: (name) => kept.delete(name),
  };
  const keys = new SingleKeys(storage);
  const states = [keys.areOn, (keys.turn(false), keys.areOn), (keys.turn(true), keys.areOn)];
  assert.deepEqual(states, [true, false, true]);
  const fail = () => {
    throw new Error("denied");
  };
  const without = new SingleKeys({ getItem: fail, setItem: fail, removeItem: fail });
  without.turn(false);
  assert.equal(without.areOn, true);
});
