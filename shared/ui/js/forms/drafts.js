const ITEM = "drafts";
const LIFETIME_MS = 3_600_000;

/**
 * What has been typed into forms and not been accepted yet, in the tab's session storage: the browser forgets it with
 * the tab. An hour after the last change it is forgotten, too, and when another person signs in.
 *
 * A draft has a key: the page of its form and where the form is sent.
 */
export class Drafts {
  /**
   * @param {Storage} storage
   * @param {() => number} now milliseconds since 1970
   */
  constructor(storage, now = Date.now) {
    this.storage = storage;
    this.now = now;
  }

  /** @returns {Record<string, string[]> | undefined} the values by field */
  fields(key) {
    const draft = this.#read().drafts[key];
    return draft && this.now() - draft.at < LIFETIME_MS ? draft.fields : undefined;
  }

  /**
   * @param {string} key
   * @param {Record<string, string[]>} fields
   */
  save(key, fields) {
    this.#change((all) => (all.drafts[key] = { fields, at: this.now() }));
  }

  /** @param {string} key */
  remove(key) {
    this.#change((all) => delete all.drafts[key]);
  }

  clear() {
    this.storage.removeItem(ITEM);
  }

  /**
   * Forgets what another person has typed. Nobody is signed in where a session has ended: its person may come back.
   *
   * @param {string | undefined} principal
   */
  belongTo(principal) {
    if (!principal) return;
    if (this.#read().principal !== principal) this.clear();
    this.#change((all) => (all.principal = principal));
  }

  /**
   * The form that was sent last and whose answer is not known yet.
   *
   * @returns {{key: string, page: string, action: string, id: string} | null}
   */
  get sending() {
    return this.#read().sending;
  }

  set sending(sent) {
    this.#change((all) => {
      all.sending = sent;
      if (sent) all.pages[sent.action] = sent.page;
    });
  }

  /** @returns {string | undefined} the page of the form that was last sent there */
  pageOf(action) {
    return this.#read().pages[action];
  }

  #read() {
    const empty = { drafts: {}, pages: {}, sending: null };
    try {
      return { ...empty, ...JSON.parse(this.storage.getItem(ITEM)) };
    } catch {
      return empty;
    }
  }

  #change(change) {
    const all = this.#read();
    for (const [key, draft] of Object.entries(all.drafts)) {
      if (this.now() - draft.at >= LIFETIME_MS) delete all.drafts[key];
    }
    change(all);
    this.storage.setItem(ITEM, JSON.stringify(all));
  }
}
