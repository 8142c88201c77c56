// The page on which a pledge is typed: its controls, and the pledges that are kept on the phone until the server has
// them. From the first visit on, the page opens without the network.

import "../controls/index.js";
import { keepPage } from "../service_worker/registration.js";
import { IntakePage } from "./page.js";
import { Words } from "./words.js";

const form = document.querySelector("form[data-intake]");
if (form) {
  new IntakePage(document, form, Words.of(document)).start();
  keepPage(window, "/pledges/service-worker.js");
}
