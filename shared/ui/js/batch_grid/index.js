// The grid in which paper slips are typed in: typed by keyboard alone, judged row by row, with as many rows as needed.
// Without this script it is a form with ten rows and a button for more.

import { offerBySeveral } from "./suggestions.js";
import { labelOptions } from "../controls/company_options.js";
import { addMoreCompanies } from "../controls/more_companies.js";
import { watchKeys } from "./keyboard.js";
import { RowJudge } from "./row_judge.js";
import { SlipGrid } from "./slip_grid.js";
import { showTally } from "./tally.js";

const form = document.querySelector("form[data-slips]");
if (form) start(form);

function start(form) {
  const grid = new SlipGrid(form);
  const judge = new RowJudge(form, grid);
  watchKeys(form, grid);
  form.addEventListener("draft:restoring", (event) => grid.addRowsOf(Object.keys(event.detail)));
  form.addEventListener("input", ({ target }) => {
    grid.tallySoon(() => showTally(form, grid));
    if (target.dataset.column === "company") labelOptions(target.list?.options ?? [], target.value);
    if (target.dataset.column === "tasks") offerBySeveral(target);
  });
  form.addEventListener("focusout", (event) => judge.onLeft(event));
  form.addEventListener("click", ({ target }) => {
    const row = target.closest("[data-slip-delete]") && target.closest("[data-slip]");
    if (row) grid.remove(row);
    if (target.closest("[data-slip-undo] button")) grid.undo();
  });
  form.querySelector("[data-slip-more]").addEventListener("click", (event) => {
    event.preventDefault();
    grid.focus(grid.add(), "company");
  });
  form.querySelector("[data-slip-keys]").hidden = false;
  grid.start();
  addMoreCompanies(document.getElementById("companies"));
}
