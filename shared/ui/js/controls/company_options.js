import { withoutInvisible } from "../fields/text.js";

const BEGINS_A_CVR_NUMBER = /^(?:dk|cvr(?:[ -]?nr)?)?[\s.:-]*((?:[0-9][\s.-]*){1,8})$/;

/**
 * Makes a field with a list of companies find them as the search at the door does (shared/fields/search.py): by words
 * of the name in any order, and by the beginning of the CVR number.
 *
 * Browsers offer the options whose value or label contains what was typed. An option that is found otherwise therefore
 * has it in its label, after the name: some browsers show the label alone.
 *
 * @param {HTMLInputElement} input with a `list`, whose options may have `data-cvr`
 */
export function offerCompanies(input) {
  input.addEventListener("input", () => labelOptions(input.list?.options ?? [], input.value));
}

/**
 * @param {Iterable<HTMLOptionElement>} options
 * @param {string} typed
 */
export function labelOptions(options, typed) {
  for (const option of options) {
    const isOffered = option.value.toLowerCase().includes(typed.toLowerCase());
    if (!isOffered && isFoundBy(typed, option.value, option.dataset.cvr)) {
      option.setAttribute("label", `${option.value} (${typed})`);
    } else {
      option.removeAttribute("label");
    }
  }
}

/**
 * @param {string} typed
 * @param {string} name
 * @param {string} [cvr]
 * @returns {boolean}
 */
export function isFoundBy(typed, name, cvr = "") {
  const text = normalized(typed).trim();
  const digits = BEGINS_A_CVR_NUMBER.exec(text)?.[1].replace(/[^0-9]/g, "");
  if (digits && cvr.startsWith(digits)) return true;
  const words = text.split(/\s+/).filter(Boolean);
  const known = normalized(name);
  return words.length > 0 && words.every((word) => known.includes(word));
}

function normalized(text) {
  return withoutInvisible(text).normalize("NFKC").toLowerCase();
}
