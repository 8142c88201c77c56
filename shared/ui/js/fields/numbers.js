// Numbers as people in Denmark type them, as shared/fields judges them.

import { looksLikeCpr } from "./cpr.js";
import { withoutInvisible } from "./text.js";

const GROUPED = /^[0-9]{1,3}(?:[.,][0-9]{3})+(?:[.,][0-9]+)?$/;
const CVR_PREFIX = /^(?:cvr(?:[ -]?(?:nr|nummer))?)?[\s.:-]*(?:dk)?[\s.:-]*/i;
const CVR_WEIGHTS = [2, 7, 6, 5, 4, 3, 2, 1];
const FOREIGN_PHONE = /^(?:\+|00)(?!45)[1-9][0-9]{6,14}$/;
const DANISH_PHONE = /^(?:\+45|0045|45)?[0-9]{8}$/;
const BEFORE_A_PHONE = /^[^0-9+(]+/;
const EXTENSION = /\s*(?:(?:e?xt\.?|lok\.?|lokal|x|#|;|,)\s*[0-9]{1,7})$/i;

/** @returns {string} `7,5` as `7.5`; anything else unchanged */
export function pointDecimal(typed) {
  const text = withoutInvisible(typed).trim();
  return text.split(",").length === 2 && !text.includes(".") ? text.replace(",", ".") : text;
}

/** @returns {{value: number} | {error: string}} a decimal number that is not negative */
export function readNumber(typed) {
  const text = pointDecimal(typed);
  if (GROUPED.test(text)) return { error: "number_grouped" };
  return /^(?:[0-9]+\.?[0-9]*|\.[0-9]+)$/.test(text) ? { value: Number(text) } : { error: "number" };
}

/** @returns {boolean} whether it is a valid CVR number: eight digits, the weighted sum divisible by 11 */
export function isCvr(typed) {
  const digits = withoutInvisible(typed).trim().replace(CVR_PREFIX, "").replace(/[\s.-]/g, "");
  if (!/^[0-9]{8}$/.test(digits) || digits.startsWith("0")) return false;
  return CVR_WEIGHTS.reduce((sum, weight, place) => sum + weight * Number(digits[place]), 0) % 11 === 0;
}

/**
 * The server knows every country's numbers; here a number has eight digits, or a country code and 7 to 15 digits.
 *
 * @returns {string | undefined} the code of its error
 */
export function phoneError(typed) {
  const text = withoutInvisible(typed).trim();
  const digits = text.replace(BEFORE_A_PHONE, "").replace(EXTENSION, "").replace(/\(0\)/g, "").replace(/[\s().\/\u2010-\u2015-]/g, "");
  const isForeign = FOREIGN_PHONE.test(digits);
  if (!isForeign && looksLikeCpr(text)) return "cpr_shape";
  return isForeign || DANISH_PHONE.test(digits) ? undefined : "phone";
}
