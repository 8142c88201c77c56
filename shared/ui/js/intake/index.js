// The page on which a pledge is typed: the stepper for the number of positions, the list of companies, and the pledges
// that are kept on the phone until the server has them. From the first visit on, the page opens without the network.

import { keepPage } from "../service_worker/registration.js";
import { offerCompanies } from "./company_options.js";
import { addMoreCompanies } from "./more_companies.js";
import { IntakePage } from "./page.js";
import { watchSteppers } from "./stepper.js";
import { Words } from "./words.js";

watchSteppers(document);
for (const input of document.querySelectorAll("[data-companies]")) {
  offerCompanies(input);
  addMoreCompanies(input.list);
}
const form = document.querySelector("form[data-intake]");
if (form) {
  new IntakePage(document, form, Words.of(document)).start();
  keepPage(window, "/pledges/service-worker.js");
}
