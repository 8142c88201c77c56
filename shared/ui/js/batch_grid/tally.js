/**
 * Counts what is in the grid.
 *
 * @param {string[][]} rows the values of each row's cells
 * @param {number} positions the place of the cell with the positions
 * @returns {{slips: number, positions: number}}
 */
export function count(rows, positions) {
  const filled = rows.filter((cells) => cells.some((value) => value.trim()));
  const numbers = filled.map((cells) => cells[positions].trim()).filter((value) => /^[0-9]{1,6}$/.test(value));
  return { slips: filled.length, positions: numbers.reduce((sum, value) => sum + Number(value), 0) };
}

/**
 * Shows what is in the grid beside what was counted in the pile.
 *
 * @param {HTMLFormElement} form
 * @param {import("./slip_grid.js").SlipGrid} grid
 */
export function showTally(form, grid) {
  const rows = grid.rows().map((row) => grid.cells(row));
  const place = rows[0].findIndex((cell) => cell.dataset.column === "positions");
  const typed = count(
    rows.map((cells) => cells.map((cell) => cell.value)),
    place,
  );
  for (const [name, number] of Object.entries(typed)) {
    const line = form.querySelector(`[data-tally="${name}"]`);
    const expected = form.elements[`expected_${name}`].value.trim();
    line.querySelector("[data-tally-typed]").textContent = number;
    line.querySelector("[data-tally-of]").hidden = !expected;
    line.querySelector("[data-tally-expected]").textContent = expected;
    line.dataset.state = expected === String(number) ? "same" : "different";
  }
}
