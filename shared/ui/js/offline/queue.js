/**
 * A record of the queue. Who adds it may give it more fields, which the queue and the sender leave alone.
 *
 * @typedef {object} QueuedRecord
 * @property {string} id a UUID made on the device
 * @property {"waiting" | "received" | "refused"} state what the server has said about it so far
 * @property {number} addedAt by the device's clock, in milliseconds since 1970
 * @property {number | null} sentAt when it was last sent
 * @property {boolean} unanswered whether the server may have it without our knowing: it was sent and never answered
 * @property {object | null} problem why the server refused it (RFC 9457)
 * @property {number | null} receivedAt when the server's receipt arrived
 */

/**
 * What was captured on this device, in a table of a store, until the server has it. All tabs see the same queue and
 * learn of one another's changes.
 */
export class Queue extends EventTarget {
  /**
   * @param {import("./store.js").Store} store
   * @param {string} table with the key path `id`
   * @param {{tabs?: BroadcastChannel, now?: () => number}} [parts]
   */
  constructor(store, table, { tabs = new BroadcastChannel(`${store.name}/${table}`), now = Date.now } = {}) {
    super();
    this.store = store;
    this.table = table;
    this.now = now;
    this.tabs = tabs;
    tabs.onmessage = () => this.dispatchEvent(new Event("change"));
  }

  /**
   * Adds a record. It is on the disk when this returns.
   *
   * @param {{id: string}} record
   * @returns {Promise<QueuedRecord>}
   * @throws {StorageError} it was not stored
   */
  add(record) {
    return this.transact([], (transaction) => this.addIn(transaction, record));
  }

  /** Adds a record in a transaction of `transact`, which fails if there is one with this id. */
  async addIn(transaction, record) {
    const complete = { ...this.waiting(), addedAt: this.now(), ...record };
    await transaction.objectStore(this.table).add(complete);
    return complete;
  }

  /** The fields of a record that is to be sent and has not been. */
  waiting() {
    return { state: "waiting", sentAt: null, unanswered: false, problem: null, receivedAt: null };
  }

  /** @returns {Promise<QueuedRecord[]>} the oldest first */
  async list() {
    const records = await this.store.transact([this.table], "readonly", (transaction) =>
      transaction.objectStore(this.table).getAll(),
    );
    return records.sort((one, other) => one.addedAt - other.addedAt);
  }

  /** @returns {Promise<QueuedRecord | undefined>} */
  get(id) {
    return this.store.transact([this.table], "readonly", (transaction) => transaction.objectStore(this.table).get(id));
  }

  /**
   * Changes a record, if it is there, in one transaction.
   *
   * @param {string} id
   * @param {(record: QueuedRecord) => QueuedRecord | null} update returns the new record, or null to remove it
   * @returns {Promise<QueuedRecord | null | undefined>} what `update` returned
   */
  change(id, update) {
    return this.transact([], async (transaction) => {
      const table = transaction.objectStore(this.table);
      const record = await table.get(id);
      if (!record) return undefined;
      const changed = update(record);
      await (changed ? table.put(changed) : table.delete(id));
      return changed;
    });
  }

  /** Removes a record. For what the server has not received, a person has to ask for it. */
  remove(id) {
    return this.change(id, () => null);
  }

  /**
   * Runs `work` in a transaction that writes to the queue and to further tables, and tells all tabs.
   *
   * @template T
   * @param {string[]} tables further ones
   * @param {(transaction: import("idb").IDBPTransaction) => Promise<T>} work
   * @returns {Promise<T>}
   */
  async transact(tables, work) {
    const result = await this.store.transact([this.table, ...tables], "readwrite", work);
    this.dispatchEvent(new Event("change"));
    this.tabs.postMessage("change");
    return result;
  }
}
