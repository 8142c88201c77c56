// What the page on which a pledge is typed needs, and other pages do not: the stepper for the number of positions.

import { watchSteppers } from "./stepper.js";

watchSteppers(document);
