/**
 * Sends a form once, however often its button is pressed while the network is slow.
 *
 * A form that is answered with a file (`data-download`) or in another window leaves its page open, so it may be sent
 * again. So may a form on a page that the browser restores from its memory.
 *
 * @param {Document} document
 * @param {Window} window
 */
export function sendOnce(document, window) {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !leavesPage(form)) return;
    if (form.dataset.sending) event.preventDefault();
    form.dataset.sending = "1";
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sending]")) delete form.dataset.sending;
  });
}

/** @param {HTMLFormElement} form */
function leavesPage(form) {
  return form.method === "post" && !("download" in form.dataset) && form.target !== "_blank";
}
