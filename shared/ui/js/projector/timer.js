/**
 * The time that an item of the agenda has left. It runs while one of the item's slides is shown, unless it is paused,
 * and survives a reload of the page in the tab's storage.
 */
export class ItemTimer {
  /**
   * @param {Pick<Storage, "getItem" | "setItem">} storage of the tab
   * @param {string} key of the item in the storage
   * @param {number} minutes that the item may take
   * @param {() => number} [now] the time in milliseconds
   */
  constructor(storage, key, minutes, now = Date.now) {
    this.storage = storage;
    this.key = key;
    this.minutes = minutes;
    this.now = now;
    this.state = this.read();
  }

  /** Whole seconds; below zero over time. */
  get secondsLeft() {
    return Math.ceil((this.minutes * 60_000 - this.spent()) / 1000);
  }

  get isPaused() {
    return this.state.paused;
  }

  show() {
    if (!this.state.paused && this.state.since === null) this.write({ since: this.now() });
  }

  leave() {
    this.write({ spent: this.spent(), since: null });
  }

  /** Pauses, or ends the pause. */
  toggle() {
    this.write({ spent: this.spent(), since: this.state.paused ? this.now() : null, paused: !this.state.paused });
  }

  restart() {
    this.write({ spent: 0, since: this.now(), paused: false });
  }

  spent() {
    const { spent, since } = this.state;
    return since === null ? spent : spent + Math.max(0, this.now() - since);
  }

  /** @param {Partial<{spent: number, since: number | null, paused: boolean}>} changed */
  write(changed) {
    this.state = { ...this.state, ...changed };
    try {
      this.storage.setItem(this.key, JSON.stringify(this.state));
    } catch {
      // A tab that keeps nothing begins again after a reload.
    }
  }

  /** @returns {{spent: number, since: number | null, paused: boolean}} */
  read() {
    try {
      const { spent, since, paused } = JSON.parse(this.storage.getItem(this.key) ?? "");
      if (spent >= 0) return { spent, since: Number.isFinite(since) ? since : null, paused: paused === true };
    } catch {
      // Nothing was kept, or something else.
    }
    return { spent: 0, since: null, paused: false };
  }
}

/**
 * `4:05`; over time `+1:15`.
 *
 * @param {number} seconds
 */
export function timeText(seconds) {
  const all = Math.abs(seconds);
  return `${seconds < 0 ? "+" : ""}${Math.floor(all / 60)}:${String(all % 60).padStart(2, "0")}`;
}
