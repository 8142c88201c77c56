import { exchange } from "../offline/exchange.js";

const EVENTS = "/api/pledges/v1/events";
const AGAIN_MS = 60_000;
const TIMEOUT_MS = 10_000;

/**
 * Tells the server how far this phone's numbers go, so that the coordinator sees what is still on a phone before the
 * hall empties. It is told when there is contact and something has changed, and at most once a minute else. A failure
 * means nothing: what arrives tells the same.
 */
export class Announcer {
  /**
   * @param {import("./pledges.js").Pledges} pledges
   * @param {{practice?: boolean, request?: typeof exchange, now?: () => number}} [options]
   */
  constructor(pledges, { practice = false, request = exchange, now = Date.now } = {}) {
    this.pledges = pledges;
    this.practice = practice;
    this.request = request;
    this.now = now;
    /** @type {Map<string, {body: string, at: number}>} what was told last, by event */
    this.told = new Map();
  }

  /** @returns {Promise<void>} */
  async announce() {
    for (const phone of await this.pledges.phones()) await this.#announce(phone);
  }

  async #announce({ event_id: event, id, name, last, discarded }) {
    const body = { announced: last, discarded, practice: this.practice, ...(name && { name }) };
    const told = this.told.get(event);
    if (told?.body === JSON.stringify(body) && this.now() - told.at < AGAIN_MS) return;
    const options = { method: "PUT", body, timeoutMs: TIMEOUT_MS };
    const { kind } = await this.request(`${EVENTS}/${event}/phones/${id}`, options);
    if (kind === "ok" || kind === "problem") this.told.set(event, { body: JSON.stringify(body), at: this.now() });
  }
}
