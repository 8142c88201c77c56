// Small help for the forms of every page. Without it a form is sent as often as its button is pressed, the errors of one
// that was refused are at the top of the page all the same, and what was typed is lost where the browser loses it.

import { remind } from "../offline/reminder.js";
import { followColleague } from "./contact_person.js";
import { Drafts } from "./drafts.js";
import { TypedText } from "./keep_typed.js";
import { sendOnce } from "./send_once.js";

const focusOn = (root) => root.querySelector("[data-autofocus]")?.focus();

sendOnce(document, window);
followColleague(document);
document.addEventListener("htmx:after:swap", () => focusOn(document));
focusOn(document);

let storage;
try {
  storage = window.sessionStorage;
} catch {
  // The browser's settings forbid it.
}
if (storage) remind(window);
if (storage) new TypedText(document, window, new Drafts(storage)).start();

// Another tab may hold what somebody else has captured on this device.
new BroadcastChannel("principal").postMessage(document.body.dataset.principal ?? null);
