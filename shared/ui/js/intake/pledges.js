import { openStore } from "../offline/store.js";
import { Queue } from "../offline/queue.js";

const DATABASE = "tilsagn-intake";
const DATABASE_VERSION = 1;
const DAY_MS = 86_400_000;
/** The version of a record's own fields. A page of a newer release upgrades the records of an older one. */
export const SCHEMA = 1;

/** From each version to the next. A record of a newer release than this page is left as it is. */
const UPGRADES = {};

/**
 * What was captured, besides the fields of every record of a queue.
 *
 * @typedef {object} CapturedPledge
 * @property {number} schema
 * @property {string | null} event_id
 * @property {object | null} body as it is sent, byte for byte; null once the server has it
 * @property {string | null} principal who captured it: the subject of a person or of an event's pass
 * @property {{name: string, positions: number}} summary what stays of it
 * @property {{id: string, number: number} | null} phone which capture of which phone it is
 * @property {boolean} [for_another] handed over by another phone
 * @property {{code: string, message: string}[]} [warnings] what the server flagged
 */

/**
 * The pledges on this phone, the numbers that it has given them, and what it knows about events. Practice has a
 * database of its own.
 */
export class Pledges {
  /** @throws {StorageError} */
  static async open({ practice = false, ...parts } = {}) {
    let isNew = false;
    const upgrade = (db, oldVersion) => {
      isNew = oldVersion < 1;
      upgradeDatabase(db, oldVersion);
    };
    const store = await openStore(practice ? `${DATABASE}-practice` : DATABASE, DATABASE_VERSION, upgrade);
    return Object.assign(new Pledges(store, parts), { isNew });
  }

  constructor(store, { tabs, now = Date.now, newId = () => crypto.randomUUID() } = {}) {
    this.store = store;
    /** Whether the browser had nothing of ours, or not any more. */
    this.isNew = false;
    this.queue = new Queue(store, "pledges", { tabs, now });
    this.newId = newId;
  }

  /**
   * Stores a pledge. When this returns it is on the disk, to be sent.
   *
   * Its id names it, so storing it again changes nothing. Another pledge under its id, as from a tab that was
   * duplicated, gets a new one. A pledge that the server has refused is replaced by the corrected one.
   *
   * @param {object} body of form.js
   * @param {string | null} principal
   * @returns {Promise<CapturedPledge>}
   * @throws {StorageError} it was not stored
   */
  capture(body, principal) {
    return this.queue.transact(["phones"], async (transaction) => {
      const table = transaction.objectStore("pledges");
      const present = await table.get(body.id);
      if (present && isSame(present, body)) return present;
      const isCorrected = present?.state === "refused" && !present.unanswered && present.problem?.status !== 409;
      const id = present && !isCorrected ? this.newId() : body.id;
      const keepsNumber = isCorrected && present.event_id === (body.event_id ?? null);
      if (isCorrected && !keepsNumber) await this.#discardNumber(transaction, present);
      const phone = keepsNumber ? present.body.phone : await this.#nextNumber(transaction, body.event_id);
      const complete = { ...body, id, ...(phone && { phone }) };
      const record = { ...recordOf(complete, principal), id };
      if (!isCorrected) return this.queue.addIn(transaction, record);
      const corrected = { ...present, ...record, ...this.queue.waiting() };
      await table.put(corrected);
      return corrected;
    });
  }

  /**
   * Keeps a pledge that another phone has captured, to send it as that phone would have.
   *
   * @param {object} body as the other phone would send it
   * @param {string | null} principal who is signed in here
   * @returns {Promise<CapturedPledge>} the record; the one that was here already, if it was
   */
  takeOver(body, principal) {
    return this.queue.transact([], async (transaction) => {
      const present = await transaction.objectStore("pledges").get(body.id);
      return present ?? this.queue.addIn(transaction, { ...recordOf(body, principal), id: body.id, for_another: true });
    });
  }

  /** Deletes a pledge for good. Its number is announced as one that will never arrive. */
  discard(id) {
    return this.queue.transact(["phones"], async (transaction) => {
      const table = transaction.objectStore("pledges");
      const record = await table.get(id);
      if (!record) return;
      await table.delete(id);
      await this.#discardNumber(transaction, record);
    });
  }

  /** @returns {Promise<CapturedPledge[]>} the oldest first */
  async list() {
    return (await this.queue.list()).map((record) => upgraded(record));
  }

  /** @returns {Promise<{event_id: string, id: string, name: string, last: number, discarded: number[]} | undefined>} */
  phone(eventId) {
    return this.#read("phones", eventId);
  }

  /** Gives this phone an id at an event, if it has none yet. */
  async meet(eventId) {
    if (await this.phone(eventId)) return;
    await this.store.transact(["phones"], "readwrite", async (transaction) => {
      await transaction.objectStore("phones").put(await this.#phoneIn(transaction, eventId));
    });
  }

  /** @returns {Promise<object[]>} */
  phones() {
    return this.store.transact(["phones"], "readonly", (transaction) => transaction.objectStore("phones").getAll());
  }

  /** Names the phone at an event, as the person typed it. What was captured before keeps its name. */
  namePhone(eventId, name) {
    return this.queue.transact(["phones"], async (transaction) => {
      const phone = await this.#phoneIn(transaction, eventId);
      await transaction.objectStore("phones").put({ ...phone, name });
    });
  }

  /** Keeps what the server says about an event (`GET /api/pledges/v1/intake`). It holds no person. */
  keepPage(eventId, page) {
    return this.store.transact(["pages"], "readwrite", async (transaction) => {
      await transaction.objectStore("pages").put({ event_id: eventId ?? "", page });
      await transaction.objectStore("pages").put({ event_id: "last", page: eventId ?? "" });
    });
  }

  /** @returns {Promise<object | undefined>} what was kept about the event; without one, about the last */
  async page(eventId) {
    const key = eventId ?? (await this.#read("pages", "last"))?.page ?? "";
    return (await this.#read("pages", key))?.page;
  }

  /** Tries again what the server refused because of a pass: a new one may have been scanned. */
  async tryPassesAgain() {
    for (const record of await this.queue.list()) {
      if (record.state !== "refused" || !/\/pass-(revoked|expired)$/.test(record.problem?.type)) continue;
      await this.queue.change(record.id, (present) => ({ ...present, state: "waiting" }));
    }
  }

  /**
   * Forgets every event that is over and of which everything has arrived, and what arrived more than a day ago without
   * an event that this phone knows.
   *
   * @param {number} now
   */
  async forgetWhatIsOver(now) {
    const pages = await this.#pages();
    for (const { event_id: eventId, page } of pages) if (isOver(page?.event, now)) await this.forget(eventId);
    const known = new Set(pages.map(({ event_id: eventId }) => eventId || null));
    for (const record of await this.queue.list()) {
      const isOld = record.state === "received" && now - record.receivedAt > DAY_MS;
      if (isOld && !(record.event_id && known.has(record.event_id))) await this.queue.remove(record.id);
    }
  }

  /** @returns {Promise<string[]>} the keys of the events whose page is kept: with them pledges are handed over */
  async handoverKeys() {
    return (await this.#pages()).map(({ page }) => page?.handover_key).filter(Boolean);
  }

  /** Forgets everything about an event, unless something of it has not arrived. */
  forget(eventId) {
    return this.queue.transact(["phones", "pages"], async (transaction) => {
      const table = transaction.objectStore("pledges");
      const records = (await table.getAll()).filter((record) => record.event_id === eventId);
      if (records.some((record) => record.state !== "received")) return;
      for (const { id } of records) await table.delete(id);
      await transaction.objectStore("phones").delete(eventId);
      await transaction.objectStore("pages").delete(eventId);
    });
  }

  #pages() {
    return this.store.transact(["pages"], "readonly", (transaction) => transaction.objectStore("pages").getAll());
  }

  async #discardNumber(transaction, record) {
    const phones = transaction.objectStore("phones");
    const phone = record.event_id && !record.for_another && (await phones.get(record.event_id));
    if (!phone || !record.phone || record.phone.id !== phone.id) return;
    await phones.put({ ...phone, discarded: [...phone.discarded, record.phone.number] });
  }

  async #nextNumber(transaction, eventId) {
    if (!eventId) return null;
    const phone = await this.#phoneIn(transaction, eventId);
    const number = phone.last + 1;
    await transaction.objectStore("phones").put({ ...phone, last: number });
    return { id: phone.id, number, ...(phone.name && { name: phone.name }) };
  }

  async #phoneIn(transaction, eventId) {
    const phone = await transaction.objectStore("phones").get(eventId);
    return phone ?? { event_id: eventId, id: this.newId(), name: "", last: 0, discarded: [] };
  }

  #read(table, key) {
    return this.store.transact([table], "readonly", (transaction) => transaction.objectStore(table).get(key));
  }
}

/** Whether an event is over: it says so, or it ended a day ago. */
export function isOver(event, now) {
  if (!event) return false;
  return ["closed", "cancelled"].includes(event.status) || now - Date.parse(event.ends_at) > DAY_MS;
}

/** What stays of a pledge that the server has: no contact. */
export function withoutContact(record, receipt) {
  return { ...record, body: null, warnings: receipt.warnings ?? [] };
}

/** @returns {CapturedPledge} the record as this release reads it */
export function upgraded(record, upgrades = UPGRADES, schema = SCHEMA) {
  let result = record;
  while (result.schema < schema) result = { ...upgrades[result.schema](result), schema: result.schema + 1 };
  return result;
}

function recordOf(body, principal) {
  return {
    schema: SCHEMA,
    event_id: body.event_id ?? null,
    body,
    principal,
    summary: { name: body.company.name, positions: body.positions },
    phone: body.phone ? { id: body.phone.id, number: body.phone.number } : null,
  };
}

function isSame(record, body) {
  if (!record.body) return record.summary.name === body.company.name && record.summary.positions === body.positions;
  const { phone: _phone, captured_at: _at, ...present } = record.body;
  const { captured_at: _then, ...wanted } = body;
  return JSON.stringify(present) === JSON.stringify(wanted);
}

/** Only adds tables: a page of an older release may still use the database. */
function upgradeDatabase(db, oldVersion) {
  if (oldVersion < 1) {
    db.createObjectStore("pledges", { keyPath: "id" });
    db.createObjectStore("phones", { keyPath: "event_id" });
    db.createObjectStore("pages", { keyPath: "event_id" });
  }
}
