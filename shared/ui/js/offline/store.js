import { openDB } from "idb";

const OPENING_MS = 8_000;
const CONNECTION_LOST = ["InvalidStateError", "UnknownError", "AbortError"];

/** What a person captures cannot be kept here: storage is full, forbidden or broken. */
export class StorageError extends Error {
  /** @param {Error} cause what the browser reported */
  constructor(cause) {
    super(`storage: ${cause.name}`, { cause });
    this.isFull = cause.name === "QuotaExceededError";
  }
}

/**
 * Opens an IndexedDB database.
 *
 * A newer release may have upgraded it already: an older page then uses it as it is, so upgrades only add.
 *
 * @param {string} name
 * @param {number} version
 * @param {(db: import("idb").IDBPDatabase, oldVersion: number, newVersion: number, transaction: object) => void} upgrade
 * @returns {Promise<Store>}
 * @throws {StorageError}
 */
export async function openStore(name, version, upgrade) {
  const store = new Store(name, version, upgrade);
  await store.open();
  return store;
}

/** A database whose connection is opened again when the browser has killed it, as iOS does to pages in the background. */
export class Store {
  #db = null;

  constructor(name, version, upgrade) {
    this.name = name;
    this.version = version;
    this.upgrade = upgrade;
  }

  /** @throws {StorageError} */
  async open() {
    try {
      return (this.#db ??= await withinTime(this.#connect()));
    } catch (error) {
      throw new StorageError(error);
    }
  }

  close() {
    this.#db?.close();
    this.#db = null;
  }

  /**
   * Runs `work` in one transaction and returns its result once the transaction is on the disk.
   *
   * `work` awaits nothing but requests of its transaction. It runs a second time if the connection was lost.
   *
   * @template T
   * @param {string[]} tables
   * @param {"readonly" | "readwrite"} mode
   * @param {(transaction: import("idb").IDBPTransaction) => Promise<T>} work
   * @returns {Promise<T>}
   * @throws {StorageError} nothing was stored
   */
  async transact(tables, mode, work) {
    try {
      return await this.#attempt(tables, mode, work);
    } catch (error) {
      if (!CONNECTION_LOST.includes(error.name)) throw asStorageError(error);
    }
    this.close();
    try {
      return await this.#attempt(tables, mode, work);
    } catch (error) {
      throw asStorageError(error);
    }
  }

  async #attempt(tables, mode, work) {
    const db = await this.open();
    const transaction = db.transaction(tables, mode, { durability: "strict" });
    // Its failure is reported by whichever request failed; without this it would be reported as unhandled, too.
    transaction.done.catch(() => {});
    try {
      const result = await work(transaction);
      await transaction.done;
      return result;
    } catch (error) {
      abort(transaction);
      throw transaction.error ?? error;
    }
  }

  async #connect() {
    const callbacks = {
      upgrade: this.upgrade,
      blocking: () => this.close(),
      terminated: () => (this.#db = null),
    };
    try {
      return await openDB(this.name, this.version, callbacks);
    } catch (error) {
      if (error.name !== "VersionError") throw error;
      return openDB(this.name, undefined, callbacks);
    }
  }
}

/** Some versions of Safari never answer. */
function withinTime(opening) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new DOMException("no answer", "TimeoutError")), OPENING_MS);
    opening.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function abort(transaction) {
  try {
    transaction.abort();
  } catch {
    // It is over already.
  }
}

function asStorageError(error) {
  return error instanceof DOMException ? new StorageError(error) : error;
}
