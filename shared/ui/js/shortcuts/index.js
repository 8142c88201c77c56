// The shortcuts of those who work through lists: Ctrl-K finds, j and k move, ? shows them all.

import { findWhileTyping } from "./finder.js";
import { SingleKeys, takesText } from "./keys.js";
import { moveBetweenRows, tickRow } from "./rows.js";

const finder = /** @type {HTMLDialogElement} */ (document.querySelector("[data-finder]"));
const help = /** @type {HTMLDialogElement} */ (document.querySelector("[data-shortcuts]"));
const keys = new SingleKeys(localStorage);
const onOff = /** @type {HTMLInputElement} */ (help.querySelector("[data-single-keys]"));

/** @type {Record<string, () => boolean | void>} */
const SINGLE = {
  j: () => moveBetweenRows(document, 1),
  k: () => moveBetweenRows(document, -1),
  x: () => tickRow(document),
  "?": () => help.showModal(),
};

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    if (!finder.open && !help.open) finder.showModal();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || finder.open || help.open || takesText(event.target)) return;
  if (keys.areOn && SINGLE[event.key] && SINGLE[event.key]() !== false) event.preventDefault();
});

findWhileTyping(finder);
onOff.checked = keys.areOn;
onOff.addEventListener("change", () => keys.turn(onOff.checked));
for (const button of document.querySelectorAll("[data-open-shortcuts]")) {
  /** @type {HTMLElement} */ (button).hidden = false;
  button.addEventListener("click", () => help.showModal());
}
