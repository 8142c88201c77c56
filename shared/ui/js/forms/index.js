// Small help for the forms of every page. Without it a form is sent as often as its button is pressed, and the errors
// of one that was refused are at the top of the page all the same.

import { sendOnce } from "./send_once.js";

const focusOn = (root) => root.querySelector("[data-autofocus]")?.focus();

sendOnce(document, window);
document.addEventListener("htmx:after:swap", () => focusOn(document));
focusOn(document);
