const TIMEOUT_MS = 20_000;
const TOO_MANY_REQUESTS = 429;

/**
 * Fetches fragments of pages, each address once at a time. Requests that come while one is under way are answered by
 * one more fetch, not by one each.
 */
export class Fragments {
  /** @param {{onFetched: (address: string, html: string) => void, onFailed: () => void}} handlers */
  constructor(handlers) {
    this.handlers = handlers;
    /** @type {Map<string, boolean>} the addresses under way, and whether each was requested again */
    this.pending = new Map();
  }

  /** @param {string} address */
  request(address) {
    if (this.pending.has(address)) this.pending.set(address, true);
    else this.load(address);
  }

  async load(address) {
    this.pending.set(address, false);
    try {
      const response = await fetch(address, {
        headers: { Accept: "text/html", "HX-Request": "true" },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (response.status === TOO_MANY_REQUESTS) this.requestLater(address, response);
      if (!response.ok) throw new Error(String(response.status));
      this.handlers.onFetched(address, await response.text());
    } catch {
      this.handlers.onFailed();
    }
    const again = this.pending.get(address);
    this.pending.delete(address);
    if (again) this.load(address);
  }

  /** Up to half as long again as the server asks for, so that not all screens come back at once. */
  requestLater(address, response) {
    const seconds = Number(response.headers.get("retry-after")) || 1;
    setTimeout(() => this.request(address), seconds * 1000 * (1 + Math.random() / 2));
  }
}
