import { announce, forget, showMessage } from "./slip_grid.js";

/**
 * Has a row judged by the server when a cell is left, and shows what is wrong with the cells that have been left.
 * Without a connection nothing is shown: everything is judged again when the slips are saved.
 */
export class RowJudge {
  /**
   * @param {HTMLFormElement} form `data-check` is where a row is judged
   * @param {import("./slip_grid.js").SlipGrid} grid
   * @param {typeof fetch} send
   */
  constructor(form, grid, send = (...request) => fetch(...request)) {
    this.form = form;
    this.grid = grid;
    this.send = send;
    this.asking = new WeakMap();
  }

  /** @param {FocusEvent} event of a field that has lost the focus */
  onLeft({ target, relatedTarget }) {
    const row = target.closest?.("[data-slip]");
    if (!row || !("column" in target.dataset)) return;
    // When the whole row has been left, but not the page, whatever is missing in it is missing.
    const isRowLeft = relatedTarget && relatedTarget.closest("[data-slip]") !== row;
    for (const cell of isRowLeft ? this.grid.cells(row) : [target]) cell.dataset.left = "";
    this.judge(row);
  }

  /** Judges the cells of a row that have been left. */
  async judge(row) {
    const cells = this.grid.cells(row);
    if (this.grid.isEmpty(row)) {
      for (const cell of cells) forget(cell);
      return;
    }
    const sent = cells.map((cell) => cell.value);
    const key = sent.join("\n") + cells.map(wasLeft);
    if (this.asking.get(row) === key) return;
    this.asking.set(row, key);
    const judged = await this.#ask(cells);
    // Another answer is on its way, or the row has changed or moved since.
    if (!judged || this.asking.get(row) !== key || cells.some((cell, number) => cell.value !== sent[number])) return;
    this.#show(cells, judged);
  }

  async #ask(cells) {
    const body = new URLSearchParams(cells.map((cell) => [cell.dataset.column, cell.value]));
    const token = this.form.elements.csrf_token?.value;
    if (token) body.set("csrf_token", token);
    try {
      const answer = await this.send(this.form.dataset.check, { method: "POST", body });
      return answer.ok ? await answer.json() : null;
    } catch {
      return null;
    }
  }

  #show(cells, { errors, flags, completed }) {
    const said = [];
    for (const cell of cells.filter(wasLeft)) {
      const { column } = cell.dataset;
      const before = cell.closest("td").querySelector(".slip-message").textContent;
      showMessage(cell, errors[column] ?? "", flags[column] ?? "");
      const words = errors[column] ?? flags[column];
      if (words && words !== before) said.push(`${cell.closest("td").dataset.title}: ${words}`);
      if (completed[column] && cell !== cell.ownerDocument.activeElement && cell.value !== completed[column]) {
        cell.value = completed[column];
        announce(cell);
      }
    }
    if (said.length) this.form.querySelector("[data-slip-verdict]").textContent = said.join(" ");
  }
}

function wasLeft(cell) {
  return "left" in cell.dataset;
}
