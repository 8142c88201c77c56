import { createCredential, getCredential } from "./credentials.js";
import { post, RefusedError } from "./server.js";

// What a form can do, by its `data-passkey`. Each takes the form's fields and returns where to go then, if anywhere.
const ACTIONS = {
  "sign-in": async ({ next }) =>
    post("/sign-in/passkey", { next, credential: await getCredential(await post("/sign-in/passkey/options", {})) }),
  enrol: async ({ code }) =>
    post("/account/passkeys", { credential: await createCredential(await post("/account/passkeys/options", { code })) }),
  prove: async () => {
    await post("/account/prove", { credential: await getCredential(await post("/account/prove/options", {})) });
    return {};
  },
};

/**
 * Shows a passkey form and makes it work.
 *
 * @param {HTMLFormElement} form
 */
export function enable(form) {
  const act = ACTIONS[form.dataset.passkey];
  const alert = form.querySelector("[data-passkey-said]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("[type=submit]");
    button.disabled = true;
    alert.hidden = true;
    try {
      const { next } = await act(Object.fromEntries(new FormData(form)));
      if (next === undefined) resume();
      else goTo(next);
    } catch (error) {
      alert.querySelector("p").textContent = explain(error, form.dataset);
      alert.hidden = false;
      button.disabled = false;
      button.focus();
    }
  });
  form.hidden = false;
}

/** Goes on with what step-up authentication interrupted: a form with all its fields, or a link. */
function resume() {
  const interrupted = document.getElementById("go-on");
  if (interrupted instanceof HTMLFormElement) interrupted.requestSubmit();
  else interrupted.click();
}

/** @param {string} path */
function goTo(path) {
  location.assign(path);
  // To a place on the same page a browser only scrolls.
  if (path.startsWith(`${location.pathname}#`)) location.reload();
}

/**
 * What went wrong, in the words that the server sent or put on the form.
 *
 * @param {Error} error
 * @param {{cancelled: string, known: string, failed: string}} words
 */
export function explain(error, words) {
  if (error instanceof RefusedError) return error.message;
  if (error.name === "NotAllowedError") return words.cancelled;
  if (error.name === "InvalidStateError") return words.known;
  return words.failed;
}
