/** What the page says by itself, in the language of the page (services/pledges/intake/words.py). */
export class Words {
  /** @param {object} texts */
  constructor(texts) {
    this.texts = texts;
  }

  /** @param {Document} document */
  static of(document) {
    return new Words(JSON.parse(document.getElementById("intake-words").textContent));
  }

  /**
   * @param {string} name
   * @param {Record<string, string | number>} [values] fill the `{name}`s
   */
  text(name, values = {}) {
    return filled(this.texts[name], values);
  }

  /** @returns {string} how many things there are */
  counted(name, num) {
    const { one, other } = this.texts[name];
    return filled(num === 1 ? one : other, { num });
  }

  /** @param {{code: string, limit?: number}} error */
  error({ code, limit }) {
    return filled(this.texts.errors[code], { limit: limit ?? "" });
  }
}

function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}
