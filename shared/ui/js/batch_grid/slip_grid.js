/**
 * The rows of the grid. There is always the same number of rows or more: a row that is deleted is emptied and becomes
 * the last one, so that the names of the fields stay those of a draft.
 */
export class SlipGrid {
  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.form = form;
    this.table = form.querySelector("[data-slip-table]");
    this.body = this.table.tBodies[0];
    this.template = form.querySelector("[data-slip-template]");
    this.max = Number(this.table.dataset.max);
    this.removed = null;
  }

  /** Shows what needs this script. */
  start() {
    for (const row of this.rows()) row.querySelector("[data-slip-delete]").hidden = false;
  }

  /** @returns {HTMLTableRowElement[]} */
  rows() {
    return [...this.body.rows];
  }

  /** @returns {HTMLInputElement[]} the cells of a row */
  cells(row) {
    return [...row.querySelectorAll("[data-column]")];
  }

  /** @returns {HTMLInputElement | undefined} */
  cell(row, column) {
    return this.cells(row).find((cell) => cell.dataset.column === column);
  }

  /** @returns {boolean} */
  isEmpty(row) {
    return this.cells(row).every((cell) => cell.value.trim() === "");
  }

  /** Adds an empty row. @returns {HTMLTableRowElement} it, or the last one if there may be no more */
  add() {
    const number = this.body.rows.length;
    if (number < this.max) {
      this.body.append(this.template.content.cloneNode(true));
      const row = this.body.rows[number];
      this.#number(row, number);
      row.querySelector('[name$=".id"]').value = crypto.randomUUID();
      row.querySelector("[data-slip-delete]").hidden = false;
    }
    return this.body.rows[this.body.rows.length - 1];
  }

  /**
   * Adds the rows that fields belong to.
   *
   * @param {string[]} names such as `rows.12.company`
   */
  addRowsOf(names) {
    const wanted = Math.min(rowsNeeded(names), this.max);
    while (this.body.rows.length < wanted) this.add();
  }

  /** Deletes a row: the rows below move up. It can be undone. */
  remove(row) {
    const place = row.sectionRowIndex;
    const focused = this.cells(row).find((cell) => cell === document.activeElement)?.dataset.column ?? "company";
    this.removed = { place, id: idOf(row).value, values: this.cells(row).map((cell) => cell.value) };
    this.#empty(row);
    this.body.append(row);
    this.#renumber();
    this.focus(this.body.rows[place], focused);
    this.#say(place + 1);
  }

  /** Puts the row back that was deleted last. */
  undo() {
    if (!this.removed) return;
    const { place, values, id } = this.removed;
    this.removed = null;
    const last = this.rows().at(-1);
    const row = this.isEmpty(last) ? last : this.add();
    this.cells(row).forEach((cell, number) => (cell.value = values[number]));
    idOf(row).value = id;
    this.body.insertBefore(row, this.body.rows[place]);
    this.#renumber();
    this.focus(row, "company");
    this.#say(null);
  }

  /** Copies the value above into a cell. */
  repeatAbove(cell) {
    const row = cell.closest("[data-slip]");
    const above = row.previousElementSibling;
    if (!above) return;
    cell.value = this.cell(above, cell.dataset.column).value;
    announce(cell);
  }

  /** Puts the focus on a cell, and selects what is in it. */
  focus(row, column) {
    const cell = this.cell(row, column);
    cell.focus();
    cell.select();
  }

  /** Calls a function once for all changes of this moment. */
  tallySoon(tally) {
    if (this.isWaiting) return;
    this.isWaiting = true;
    queueMicrotask(() => {
      this.isWaiting = false;
      tally();
    });
  }

  #empty(row) {
    for (const cell of this.cells(row)) {
      cell.value = "";
      forget(cell);
    }
    idOf(row).value = crypto.randomUUID();
  }

  #renumber() {
    this.rows().forEach((row, number) => this.#number(row, number));
    announce(this.cells(this.body.rows[0])[0]);
  }

  #number(row, number) {
    for (const element of [row, ...row.querySelectorAll("*")]) {
      for (const name of ["id", "name", "aria-labelledby", "aria-describedby"]) {
        const value = element.getAttribute(name);
        if (value) element.setAttribute(name, renumbered(value, number));
      }
    }
    row.querySelector("[data-slip-number]").textContent = number + 1;
  }

  #say(deleted) {
    const [words, button] = this.form.querySelector("[data-slip-undo]").children;
    words.textContent = deleted ? words.dataset.slipUndoWords.replace("{number}", deleted) : "";
    button.hidden = !deleted;
    if (deleted) button.scrollIntoView({ block: "nearest" });
  }
}

/**
 * Returns an attribute of a row's element for a row with another number.
 *
 * @param {string} value such as `rows.3.company`, or several ids
 * @param {number} number from 0
 */
export function renumbered(value, number) {
  return value.replace(/(^| )(rows\.|field-rows-|slip-)(?:[0-9]+|__n__|--n--)(?=$| |[.-])/g, `$1$2${number}`);
}

/**
 * @param {string[]} names of fields
 * @returns {number} how many rows they need
 */
export function rowsNeeded(names) {
  const numbers = names.map((name) => /^rows\.([0-9]+)\./.exec(name)?.[1]).filter(Boolean);
  return numbers.length ? Math.max(...numbers.map(Number)) + 1 : 0;
}

/**
 * Shows what is wrong with a cell, or what is only pointed out.
 *
 * @param {HTMLInputElement} cell
 * @param {string} error
 * @param {string} warning
 */
export function showMessage(cell, error, warning) {
  const place = cell.closest("td");
  place.classList.toggle("slip-wrong", Boolean(error));
  place.classList.toggle("slip-doubtful", Boolean(!error && warning));
  place.querySelector(".slip-message").textContent = error || warning;
  if (error) cell.setAttribute("aria-invalid", "true");
  else cell.removeAttribute("aria-invalid");
}

/** Makes a cell as if nobody had been in it. */
export function forget(cell) {
  delete cell.dataset.left;
  showMessage(cell, "", "");
}

/** Tells the draft and the totals that a script has changed a cell. */
export function announce(cell) {
  cell.dispatchEvent(new Event("input", { bubbles: true }));
}

function idOf(row) {
  return row.querySelector('[name$=".id"]');
}
