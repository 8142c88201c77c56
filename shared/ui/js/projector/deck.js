const TIMEOUT_MS = 20_000;
const FIRST_SERVER_ERROR = 500;
const TOO_MANY_REQUESTS = 429;

/**
 * Steps through slides without leaving the page, so that it stays on the whole screen. Each slide is a page of its own,
 * which is also what a browser without scripts shows.
 */
export class Deck {
  /**
   * @param {{onSlide: (html: string, address: string) => boolean, onFailed: () => void,
   *   onLeave: (address: string) => void}} handlers `onSlide` returns false for a page that is no slide, such as that
   *   of the sign-in; `onLeave` opens it
   */
  constructor(handlers) {
    this.handlers = handlers;
    this.latest = 0;
  }

  /** @param {string} address of a slide's page */
  async go(address) {
    const number = ++this.latest;
    try {
      const response = await fetch(address, { headers: { Accept: "text/html" }, signal: AbortSignal.timeout(TIMEOUT_MS) });
      const html = await response.text();
      // A step that was overtaken by a later one is no longer wanted.
      if (number !== this.latest) return;
      if (response.status >= FIRST_SERVER_ERROR || response.status === TOO_MANY_REQUESTS) this.handlers.onFailed();
      else if (!response.ok || !this.handlers.onSlide(html, address)) this.handlers.onLeave(address);
    } catch {
      if (number === this.latest) this.handlers.onFailed();
    }
  }
}
