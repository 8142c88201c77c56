import { fill, hasFile, isId, originalValuesOf, valuesOf } from "./fields.js";

const COOKIE = "__Host-tilsagn-sending";
const COOKIE_SECONDS = 600;

/**
 * Keeps what is typed into the forms of a page until the server has accepted it: after a reload, Back, another
 * language, an error or a broken connection it is in the form again. A form with `data-no-draft` is left out.
 *
 * The server says that it has accepted a form: it deletes the cookie that is set here when the form is sent
 * (shared/http/accepted_forms.py). Where a file was chosen, which cannot be kept, the browser asks before the page is
 * left.
 */
export class TypedText {
  /**
   * @param {Document} document `data-principal` of its body is who is signed in; `data-posted` says that the page is
   *   the answer to a form
   * @param {Window} window
   * @param {import("./drafts.js").Drafts} drafts
   */
  constructor(document, window, drafts) {
    this.document = document;
    this.window = window;
    this.drafts = drafts;
    this.isLeaving = false;
  }

  /** Starts to keep and to restore. */
  start() {
    const { document, window } = this;
    this.drafts.belongTo(document.body.dataset.principal);
    const sent = this.#settle();
    for (const form of this.#forms()) {
      // What the server has just answered is newer than the draft.
      if (sent && this.#isPosted && actionOf(form) === sent.action) this.#save(form, { whole: true });
      else this.#restore(form);
    }
    for (const type of ["input", "change"]) document.addEventListener(type, (event) => this.#onTyped(event));
    document.addEventListener("submit", (event) => this.#onSubmit(event));
    document.addEventListener("click", (event) => this.#onClick(event));
    document.addEventListener("htmx:after:swap", () => this.#forms().forEach((form) => this.#restore(form)));
    document.addEventListener("session:ended", () => this.drafts.clear());
    // A script has accepted the form in the server's place.
    document.addEventListener("form:accepted", (event) => this.drafts.remove(this.#keyOf(event.target)));
    window.addEventListener("pageshow", (event) => event.persisted && this.#onShownAgain());
    window.addEventListener("beforeunload", (event) => this.#onLeaving(event));
  }

  get #isPosted() {
    return "posted" in this.document.body.dataset;
  }

  #forms() {
    return [...this.document.querySelectorAll('form[method="post"]:not([data-no-draft])')];
  }

  #pageOf(form) {
    const here = pageAt(this.window.location);
    return (this.#isPosted && this.drafts.pageOf(actionOf(form))) || here;
  }

  #keyOf(form) {
    return `${this.#pageOf(form)} ${actionOf(form)}`;
  }

  /** Learns whether the form that was sent last has been accepted, and forgets it then. Returns that form. */
  #settle() {
    const sent = this.drafts.sending;
    if (!sent) return null;
    const isAccepted = sent.isMarked && !cookieOf(this.document).includes(sent.id);
    if (!isAccepted) setCookie(this.document, "", 0);
    if (isAccepted && !this.#isPosted) this.drafts.remove(sent.key);
    this.drafts.sending = null;
    return { ...sent, isAccepted };
  }

  #save(form, { whole = false } = {}) {
    const key = this.#keyOf(form);
    const fields = { ...this.drafts.fields(key) };
    const values = valuesOf(form);
    const original = originalValuesOf(form);
    for (const [name, value] of Object.entries(values)) {
      if (whole || name in fields || value.join("\n") !== original[name].join("\n")) fields[name] = value;
    }
    if (Object.keys(fields).length === 0) return;
    if (values.id) fields.id ??= values.id;
    // Rows change places, and take their ids along.
    for (const name of Object.keys(values)) if (name !== "id" && isId(name)) fields[name] = values[name];
    this.drafts.save(key, fields);
  }

  #restore(form) {
    const fields = this.drafts.fields(this.#keyOf(form));
    if (!fields) return;
    form.dataset.restored = "";
    // Here a form adds the rows that the draft has.
    form.dispatchEvent(new CustomEvent("draft:restoring", { detail: fields }));
    const changed = fill(form, fields);
    for (const field of changed) {
      const details = field.closest("details");
      if (details) details.open = true;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    const notice = form.querySelector("[data-draft-notice]");
    if (notice && changed.length > 0) notice.hidden = false;
  }

  #onTyped(event) {
    const form = event.target.form;
    if (form && this.#forms().includes(form)) this.#save(form);
  }

  #onSubmit(event) {
    const form = event.target;
    if (event.defaultPrevented || form.target === "_blank" || "download" in form.dataset) return;
    this.isLeaving = true;
    if (form.getAttribute("action") === "/sign-out") return this.drafts.clear();
    if (!this.#forms().includes(form)) return;
    this.#save(form);
    const id = crypto.randomUUID();
    setCookie(this.document, id, COOKIE_SECONDS);
    const isMarked = cookieOf(this.document).includes(id);
    this.drafts.sending = { key: this.#keyOf(form), page: this.#pageOf(form), action: actionOf(form), id, isMarked };
  }

  #onClick(event) {
    const clear = event.target.closest?.("[data-draft-clear]");
    if (clear) {
      this.drafts.remove(this.#keyOf(clear.form));
      this.window.location.replace(this.#pageOf(clear.form));
    }
    const link = event.target.closest?.(".language-links a[hreflang]");
    if (link) link.href = inLanguage(this.#page() ?? link.href, link.hreflang, this.window.location);
  }

  /** The page to come back to: of the answer to a form, the page that the form was on, if it is known. */
  #page() {
    if (!this.#isPosted) return pageAt(this.window.location);
    return this.#forms().map((form) => this.drafts.pageOf(actionOf(form))).find(Boolean);
  }

  /** The browser shows a page that it has kept in memory, with what was typed then. */
  #onShownAgain() {
    this.isLeaving = false;
    const sent = this.#settle();
    for (const form of this.#forms()) {
      if (sent?.isAccepted && sent.key === this.#keyOf(form)) return this.window.location.replace(sent.page);
      this.#restore(form);
    }
  }

  #onLeaving(event) {
    if (!this.isLeaving && this.#forms().some(hasFile)) event.preventDefault();
  }
}

/** @returns {string} path and query, without the language */
export function pageAt(location) {
  const query = new URLSearchParams(location.search);
  query.delete("lang");
  const text = query.toString();
  return location.pathname + (text && `?${text}`);
}

function inLanguage(page, language, location) {
  const url = new URL(page, location.origin);
  url.searchParams.set("lang", language);
  return url.pathname + url.search;
}

// An attribute, because a field may be called `action`.
function actionOf(form) {
  return form.getAttribute("action") ?? "";
}

function cookieOf(document) {
  return document.cookie.split("; ").find((pair) => pair.startsWith(`${COOKIE}=`)) ?? "";
}

function setCookie(document, value, seconds) {
  document.cookie = `${COOKIE}=${value}; Path=/; Secure; SameSite=Strict; Max-Age=${seconds}`;
}
