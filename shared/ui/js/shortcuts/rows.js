/**
 * Moves between the rows of lists on a page: the link of the row gets the focus, so that Enter opens it.
 *
 * @param {ParentNode & {activeElement: Element | null}} document
 * @param {1 | -1} step
 * @returns {boolean} whether there was a row to go to
 */
export function moveBetweenRows(document, step) {
  const rows = [...document.querySelectorAll("[data-row]")];
  const here = rows.findIndex((row) => row.contains(document.activeElement));
  const next = here === -1 ? (step === 1 ? 0 : rows.length - 1) : here + step;
  const link = rows[next]?.querySelector("[data-row-link]");
  if (!link) return false;
  /** @type {HTMLElement} */ (link).focus();
  return true;
}

/**
 * Ticks the row with the focus, or takes the tick away.
 *
 * @param {ParentNode & {activeElement: Element | null}} document
 * @returns {boolean} whether the row has a tick
 */
export function tickRow(document) {
  const row = [...document.querySelectorAll("[data-row]")].find((one) => one.contains(document.activeElement));
  const tick = /** @type {HTMLElement | null | undefined} */ (row?.querySelector("[data-row-tick]"));
  tick?.click();
  return Boolean(tick);
}
