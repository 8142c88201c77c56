// What looks like a CPR number, as shared/fields/cpr.py finds it: a date `ddmmyy` or `ddmmyyyy` and four digits. In a
// replacement number 60 is added to the day.

const SEPARATORS = "[^\\p{L}\\p{N}]{0,3}";
const SERIAL_IN_PAIRS = "\\s?[-\\u2010-\\u2015\\u2212/]\\s?\\d\\d\\s\\d\\d(?!\\s?\\d)";
// Without looking behind, which Safari has only since 16.4. The character before is matched, the number only looked at,
// so that a date which begins another one hides nothing.
const SHAPE = new RegExp(
  `(?:^|[^0-9])(?=(?<day>[06][1-9]|[1278]\\d|[39][01])${SEPARATORS}(?<month>0[1-9]|1[0-2])${SEPARATORS}` +
    `(?:(?:1[89]|20)\\d\\d|\\d\\d)(?:${SEPARATORS}\\d{4}(?!\\d)|${SERIAL_IN_PAIRS}))`,
  "gu",
);
const IDENTIFIER =
  /(^|[^0-9A-Za-z])(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?=[0-9]*[a-f])[0-9a-f]{32,})(?![0-9A-Za-z])/gi;
const INVISIBLE = /[\p{Cf}\p{Mn}\p{Me}\u115f\u1160\u3164\uffa0]/gu;
const LAST_DAY = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** @param {string} text */
export function looksLikeCpr(text) {
  const plain = asciiDigits(text.replace(INVISIBLE, "").normalize("NFKC"));
  for (const { groups } of plain.replace(IDENTIFIER, "$1x").matchAll(SHAPE)) {
    const day = Number(groups.day) > 60 ? Number(groups.day) - 60 : Number(groups.day);
    if (day <= LAST_DAY[Number(groups.month) - 1]) return true;
  }
  return false;
}

/** Digits of other scripts as 0 to 9: in Unicode each script has its ten digits in order, and ten in a row. */
function asciiDigits(text) {
  return text.replace(/\p{Nd}/gu, (digit) => (digit <= "9" ? digit : String(valueOf(digit))));
}

function valueOf(digit) {
  let first = digit.codePointAt(0);
  let value = 0;
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(first - 1))) {
    first -= 1;
    value += 1;
  }
  return value;
}
