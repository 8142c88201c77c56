const FIRST_DELAY_MS = 1000;
const LONGEST_DELAY_MS = 60_000;
const TIMEOUT_MS = 20_000;

/**
 * An event stream that is opened again whenever it is lost: after 1 s, 2 s, 4 s …, at most a minute, each a quarter
 * more or less, so that not all screens come back at once.
 *
 * Browsers hide dead connections, so a stream that is silent for longer than its heartbeat allows counts as lost.
 *
 * A server that has no stream left says when to ask again (Retry-After); until then the stream is refused, not lost.
 */
export class Stream {
  /**
   * @param {string} url
   * @param {number} silence how long it may be silent, in milliseconds
   * @param {{onChange: () => void, onHeartbeat: () => void, onLost: () => void, onRefused: () => void}} handlers
   */
  constructor(url, silence, handlers) {
    this.url = url;
    this.silence = silence;
    this.handlers = handlers;
    this.delay = FIRST_DELAY_MS;
    this.source = null;
    this.timer = 0;
    this.isRefused = false;
  }

  open() {
    this.close();
    this.source = new EventSource(this.url);
    // What happened while there was no connection is not repeated, so a new connection counts as a change.
    this.source.onopen = () => this.received(this.handlers.onChange);
    this.source.onmessage = () => this.received(this.handlers.onChange);
    this.source.addEventListener("change", () => this.received(this.handlers.onChange));
    this.source.addEventListener("heartbeat", () => this.received(this.handlers.onHeartbeat));
    this.source.onerror = () => this.failed();
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
    this.isRefused = false;
    this.expectEvent();
    handle();
  }

  /** The browser gives up only where the response is no stream, and does not say which: HEAD does. */
  async failed() {
    const source = this.source;
    if (source.readyState !== EventSource.CLOSED) return this.lost();
    clearTimeout(this.timer);
    const seconds = await secondsToWait(this.url);
    if (this.source !== source) return;
    if (!seconds) return this.lost();
    this.close();
    this.isRefused = true;
    this.handlers.onRefused();
    this.timer = setTimeout(() => this.open(), seconds * 1000 * spread());
  }

  lost() {
    this.close();
    this.isRefused = false;
    this.handlers.onLost();
    const wait = this.delay * spread();
    this.delay = Math.min(this.delay * 2, LONGEST_DELAY_MS);
    this.timer = setTimeout(() => this.open(), wait);
  }

  expectEvent() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.lost(), this.silence);
  }
}

/** A quarter more or less, so that not all screens come back at once. */
const spread = () => 0.75 + Math.random() / 2;

/** How many seconds the server asks to wait; 0 where it does not answer, or does not say. */
async function secondsToWait(url) {
  try {
    const response = await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(TIMEOUT_MS) });
    return response.ok ? 0 : Number(response.headers.get("retry-after")) || 0;
  } catch {
    return 0;
  }
}
