const WARNING_MS = 120_000;
const TIMEOUT_MS = 10_000;

/**
 * The dialog that warns two minutes before the session ends. What is done in one tab keeps the session alive in all,
 * so the tabs tell one another when it ends.
 */
export class SessionWarning {
  /**
   * @param {HTMLDialogElement} dialog `data-session-ends` is the end in seconds since 1970
   * @param {BroadcastChannel} tabs
   */
  constructor(dialog, tabs) {
    this.dialog = dialog;
    this.tabs = tabs;
    this.endsAt = Number(dialog.dataset.sessionEnds) * 1000;
    const stay = () => this.stay();
    tabs.addEventListener("message", (event) => this.postpone(event.data));
    tabs.postMessage(this.endsAt);
    dialog.querySelector("[data-stay]").addEventListener("click", stay);
    // Escape means the same as the button: somebody is there.
    dialog.addEventListener("cancel", stay);
  }

  /** Opens the dialog when the end is near, and says in it when the session is over. */
  look() {
    const left = this.endsAt - Date.now();
    this.dialog.toggleAttribute("data-over", left <= 0);
    // Others may use the browser from now on. What is typed on this page stays on it.
    if (left <= 0) this.dialog.dispatchEvent(new Event("session:ended", { bubbles: true }));
    if (left <= WARNING_MS && !this.dialog.open) this.dialog.showModal();
  }

  /** Asks the server for more time. */
  async stay() {
    const response = await fetch("/session/extend", {
      method: "POST",
      // A form cannot send this type, so a page elsewhere cannot either.
      headers: { "content-type": "application/json" },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch(() => null);
    if (!response?.ok) return this.look();
    const endsAt = (await response.json()).ends_at * 1000;
    this.postpone(endsAt);
    this.tabs.postMessage(endsAt);
  }

  /** @param {number} endsAt in milliseconds since 1970; an earlier end than the known one is old news */
  postpone(endsAt) {
    if (endsAt > this.endsAt) this.endsAt = endsAt;
    if (this.dialog.open && this.endsAt - Date.now() > WARNING_MS) this.dialog.close();
  }
}
