/** The messages above the form (`data-notice`), each with what the person can do about it. */
export class Notices {
  /** @param {Document} document */
  constructor(document) {
    this.document = document;
  }

  /** @param {string} [detail] put into the notice's empty `<span>` */
  show(name, detail) {
    const notice = this.#notice(name);
    const place = notice.querySelector("span[data-detail]");
    if (place && detail !== undefined && place.textContent !== detail) place.textContent = detail;
    notice.hidden = false;
  }

  hide(...names) {
    for (const name of names) this.#notice(name).hidden = true;
  }

  toggle(name, isShown, detail) {
    if (isShown) this.show(name, detail);
    else this.hide(name);
  }

  focus(name) {
    const notice = this.#notice(name);
    notice.tabIndex = -1;
    notice.focus();
  }

  #notice(name) {
    return this.document.querySelector(`[data-notice="${name}"]`);
  }
}
