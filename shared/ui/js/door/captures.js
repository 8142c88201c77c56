import { earliestTime } from "../offline/clock.js";
import { openStore } from "../offline/store.js";
import { Queue } from "../offline/queue.js";

const DATABASE = "tilsagn-door";
const DATABASE_VERSION = 1;
/** The version of a record's own fields. */
export const SCHEMA = 1;

/**
 * A check-in, or its undoing, besides the fields of every record of a queue.
 *
 * @typedef {object} Capture
 * @property {number} schema
 * @property {string} event_id
 * @property {string} company_id of the list, or the id that this phone gave to a company that walked in
 * @property {object} body as it is sent
 * @property {string | null} principal who captured it
 * @property {{name: string}} summary
 * @property {{company_id: string}} [receipt] which company the server recognised
 */

/** What the door captured on this phone, and the lists of the events' companies. */
export class Captures {
  /** @throws {StorageError} */
  static async open(parts = {}) {
    return new Captures(await openStore(DATABASE, DATABASE_VERSION, upgradeDatabase), parts);
  }

  constructor(store, { tabs, now = Date.now, newId = () => crypto.randomUUID() } = {}) {
    this.store = store;
    this.queue = new Queue(store, "captures", { tabs, now });
    this.now = now;
    this.newId = newId;
  }

  /**
   * Stores a check-in, or its undoing. When this returns it is on the disk, to be sent.
   *
   * @param {string} eventId
   * @param {import("./attendance.js").DoorCompany} company
   * @param {{undo?: boolean, principal?: string | null}} [how]
   * @returns {Promise<Capture>}
   * @throws {StorageError} it was not stored
   */
  capture(eventId, company, { undo = false, principal = null } = {}) {
    return this.queue.add(this.record(eventId, company, { undo, principal }));
  }

  /** The record of a check-in, or its undoing, that is not stored. */
  record(eventId, company, { undo = false, principal = null } = {}) {
    const id = this.newId();
    const who = company.walkIn ? { company: company.walkIn } : { company_id: company.id };
    const body = { id, ...who, captured_at: new Date(this.now()).toISOString(), ...(undo && { undo }) };
    return { id, schema: SCHEMA, event_id: eventId, company_id: company.id, body, principal, summary: { name: company.name } };
  }

  /** @returns {Promise<Capture[]>} of one event, the oldest first */
  async list(eventId) {
    return (await this.queue.list()).filter((capture) => capture.event_id === eventId);
  }

  /** @returns {Promise<object | undefined>} the list of an event, as `keepDoor` got it */
  door(eventId) {
    return this.store.transact(["doors"], "readonly", (transaction) => transaction.objectStore("doors").get(eventId));
  }

  /**
   * Keeps the server's list of an event. What it contains already is forgotten here.
   *
   * @param {object} door of `GET …/door`
   * @param {number} fetchedAt when it was asked for
   */
  keepDoor(door, fetchedAt) {
    return this.queue.transact(["doors"], async (transaction) => {
      const doors = transaction.objectStore("doors");
      const others = (await doors.get(door.event.id))?.companies ?? [];
      const complete = door.complete === false ? { ...door, companies: withOthers(door.companies, others) } : door;
      await doors.put({ ...complete, event_id: door.event.id, fetchedAt });
      const captures = transaction.objectStore("captures");
      for (const capture of await captures.getAll()) {
        const isSettled = capture.state === "received" && capture.receivedAt <= fetchedAt;
        if (capture.event_id === door.event.id && isSettled) await captures.delete(capture.id);
      }
    });
  }

  /** Forgets the lists of events that are over, where everything has arrived. They hold companies' names. */
  forgetOver() {
    return this.queue.transact(["doors"], async (transaction) => {
      const doors = transaction.objectStore("doors");
      const captures = transaction.objectStore("captures");
      const kept = await captures.getAll();
      for (const door of await doors.getAll()) {
        const { event_id: eventId, event } = door;
        const of = kept.filter((capture) => capture.event_id === eventId);
        if (!isOver(event, earliestTime(door, this.now())) || of.some(({ state }) => state !== "received")) continue;
        await doors.delete(eventId);
        for (const { id } of of) await captures.delete(id);
      }
    });
  }
}

const A_DAY_MS = 24 * 60 * 60 * 1000;

function isOver({ status, ends_at: endsAt }, now) {
  return status === "closed" || status === "cancelled" || now > Date.parse(endsAt) + A_DAY_MS;
}

/** A list of tonight's companies, and the others that were known before. */
function withOthers(tonight, known) {
  const ids = new Set(tonight.map(({ id }) => id));
  const others = known.filter(({ id, registered, checked_in_at: at }) => !ids.has(id) && !registered && !at);
  return [...tonight, ...others];
}

function upgradeDatabase(db, oldVersion) {
  if (oldVersion < 1) {
    db.createObjectStore("captures", { keyPath: "id" });
    db.createObjectStore("doors", { keyPath: "event_id" });
  }
}
