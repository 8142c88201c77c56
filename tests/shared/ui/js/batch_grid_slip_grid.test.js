import assert from "node:assert/strict";
import { test } from "node:test";

import { renumbered, rowsNeeded } from "#js/batch_grid/slip_grid.js";
import { wordsBefore } from "#js/batch_grid/suggestions.js";
import { count } from "#js/batch_grid/tally.js";

test("a row's fields and labels get its number", () => {
  assert.equal(renumbered("rows.3.company", 12), "rows.12.company");
  assert.equal(renumbered("rows.__n__.id", 0), "rows.0.id");
  assert.equal(renumbered("field-rows-3-hours-from-error", 4), "field-rows-4-hours-from-error");
  assert.equal(renumbered("field-rows---n---cvr", 4), "field-rows-4-cvr");
  assert.equal(renumbered("column-cvr slip-3", 10), "column-cvr slip-10");
});

test("other attributes stay as they are", () => {
  for (const value of ["companies", "column-hours-from", "form-input"]) assert.equal(renumbered(value, 7), value);
});

test("a draft needs as many rows as its last one", () => {
  assert.equal(rowsNeeded(["rows.0.company", "rows.103.phone", "expected_slips"]), 104);
  assert.equal(rowsNeeded(["expected_slips", "rows.x.id"]), 0);
});

test("slips with something in them are counted, and the positions that are numbers", () => {
  const rows = [["Bæk", "3"], ["Holm", "mange"], [" ", ""], ["", "12"]];
  assert.deepEqual(count(rows, 1), { slips: 3, positions: 15 });
  assert.deepEqual(count([["", ""]], 1), { slips: 0, positions: 0 });
});

test("the words before the last comma stay while the next is chosen", () => {
  assert.equal(wordsBefore("Oprydning,va"), "Oprydning, ");
  assert.equal(wordsBefore("Oprydning, Montage, "), "Oprydning, Montage, ");
  assert.equal(wordsBefore("va"), "");
});
