import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { RowJudge } from "#js/batch_grid/row_judge.js";

class Cell extends EventTarget {
  attributes = {};
  message = { textContent: "" };
  ownerDocument = { activeElement: null };

  constructor(column, value) {
    super();
    Object.assign(this, { dataset: { column }, value });
  }

  setAttribute = (name, value) => (this.attributes[name] = value);
  removeAttribute = (name) => delete this.attributes[name];
  closest = (selector) =>
    selector === "td"
      ? { classList: { toggle: () => {} }, querySelector: () => this.message, dataset: { title: this.dataset.column } }
      : row;
}

const row = {};
let cells;
let judge;
let pending;
let verdict;

beforeEach(() => {
  cells = [new Cell("company", "Bæk"), new Cell("positions", "0"), new Cell("tasks", "vare")];
  pending = [];
  verdict = { textContent: "" };
  const form = { dataset: { check: "/check" }, elements: {}, querySelector: () => verdict };
  const grid = { cells: () => cells, isEmpty: () => cells.every((cell) => cell.value === "") };
  judge = new RowJudge(form, grid, () => new Promise((answer) => pending.push(answer)));
});

const leave = (cell, to = null) => judge.onLeft({ target: cell, relatedTarget: to && { closest: () => to } });

async function answer(number, judged) {
  pending[number]({ ok: true, json: async () => ({ errors: {}, flags: {}, completed: {}, ...judged }) });
  await new Promise(setImmediate);
}

const said = () => cells.map((cell) => cell.message.textContent);

test("only cells that have been left say what is wrong with them, until their row is left", async () => {
  leave(cells[0], row);
  await answer(0, { errors: { positions: "Too few." } });
  assert.deepEqual(said(), ["", "", ""]);
  leave(cells[1], {});
  await answer(1, { errors: { positions: "Too few." }, flags: { tasks: "Note." }, completed: { tasks: "Vareopfyldning" } });
  assert.deepEqual(said(), ["", "Too few.", "Note."]);
  assert.equal(cells[1].attributes["aria-invalid"], "true");
  assert.equal(cells[2].value, "Vareopfyldning");
  assert.equal(verdict.textContent, "positions: Too few. tasks: Note.");
});

test("an answer about what the row no longer says is not shown", async () => {
  leave(cells[1], row);
  cells[1].value = "3";
  await answer(0, { errors: { positions: "Too few." } });
  assert.deepEqual(said(), ["", "", ""]);
});

test("of two answers the later question's is shown, in whatever order they come", async () => {
  leave(cells[1], row);
  leave(cells[0], {});
  await answer(1, { errors: { company: "Missing." } });
  await answer(0, { errors: { positions: "Too few." } });
  assert.deepEqual(said(), ["Missing.", "", ""]);
});

test("a cell is not asked about again while nothing has changed", () => {
  leave(cells[1], row);
  leave(cells[1], row);
  assert.equal(pending.length, 1);
});

test("an emptied row is forgotten without asking", () => {
  for (const cell of cells) cell.value = "";
  cells[1].message.textContent = "Too few.";
  leave(cells[1], row);
  assert.equal(pending.length, 0);
  assert.deepEqual(said(), ["", "", ""]);
});

test("without an answer nothing is shown, and the next cell asks again", async () => {
  judge.send = () => Promise.reject(new TypeError("no network"));
  leave(cells[0], row);
  await new Promise(setImmediate);
  assert.deepEqual(said(), ["", "", ""]);
});
