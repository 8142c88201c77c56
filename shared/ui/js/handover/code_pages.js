// Bytes as the texts of one or more QR codes: `TILSAGN1:<transfer>:<page>/<pages>:<Base45>`.

import { fromBase45, toBase45 } from "../codes/base45.js";

// A code of 600 characters has 69 squares a side, which any phone reads from another one's screen.
const LARGEST_PAGE = 600;
const MOST_PAGES = 99;
const PAGE = /^TILSAGN1:([0-9A-Z]{6}):(\d{1,2})\/(\d{1,2}):([0-9A-Z $%*+\-./:]+)$/;

/**
 * @param {Uint8Array} bytes
 * @param {() => number} [random]
 * @returns {string[]} pages of about the same length
 */
export function toPages(bytes, random = Math.random) {
  const text = toBase45(bytes);
  const count = Math.ceil(text.length / LARGEST_PAGE);
  if (count > MOST_PAGES) throw new RangeError("too long for codes");
  const length = Math.ceil(text.length / count);
  const transfer = Array.from({ length: 6 }, () => Math.floor(random() * 36).toString(36)).join("").toUpperCase();
  return Array.from({ length: count }, (_, index) => {
    const part = text.slice(index * length, (index + 1) * length);
    return `TILSAGN1:${transfer}:${index + 1}/${count}:${part}`;
  });
}

/** Collects the pages of a transfer, in any order, each as often as it is seen. */
export class PageCollector {
  #transfer = "";
  #parts = [];

  /**
   * @param {string} text of any code
   * @returns {{found: number, of: number, bytes: Uint8Array | null} | null} null if it is none of ours; the bytes with
   *   the last page
   */
  add(text) {
    const [, transfer, page, pages, part] = PAGE.exec(text) ?? [];
    const [index, count] = [Number(page) - 1, Number(pages)];
    if (!transfer || index < 0 || index >= count) return null;
    if (transfer !== this.#transfer || count !== this.#parts.length) {
      this.#transfer = transfer;
      this.#parts = new Array(count).fill(undefined);
    }
    this.#parts[index] = part;
    const found = this.#parts.filter((one) => one !== undefined).length;
    return { found, of: count, bytes: found === count ? this.#bytes() : null };
  }

  #bytes() {
    try {
      return fromBase45(this.#parts.join(""));
    } catch {
      return new Uint8Array();
    }
  }
}
