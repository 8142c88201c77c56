const PAUSE_MS = 200;
const TIMEOUT_MS = 10_000;

/**
 * Shows what the page of the search finds while somebody types. Without an answer the form still leads to that page.
 *
 * @param {HTMLDialogElement} dialog with a search form and a place for what is found
 */
export function findWhileTyping(dialog) {
  const form = dialog.querySelector("form[role=search]");
  const input = form.querySelector("input[type=search]");
  const place = dialog.querySelector("[data-found]");
  let pause;
  let latest = 0;

  async function find() {
    const number = ++latest;
    try {
      // Sent as the form itself is: what is typed may be a citizen's case reference, and is in no address.
      const response = await fetch(form.action, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "text/html" },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const found = page.getElementById("found");
      // An answer that was overtaken by a later one is about what is no longer typed.
      if (number === latest && response.ok && found) place.replaceChildren(...found.children);
    } catch {
      // Enter opens the page instead.
    }
  }

  input.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(find, PAUSE_MS);
  });
}
