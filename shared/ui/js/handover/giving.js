import { drawCode } from "../codes/drawing.js";
import { toPages } from "./code_pages.js";
import { encrypted } from "./encryption.js";

const EACH_PAGE_MS = 900;

/**
 * Shows pledges as one or more QR codes until the dialog is closed. Several codes take turns; they can be paused.
 *
 * @param {HTMLDialogElement} dialog
 * @param {import("../intake/words.js").Words} words
 * @param {string} text of intake/export.js
 * @param {string} key of the event
 * @returns {Promise<boolean>} whether the person says that the other phone has them
 */
export async function give(dialog, words, text, key) {
  const pages = toPages(await encrypted(text, key));
  const part = (name) => dialog.querySelector(`[data-${name}]`);
  let page = 0;
  let isPaused = false;

  const show = (next) => {
    page = (next + pages.length) % pages.length;
    const label = words.text("code_page", { page: page + 1, pages: pages.length });
    part("code").replaceChildren(drawCode(dialog.ownerDocument, pages[page], label));
    part("page").textContent = label;
  };
  const pause = (wanted) => {
    isPaused = wanted;
    part("pause").textContent = words.text(isPaused ? "go_on" : "pause");
  };
  const stopped = new AbortController();
  const on = (name, act) => part(name).addEventListener("click", act, { signal: stopped.signal });
  const turn = (by) => {
    pause(true);
    show(page + by);
  };
  on("previous", () => turn(-1));
  on("next", () => turn(1));
  on("pause", () => pause(!isPaused));

  part("pages").hidden = pages.length === 1;
  pause(false);
  show(0);
  const timer = setInterval(() => !isPaused && pages.length > 1 && show(page + 1), EACH_PAGE_MS);
  return new Promise((resolve) => {
    const onClose = () => {
      clearInterval(timer);
      stopped.abort();
      part("code").replaceChildren();
      resolve(dialog.returnValue === "handed-over");
    };
    dialog.addEventListener("close", onClose, { once: true });
    dialog.returnValue = "";
    dialog.showModal();
  });
}
