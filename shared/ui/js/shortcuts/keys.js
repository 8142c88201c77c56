const STORED = "shortcuts-off";

/** @param {EventTarget | null} target @returns {boolean} whether what is typed there is text or a choice */
export function takesText(target) {
  const element = /** @type {HTMLElement | null} */ (target);
  return Boolean(element?.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element?.tagName ?? ""));
}

/** Whether single keys do something here. Speech input and shaky hands press them unmeant, so they can be turned off. */
export class SingleKeys {
  /** @param {Pick<Storage, "getItem" | "setItem" | "removeItem">} storage of the browser */
  constructor(storage) {
    this.storage = storage;
  }

  get areOn() {
    try {
      return this.storage.getItem(STORED) === null;
    } catch {
      return true;
    }
  }

  /** @param {boolean} wanted */
  turn(wanted) {
    try {
      if (wanted) this.storage.removeItem(STORED);
      else this.storage.setItem(STORED, "1");
    } catch {
      // A browser that keeps nothing begins with them each time.
    }
  }
}
