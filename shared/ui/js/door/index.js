// The door on a phone: companies are checked in with or without a network.

import { DoorPage } from "./page.js";

const root = document.querySelector("[data-door]");
if (root) new DoorPage(document, root).start();
