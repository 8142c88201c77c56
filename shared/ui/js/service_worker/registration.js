import { rememberMenu } from "./menu.js";
import { rememberLanguage } from "./shell.js";

const AGAIN_MS = 30_000;

/**
 * Lets the page open without the network from now on: registers its service worker, which keeps the page and its files.
 * On a bad network that may fail, so it is tried again until everything is kept. Old browsers and pages without TLS have
 * no service workers; the page then works as long as it is open.
 *
 * @param {Window} window
 * @param {string} script the address of the service worker
 */
export function keepPage(window, script) {
  const { caches, document, navigator } = window;
  if (!navigator.serviceWorker || !caches) return;
  if (!("shell" in document.body.dataset)) rememberMenu(document, window.localStorage);
  rememberLanguage(caches, document.documentElement.lang).catch(() => undefined);
  let registration;
  let isComplete = false;
  const attempt = () => {
    if (isComplete) return;
    if (registration) registration.active.postMessage("complete");
    else navigator.serviceWorker.register(script).catch(() => undefined);
  };
  navigator.serviceWorker.addEventListener("message", ({ data }) => {
    if (data === "complete") isComplete = true;
  });
  navigator.serviceWorker.ready.then((ready) => {
    registration = ready;
    attempt();
  });
  // Not before the page itself has all it needs: on a slow network both would wait for each other.
  if (document.readyState === "complete") attempt();
  else window.addEventListener("load", attempt);
  window.addEventListener("online", attempt);
  document.addEventListener("visibilitychange", attempt);
  window.setInterval(attempt, AGAIN_MS);
}
