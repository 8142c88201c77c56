// The controls of a form that need a script: the stepper, and the list of companies.

import { offerCompanies } from "./company_options.js";
import { addMoreCompanies } from "./more_companies.js";
import { watchSteppers } from "./stepper.js";

watchSteppers(document);
for (const input of document.querySelectorAll("[data-companies]")) {
  offerCompanies(input);
  addMoreCompanies(input.list);
}
