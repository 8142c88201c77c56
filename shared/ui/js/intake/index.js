// What the page on which a pledge is typed needs, and other pages do not: the stepper for the number of positions, and
// the list of companies.

import { offerCompanies } from "./company_options.js";
import { watchSteppers } from "./stepper.js";

watchSteppers(document);
for (const input of document.querySelectorAll("[data-companies]")) offerCompanies(input);
