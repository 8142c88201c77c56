/**
 * Offers the options of a list for the last of several words in a field, which are separated by commas: browsers
 * compare an option with all that was typed, so each option gets the words before it.
 *
 * @param {HTMLInputElement} input
 */
export function offerBySeveral(input) {
  const before = wordsBefore(input.value);
  for (const option of input.list?.options ?? []) {
    option.dataset.word ??= option.value;
    option.value = before + option.dataset.word;
  }
}

/**
 * @param {string} typed
 * @returns {string} everything up to the last comma, with one space after it
 */
export function wordsBefore(typed) {
  const end = typed.lastIndexOf(",") + 1;
  return end ? `${typed.slice(0, end).trimStart()} ` : "";
}
