import { StorageError } from "../offline/store.js";
import { exported } from "./export.js";
import { Words } from "./words.js";

/**
 * Handing pledges over to another phone that has a network, and taking them over from one that has none. A pledge that
 * was handed over stays in this phone's queue, too: arriving twice is harmless.
 */
export class HandingOver {
  /**
   * @param {Document} document
   * @param {Words} words
   * @param {import("./pledges.js").Pledges} pledges
   * @param {{practice: boolean, principal: () => string | null, onTaken: () => void, onFailed: () => void}} page
   */
  constructor(document, words, pledges, { practice, principal, onTaken, onFailed }) {
    this.document = document;
    this.words = words;
    this.texts = new Words(words.texts.handover);
    this.pledges = pledges;
    this.practice = practice;
    this.principal = principal;
    this.onTaken = onTaken;
    this.onFailed = onFailed;
    this.#part("take-over")?.addEventListener("click", () => this.take());
  }

  /**
   * Offers it where this page and browser can.
   *
   * @param {object} page of the intake (`GET /api/pledges/v1/intake`)
   * @returns {boolean}
   */
  offer(page) {
    const isPossible = Boolean(page.handover_key && globalThis.crypto.subtle && globalThis.CompressionStream);
    this.#part("take-over").hidden = !isPossible;
    return isPossible;
  }

  /** @param {import("./pledges.js").CapturedPledge} record */
  async give(record) {
    const page = await this.pledges.page(record.event_id);
    const phone = record.event_id ? await this.pledges.phone(record.event_id) : undefined;
    const code = await this.#code();
    if (!page?.handover_key || !code) return this.onFailed();
    const { text } = exported([record], record.event_id, record.for_another ? undefined : phone, new Date());
    const compact = JSON.stringify(JSON.parse(text));
    if (!(await code.give(this.#part("handover-give"), this.texts, compact, page.handover_key))) return undefined;
    return this.pledges.queue.change(record.id, (present) => ({ ...present, handed_over_at: Date.now() }));
  }

  async take() {
    const code = await this.#code();
    if (!code) return this.onFailed();
    const keys = await this.pledges.handoverKeys();
    return code.take(this.#part("handover-take"), this.texts, keys, (pledges) => this.#keep(pledges));
  }

  /** @returns {Promise<string>} what to tell the person */
  async #keep(bodies) {
    if (bodies.some((body) => Boolean(body.practice) !== this.practice)) return this.texts.text("practice_differs");
    let taken = 0;
    try {
      for (const body of bodies) {
        if (await this.pledges.queue.get(body.id)) continue;
        await this.pledges.takeOver(body, this.principal());
        taken += 1;
      }
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      return this.texts.text("not_kept");
    } finally {
      if (taken > 0) this.onTaken();
    }
    return taken > 0 ? this.texts.counted("taken", taken) : this.texts.text("known");
  }

  /** It is large and seldom needed. The service worker fetches it after the page; until then it needs the network. */
  async #code() {
    try {
      return await import(this.#part("take-over").dataset.script);
    } catch {
      return null;
    }
  }

  #part(name) {
    return this.document.querySelector(`[data-${name}]`);
  }
}
