/**
 * What a key does in a cell.
 *
 * The arrows go to the slip above or below, but after typing in a cell with suggestions they choose among those.
 *
 * @param {{key: string, code?: string, ctrlKey?: boolean, altKey?: boolean, shiftKey?: boolean, metaKey?: boolean,
 *   isComposing?: boolean}} event
 * @param {{hasSuggestions?: boolean, isTyped?: boolean}} cell whether it has suggestions, and was typed in since it got
 *   the focus
 * @returns {"next" | "next slip" | "above" | "below" | "repeat" | "remove" | "undo" | "save" | null}
 */
export function actionOf(event, cell = {}) {
  if (event.isComposing || event.metaKey) return null;
  const { key, code, ctrlKey, altKey, shiftKey } = event;
  if (key === "Enter" && !altKey) return ctrlKey ? "save" : shiftKey ? "next slip" : "next";
  if (altKey && !ctrlKey) return key === "Delete" ? "remove" : code === "KeyZ" ? "undo" : null;
  if (ctrlKey && !altKey) return key === "'" || key.toLowerCase() === "d" ? "repeat" : null;
  if (shiftKey || (cell.hasSuggestions && cell.isTyped)) return null;
  return { ArrowUp: "above", ArrowDown: "below" }[key] ?? null;
}

/**
 * Moves between the cells of the grid by keyboard.
 *
 * @param {HTMLFormElement} form
 * @param {import("./slip_grid.js").SlipGrid} grid
 */
export function watchKeys(form, grid) {
  let typed = null;
  form.addEventListener("focusin", () => (typed = null));
  form.addEventListener("input", (event) => (typed = event.target));
  form.addEventListener("keydown", (event) => {
    const cell = event.target.closest("input:not([type=hidden])");
    if (!cell) return;
    const action = actionOf(event, { hasSuggestions: Boolean(cell.list), isTyped: typed === cell });
    if (!action) return;
    const row = cell.closest("[data-slip]");
    if (action === "save") {
      event.preventDefault();
      form.requestSubmit(form.querySelector('[name="step"][value="save"]'));
    } else if (row) {
      event.preventDefault();
      act(action, grid, row, cell);
    } else if (action === "next" || action === "next slip") {
      event.preventDefault();
      fieldAfter(form, cell)?.focus();
    }
  });
}

function act(action, grid, row, cell) {
  const { column } = cell.dataset;
  const cells = grid.cells(row);
  const next = cells[cells.indexOf(cell) + 1];
  const below = () => row.nextElementSibling ?? grid.add();
  if (action === "remove") grid.remove(row);
  else if (action === "undo") grid.undo();
  else if (action === "repeat") grid.repeatAbove(cell);
  else if (action === "next" && next) grid.focus(row, next.dataset.column);
  else if (action === "next" || action === "next slip") grid.focus(below(), "company");
  else if (action === "above" && row.previousElementSibling) grid.focus(row.previousElementSibling, column);
  else if (action === "below" && row.nextElementSibling) grid.focus(row.nextElementSibling, column);
}

function fieldAfter(form, field) {
  const fields = [...form.querySelectorAll("input:not([type=hidden])")];
  return fields[fields.indexOf(field) + 1];
}
