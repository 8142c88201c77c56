const FIRST_DELAY_MS = 1000;
const LONGEST_DELAY_MS = 60_000;

/**
 * An event stream that is opened again whenever it is lost: after 1 s, 2 s, 4 s …, at most a minute, each a quarter
 * more or less, so that not all screens come back at once.
 *
 * Browsers hide dead connections, so a stream that is silent for longer than its heartbeat allows counts as lost.
 */
export class Stream {
  /**
   * @param {string} url
   * @param {number} silence how long it may be silent, in milliseconds
   * @param {{onChange: () => void, onHeartbeat: () => void, onLost: () => void}} handlers
   */
  constructor(url, silence, handlers) {
    this.url = url;
    this.silence = silence;
    this.handlers = handlers;
    this.delay = FIRST_DELAY_MS;
    this.source = null;
    this.timer = 0;
    this.open();
  }

  open() {
    this.close();
    this.source = new EventSource(this.url);
    // What happened while there was no connection is not repeated, so a new connection counts as a change.
    this.source.onopen = () => this.received(this.handlers.onChange);
    this.source.onmessage = () => this.received(this.handlers.onChange);
    this.source.addEventListener("change", () => this.received(this.handlers.onChange));
    this.source.addEventListener("heartbeat", () => this.received(this.handlers.onHeartbeat));
    this.source.onerror = () => this.lost();
    this.expectEvent();
  }

  /** Closes the connection for good, unless it is opened again. */
  close() {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }

  /** Opens the connection at once if there is none. */
  reconnect() {
    if (this.source) return;
    this.delay = FIRST_DELAY_MS;
    this.open();
  }

  received(handle) {
    this.delay = FIRST_DELAY_MS;
    this.expectEvent();
    handle();
  }

  lost() {
    this.close();
    this.handlers.onLost();
    const wait = this.delay * (0.75 + Math.random() / 2);
    this.delay = Math.min(this.delay * 2, LONGEST_DELAY_MS);
    this.timer = setTimeout(() => this.open(), wait);
  }

  expectEvent() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.lost(), this.silence);
  }
}
