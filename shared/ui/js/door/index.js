// The door on a phone: companies are checked in with or without a network. From the first visit on, the page opens
// without one.

import { showMenu } from "../service_worker/menu.js";
import { keepPage } from "../service_worker/registration.js";
import { DoorPage } from "./page.js";

const root = document.querySelector("[data-door]");
if (root) {
  new DoorPage(document, root).start();
  showMenu(document, localStorage);
  keepPage(window, "/events/service-worker.js");
}
