import { StorageError } from "./store.js";

const FIRST_DELAY_MS = 2_000;
const LONGEST_DELAY_MS = 60_000;
const SIGNED_OUT_DELAY_MS = 20_000;
// The server never asks to wait longer (exchange.js).
const LONGEST_WAIT_MS = 600_000;
const BATCH = 50;
// Longer than any request takes: a tab that has held the lock for so long has been frozen.
const FROZEN_MS = 90_000;

/**
 * What `send` reports about the records it was given.
 *
 * @typedef {object} Report
 * @property {Map<string, {receipt: object} | {problem: object, status: number}>} [answers] by id: the server's receipt,
 *   or its refusal. A record that is not in it stays as it is.
 * @property {"answered" | "signed_out" | "busy" | "too_many" | "foreign" | "silent" | "unsent"} contact how the server
 *   answered as a whole; `too_many`: it takes such records one at a time; `unsent`: they were not sent
 * @property {number} [seconds] how long the server asks to wait
 */

/**
 * Sends what waits in a queue: at once when something was added, when the page is opened or shown again, when the
 * network is back, and else after a delay that doubles, up to a minute. Of all tabs, one sends at a time.
 *
 * Only a receipt for its id makes a record `received`. Whatever else happens, the record stays in the queue: `refused`
 * after a refusal of the server, else `waiting`. From the moment before it is sent until there is an answer it is
 * `unanswered`, also across a killed tab.
 *
 * Events: `report` (a CustomEvent whose detail is the Report), `idle` (nothing waits any more).
 */
export class Sender extends EventTarget {
  #draining = false;
  #again = false;
  #timer = 0;
  #delay = FIRST_DELAY_MS;
  #notBefore = 0;
  #lockedSince = null;

  /**
   * @param {import("./queue.js").Queue} queue
   * @param {(records: import("./queue.js").QueuedRecord[]) => Promise<Report>} send
   * @param {object} options
   * @param {string} options.lock the name of the lock that one tab holds while it sends
   * @param {(record: object, receipt: object) => object | null} [options.keep] what stays of a record that the server
   *   has; null removes it
   * @param {(record: object) => boolean} [options.isHeldBack] for records that must not be sent now
   * @param {LockManager} [options.locks] without one, as in old browsers, two tabs may send the same record; the server
   *   recognises it by its id
   * @param {() => boolean} [options.isOnline] false where sending is pointless
   * @param {number} [options.batch] the most records of one request
   */
  constructor(queue, send, { lock, keep, isHeldBack, locks = navigator.locks, isOnline, batch = BATCH, ...clock }) {
    super();
    this.queue = queue;
    this.send = send;
    this.lock = lock;
    this.keep = keep ?? ((record) => record);
    this.isHeldBack = isHeldBack ?? (() => false);
    this.locks = locks;
    this.isOnline = isOnline ?? (() => navigator.onLine !== false);
    this.batch = batch;
    this.now = clock.now ?? Date.now;
    this.random = clock.random ?? Math.random;
    this.setTimeout = clock.setTimeout ?? ((...given) => setTimeout(...given));
    this.clearTimeout = clock.clearTimeout ?? ((timer) => clearTimeout(timer));
  }

  /**
   * Sends from now on.
   *
   * @param {{window?: EventTarget, document?: Document}} [page]
   */
  start({ window: page = window, document: shown = document } = {}) {
    page.addEventListener("online", () => this.sendNow());
    page.addEventListener("pageshow", (event) => event.persisted && this.sendNow());
    shown.addEventListener("visibilitychange", () => shown.visibilityState === "visible" && this.sendNow());
    this.queue.addEventListener("change", () => this.#schedule());
    return this.sendNow();
  }

  /** Sends what waits, unless the server has asked to wait. */
  async sendNow() {
    if (this.#draining) {
      this.#again = true;
      return;
    }
    this.#draining = true;
    try {
      do {
        this.#again = false;
        await this.#drainAlone();
      } while (this.#again && this.#waitMs === 0);
    } catch (error) {
      // What waits cannot be read, so it is tried again later: a browser may give its storage back.
      if (!(error instanceof StorageError)) throw error;
      this.#wait({ contact: "unsent" });
    } finally {
      this.#draining = false;
    }
    await this.#schedule();
  }

  async #drainAlone() {
    if (!this.locks) return this.#drain();
    const isFrozen = this.#lockedSince !== null && this.now() - this.#lockedSince > FROZEN_MS;
    const options = isFrozen ? { steal: true } : { ifAvailable: true };
    try {
      await this.locks.request(this.lock, options, async (lock) => {
        this.#lockedSince = lock ? null : (this.#lockedSince ?? this.now());
        if (lock) await this.#drain();
      });
    } catch (error) {
      if (error.name !== "AbortError") throw error; // another tab has stolen the lock
    }
  }

  async #drain() {
    while (this.#isWorthTrying() && this.#waitMs === 0) {
      const waiting = await this.#waiting();
      if (waiting.length === 0) {
        this.#delay = FIRST_DELAY_MS;
        return;
      }
      if (!(await this.#sendBatch(waiting.slice(0, this.batch)))) return;
    }
  }

  /** How long the server still wants us to wait. A time far ahead is of a clock that has been set back since. */
  get #waitMs() {
    const left = this.#notBefore - this.now();
    return left > 0 && left <= LONGEST_WAIT_MS ? left : 0;
  }

  /** Browsers may be wrong about being offline, so after a while a request is tried all the same. */
  #isWorthTrying() {
    if (this.isOnline() || this.#delay >= LONGEST_DELAY_MS) return true;
    this.#delay = Math.min(this.#delay * 2, LONGEST_DELAY_MS);
    return false;
  }

  async #waiting() {
    return (await this.queue.list()).filter((record) => record.state === "waiting" && !this.isHeldBack(record));
  }

  /** Returns whether to go on at once. */
  async #sendBatch(records) {
    const sentAt = this.now();
    for (const { id } of records) await this.queue.change(id, (record) => ({ ...record, sentAt, unanswered: true }));
    const wasOffline = !this.isOnline();
    const report = await this.send(records);
    const isDefinite = report.contact === "silent" ? wasOffline && !this.isOnline() : report.contact !== "foreign";
    for (const record of records) await this.#settle(record, report.answers?.get(record.id), isDefinite);
    this.dispatchEvent(new CustomEvent("report", { detail: report }));
    if (report.contact === "answered" && records.some(({ id }) => report.answers.has(id))) {
      this.#delay = FIRST_DELAY_MS;
      return true;
    }
    if (report.contact === "too_many" && this.batch > 1) {
      this.batch = 1;
      return true;
    }
    this.#wait(report);
    return false;
  }

  #settle(record, answer, isDefinite) {
    return this.queue.change(record.id, (present) => {
      if (present.state === "received") return present;
      if (answer?.receipt) {
        const received = { ...present, state: "received", receivedAt: this.now(), unanswered: false, problem: null };
        return this.keep(received, answer.receipt);
      }
      if (answer?.problem) {
        // A record that the server has would have been answered with its receipt, unless the sender was refused.
        const unanswered = record.unanswered && answer.status === 403;
        return { ...present, state: "refused", problem: answer.problem, unanswered };
      }
      return { ...present, unanswered: isDefinite ? record.unanswered : true };
    });
  }

  #wait({ contact, seconds }) {
    if (seconds) this.#notBefore = this.now() + seconds * 1000;
    const delay = contact === "signed_out" ? SIGNED_OUT_DELAY_MS : this.#delay;
    this.#delay = Math.min(this.#delay * 2, LONGEST_DELAY_MS);
    this.#setTimer(Math.max(delay, (seconds ?? 0) * 1000));
  }

  /** A quarter more, or less, so that not all phones come at once; never before the server wants it. */
  #setTimer(delay) {
    this.clearTimeout(this.#timer);
    const spread = delay * (0.75 + this.random() / 2);
    const earliest = this.#waitMs;
    this.#timer = this.setTimeout(() => {
      this.#timer = 0;
      return this.sendNow();
    }, Math.max(spread, earliest + (earliest && spread / 4)));
  }

  /** Makes sure that what waits is tried again some time. */
  async #schedule() {
    if (this.#draining || this.#timer) return;
    const waiting = await this.#waiting().catch(() => []);
    if (waiting.length === 0) return this.dispatchEvent(new Event("idle"));
    if (!this.#timer) this.#setTimer(this.#delay);
  }
}
