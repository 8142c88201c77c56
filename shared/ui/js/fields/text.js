// Text that a person types, as shared/fields/text.py judges it. Each check returns the code of its error, or undefined.

const LINE_BREAK = /[\t\n\r\u2028\u2029]/;
// \p{Cs}: a half of a pair; noncharacters are in \p{Cn}, which also has what a newer Unicode has assigned.
const CANNOT_BE_SHOWN =
  /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufdd0-\ufdef\ufffe\uffff\p{Cs}\p{Co}]|[\u{1fffe}\u{1ffff}]/u;
const CHANGES_DIRECTION = /[\u202a-\u202e\u2066-\u2069]/;
const INVISIBLE =
  /[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e0fff}]/gu;

/** @returns {string} text in NFC without invisible characters, as addresses and numbers are read */
export function withoutInvisible(text) {
  return text.replace(INVISIBLE, "").normalize("NFC");
}

/**
 * @param {string} text without spaces around it
 * @param {number} longest in characters
 */
export function lineError(text, longest) {
  if ([...text].length > longest) return "string_too_long";
  if (LINE_BREAK.test(text)) return "one_line";
  if (CANNOT_BE_SHOWN.test(text)) return "control_characters";
  if (CHANGES_DIRECTION.test(text)) return "text_direction";
  if (text && !withoutInvisible(text).trim()) return "invisible_text";
  return undefined;
}
