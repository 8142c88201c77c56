// Base45 (RFC 9285): bytes as the characters that a QR code holds with the least space.

const CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

/**
 * @param {Uint8Array} bytes
 * @returns {string}
 */
export function toBase45(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 2) {
    const isPair = at + 1 < bytes.length;
    let value = isPair ? bytes[at] * 256 + bytes[at + 1] : bytes[at];
    for (let digits = isPair ? 3 : 2; digits > 0; digits--) {
      text += CHARACTERS[value % 45];
      value = Math.floor(value / 45);
    }
  }
  return text;
}

/**
 * @param {string} text
 * @returns {Uint8Array}
 * @throws {RangeError} it is no Base45
 */
export function fromBase45(text) {
  const bytes = [];
  for (let at = 0; at < text.length; at += 3) {
    const digits = [...text.slice(at, at + 3)].map((character) => CHARACTERS.indexOf(character));
    const value = digits.reduceRight((sum, digit) => sum * 45 + digit, 0);
    const isPair = digits.length === 3;
    if (digits.length === 1 || digits.includes(-1) || value >= (isPair ? 65536 : 256)) throw new RangeError("no Base45");
    bytes.push(...(isPair ? [value >> 8, value & 255] : [value]));
  }
  return Uint8Array.from(bytes);
}
