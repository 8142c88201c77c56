// The door on a phone: companies are checked in with or without a network. From the first visit on, the page opens
// without one.

import { keepPage } from "../service_worker/registration.js";
import { DoorPage } from "./page.js";

const root = document.querySelector("[data-door]");
if (root) {
  new DoorPage(document, root).start();
  keepPage(window, "/events/service-worker.js");
}
