const TIMEOUT_MS = 20_000;
const FIRST_SERVER_ERROR = 500;
const TOO_MANY_REQUESTS = 429;

/**
 * Steps through slides without leaving the page, so that it stays on the whole screen. Each slide is a page of its own,
 * which is also what a browser without scripts shows.
 */
export class Deck {
  /**
   * @param {{step: number, steps: number}} place the slide that is shown, and how many there are
   * @param {{addressOf: (step: number) => string,
   *   onSlide: (html: string, step: number, askedAt: number) => {step: number, steps: number} | null, onFailed: () => void,
   *   onLeave: (address: string) => void}} handlers `onSlide` shows the slide of a page, asked for at a time of
   *   `performance`, and returns its place, or null for a page that is no slide, such as that of the sign-in; `onLeave`
   *   opens it
   */
  constructor(place, handlers) {
    this.place = place;
    this.handlers = handlers;
    this.wanted = place.step;
    this.latest = 0;
  }

  /**
   * Goes on, or back. Whoever presses twice before the first slide has come gets to the second one.
   *
   * @param {1 | -1} by
   */
  move(by) {
    return this.show(this.wanted + by);
  }

  /** @param {number} step of a slide; one outside of the deck is its first or last */
  async show(step) {
    const wanted = Math.min(Math.max(step, 1), this.place.steps);
    if (wanted === this.wanted) return;
    this.wanted = wanted;
    const number = ++this.latest;
    const address = this.handlers.addressOf(wanted);
    const askedAt = performance.now();
    try {
      const response = await fetch(address, { headers: { Accept: "text/html" }, signal: AbortSignal.timeout(TIMEOUT_MS) });
      const html = await response.text();
      // A step that was overtaken by a later one is no longer wanted.
      if (number !== this.latest) return;
      if (response.status >= FIRST_SERVER_ERROR || response.status === TOO_MANY_REQUESTS) return this.failed();
      const place = response.ok ? this.handlers.onSlide(html, wanted, askedAt) : null;
      if (!place) return this.handlers.onLeave(address);
      this.place = place;
      this.wanted = place.step;
    } catch {
      if (number === this.latest) this.failed();
    }
  }

  failed() {
    this.wanted = this.place.step;
    this.handlers.onFailed();
  }
}
