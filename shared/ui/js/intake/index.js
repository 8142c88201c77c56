// The page on which a pledge is typed: the stepper for the number of positions, the list of companies, and the pledges
// that are kept on the phone until the server has them.

import { offerCompanies } from "./company_options.js";
import { IntakePage } from "./page.js";
import { watchSteppers } from "./stepper.js";
import { Words } from "./words.js";

watchSteppers(document);
for (const input of document.querySelectorAll("[data-companies]")) offerCompanies(input);
const form = document.querySelector("form[data-intake]");
if (form) new IntakePage(document, form, Words.of(document)).start();
