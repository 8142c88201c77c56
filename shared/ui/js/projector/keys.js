/** @typedef {"next" | "previous" | "first" | "last" | "fullscreen" | "pause" | "restart" | "help"} Action */

/** @type {Record<string, Action>} */
const STEPS = {
  ArrowRight: "next",
  PageDown: "next",
  " ": "next",
  ArrowLeft: "previous",
  PageUp: "previous",
  Home: "first",
  End: "last",
};
/** @type {Record<string, Action>} */
const LETTERS = { f: "fullscreen", p: "pause", r: "restart", "?": "help" };

/**
 * What a key does on a slide: the keys of a keyboard, and those that a presenter's remote sends (PageUp, PageDown).
 *
 * @param {Pick<KeyboardEvent, "key" | "target" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">} event
 * @param {boolean} [lettersAreOn] whether single letters do something
 * @returns {Action | undefined}
 */
export function actionOf(event, lettersAreOn = true) {
  if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
  const tag = /** @type {HTMLElement | null} */ (event.target)?.tagName ?? "";
  if (/^(INPUT|TEXTAREA|SELECT)$/.test(tag)) return undefined;
  if (event.key === " " && /^(BUTTON|SUMMARY)$/.test(tag)) return undefined;
  if (event.key === " " && event.shiftKey) return "previous";
  return STEPS[event.key] ?? (lettersAreOn ? LETTERS[event.key.toLowerCase()] : undefined);
}
