import { isCvr } from "../fields/numbers.js";
import { looksLikeCpr } from "../fields/cpr.js";
import { lineError } from "../fields/text.js";
import { Notices } from "../intake/notices.js";
import { Words } from "../intake/words.js";
import { timeOfDay } from "../live/status.js";
import { exchange } from "../offline/exchange.js";
import { Sender } from "../offline/sender.js";
import { StorageError } from "../offline/store.js";
import { companiesAt, recognised, search } from "./attendance.js";
import { Captures } from "./captures.js";
import { deliver } from "./delivery.js";
import { CompanyList } from "./list.js";
import { Scanning } from "./scanning.js";

const LOCK = "tilsagn-door";
const FRESH_MS = 15_000;
const LONGEST_NAME = 200;

/** The page of the door: tonight's list, the search, the scanner, and what has not arrived yet. */
export class DoorPage {
  /**
   * @param {Document} document
   * @param {HTMLElement} root
   */
  constructor(document, root) {
    this.document = document;
    this.root = root;
    this.words = new Words(JSON.parse(document.getElementById("door-words").textContent));
    this.notices = new Notices(document);
    this.list = new CompanyList(document, this.words, (id, undo) => this.#onButton(id, undo));
    [, this.eventId] = /\/events\/([^/]+)\/door/.exec(document.location.pathname);
    this.principal = document.body.dataset.principal ?? null;
    // A page that was kept on the phone does not know who is signed in: nothing is sent until the server has said it.
    this.isPrincipalKnown = this.principal !== null;
    this.door = null;
    this.companies = [];
    this.last = null;
    this.lastContact = null;
    this.shown = "missing";
  }

  async start() {
    this.#listen();
    try {
      this.captures = await Captures.open();
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      this.notices.show("no-storage");
      return this.#fetch();
    }
    globalThis.navigator.storage?.persist?.().catch(() => undefined);
    await this.captures.forgetOver().catch(() => undefined);
    this.door = await this.captures.door(this.eventId);
    this.principal ??= this.door?.subject ?? null;
    this.captures.queue.addEventListener("change", () => this.#refresh());
    this.sender = new Sender(this.captures.queue, (records) => deliver(records), {
      lock: LOCK,
      keep: (record, receipt) => ({ ...record, receipt }),
      isHeldBack: (record) => !this.isPrincipalKnown || this.#isAnothers(record),
    });
    this.sender.addEventListener("report", ({ detail }) => this.#onReport(detail));
    await this.#refresh();
    await this.sender.start();
    await this.#fetch();
    this.#showScanned();
    setInterval(() => this.document.visibilityState === "visible" && this.#fetch({ tonight: true }), FRESH_MS);
  }

  #part(name) {
    return this.root.querySelector(`[data-${name}]`);
  }

  #listen() {
    this.#part("search").addEventListener("input", () => this.#show());
    this.#part("search").closest("form").addEventListener("submit", (event) => event.preventDefault());
    for (const choice of this.root.querySelectorAll("[data-show]")) {
      choice.addEventListener("click", () => {
        this.shown = choice.dataset.show;
        this.#show();
      });
    }
    this.#part("walk-in").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#walkIn(event.target);
    });
    this.#part("last-undo").addEventListener("click", () => this.last && this.#onButton(this.last.id, !this.last.undo));
    this.#part("attention").addEventListener("click", ({ target }) => this.#onRefused(target.closest("[data-action]")));
    this.document.querySelector("[data-send-as-me]").addEventListener("click", () => this.#sendAsMe());
    new BroadcastChannel("principal").onmessage = ({ data }) => data !== this.principal && this.#fetch();
    this.document.addEventListener("visibilitychange", () => this.document.visibilityState === "visible" && this.#fetch());
    new Scanning(this.root, this.words, {
      find: (code) => this.companies.find(({ invitation }) => invitation === code),
      onCompany: (company) => this.#capture(company, false),
      onFailed: () => this.notices.show("no-camera"),
    }).offer();
  }

  /** An invitation that was scanned with the phone's own camera leads here, with its code behind the `#`. */
  #showScanned() {
    const { location } = this.document;
    const company = this.companies.find(({ invitation }) => invitation && invitation === location.hash.slice(1));
    if (!company) return;
    this.#part("search").value = company.name;
    this.#show();
    // Once: the next reload shows the whole list again.
    this.document.defaultView.history.replaceState(null, "", location.pathname + location.search);
  }

  async #onButton(id, undo) {
    const company = this.companies.find((one) => one.id === id);
    if (company) await this.#capture(company, undo);
  }

  async #capture(company, undo) {
    const how = { undo, principal: this.principal };
    let captured = null;
    try {
      if (!this.captures) throw new StorageError(new DOMException("closed", "InvalidStateError"));
      captured = await this.captures.capture(this.eventId, company, how);
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      if (!(await this.#sendAtOnce(company, how))) return;
    }
    this.notices.hide("not-kept");
    this.last = { id: company.id, name: company.name, undo, captureId: captured?.id };
    this.#showLast();
    this.#part("search").value = "";
    this.#part("walk-in").reset();
    this.#show();
    await this.sender?.sendNow();
  }

  /** Where nothing can be kept, the check-in counts only if the server takes it now. */
  async #sendAtOnce(company, how) {
    const record = new Captures(null, { tabs: { postMessage() {} } }).record(this.eventId, company, how);
    const report = await deliver([record]);
    if (report.answers?.get(record.id)?.receipt) {
      await this.#fetch();
      return true;
    }
    this.notices.show("not-kept", company.name);
    this.notices.focus("not-kept");
    return false;
  }

  #walkIn(form) {
    const value = (name) => form.elements.namedItem(name).value.trim();
    const typed = { name: value("name"), cvr: value("cvr") };
    const error = this.#nameError(typed.name) ?? (looksLikeCpr(typed.cvr) ? "cpr_shape" : undefined);
    const place = this.#part("walk-in-error");
    place.hidden = !error;
    if (error) {
      place.textContent = this.words.error({ code: error, limit: LONGEST_NAME });
      form.elements.namedItem("name").focus();
      return undefined;
    }
    const known = recognised(this.companies, typed);
    if (known) return this.#capture(known, false);
    const id = crypto.randomUUID();
    const owned = form.elements.namedItem("personally_owned").checked;
    const walkIn = { id, name: typed.name, ...(typed.cvr && { cvr: typed.cvr }), ...(owned && { personally_owned: true }) };
    return this.#capture({ id, name: typed.name, cvr: typed.cvr || null, walkIn }, false);
  }

  #nameError(name) {
    if (!name) return "missing";
    return looksLikeCpr(name) ? "cpr_shape" : lineError(name, LONGEST_NAME);
  }

  /** Asks the server for the list; with `tonight` without the companies that are neither expected nor present. */
  async #fetch({ tonight = false } = {}) {
    const asked = Date.now();
    const isPartial = tonight && Boolean(this.door);
    const answer = await exchange(`/api/events/v1/events/${this.eventId}/door${isPartial ? "?tonight=true" : ""}`);
    if (answer.kind === "ok" && answer.json.event) {
      this.lastContact = new Date();
      this.principal = answer.json.subject;
      this.isPrincipalKnown = true;
      const door = { ...answer.json, complete: !isPartial };
      this.notices.hide("signed-out", "foreign");
      this.door = { ...door, fetchedAt: asked };
      await this.captures?.keepDoor(door, asked).catch(() => undefined);
      this.door = (await this.captures?.door(this.eventId).catch(() => undefined)) ?? this.door;
      await this.captures?.forgetOver().catch(() => undefined);
      await this.sender?.sendNow();
    } else {
      this.notices.toggle("foreign", answer.kind === "foreign");
      if (answer.kind === "problem" && answer.status === 401) this.notices.show("signed-out");
    }
    await this.#refresh();
  }

  #onReport({ contact }) {
    if (["answered", "signed_out", "busy"].includes(contact)) this.lastContact = new Date();
    this.notices.toggle("signed-out", contact === "signed_out");
    this.notices.toggle("foreign", contact === "foreign");
    if (contact === "answered") this.#fetch({ tonight: true });
  }

  #isAnothers(record) {
    return Boolean(record.principal && this.principal && record.principal !== this.principal);
  }

  async #sendAsMe() {
    for (const record of await this.captures.list(this.eventId)) {
      if (!this.#isAnothers(record)) continue;
      await this.captures.queue.change(record.id, (present) => ({ ...present, principal: this.principal }));
    }
    await this.sender.sendNow();
  }

  async #onRefused(button) {
    if (!button) return;
    const { id } = button.closest("[data-id]").dataset;
    if (button.dataset.action === "again") {
      await this.captures.queue.change(id, (record) => ({ ...record, state: "waiting" }));
      await this.sender.sendNow();
    } else if (this.document.defaultView.confirm(this.words.text("delete"))) {
      await this.captures.queue.remove(id);
    }
  }

  async #refresh() {
    const captures = (await this.captures?.list(this.eventId)) ?? [];
    this.companies = this.door ? companiesAt(this.door, captures) : companiesAt({ companies: [], fetchedAt: 0 }, captures);
    // A company that walked in may be one that the server knows by another id.
    const receipt = captures.find(({ id }) => id === this.last?.captureId)?.receipt;
    if (receipt) this.last.id = receipt.company_id;
    this.#showEvent();
    this.#showDelivery(captures);
    this.list.showRefused(this.#part("attention"), captures.filter(({ state }) => state === "refused"));
    const held = captures.filter((record) => record.state === "waiting" && this.#isAnothers(record));
    this.notices.toggle("other-person", held.length > 0, this.words.counted("held_back", held.length));
    this.#show();
  }

  #showEvent() {
    this.notices.toggle("no-list", !this.door);
    if (!this.door) return;
    const { event } = this.door;
    this.document.querySelector("[data-event-link]").href = `/events/${event.id}`;
    for (const place of this.document.querySelectorAll("[data-event-title]")) place.textContent = event.title;
    this.document.title = this.document.title.replace(/^[^·]*/, `${this.words.text("door")}: ${event.title} `);
    const present = this.companies.filter(({ checkedInAt }) => checkedInAt).length;
    const expected = this.companies.filter(({ registered }) => registered).length;
    this.#part("present").textContent = present;
    this.#part("expected").textContent = expected ? this.words.text("of_registered", { num: expected }) : "";
    this.notices.toggle("not-open", event.status !== "open", this.words.texts.statuses[event.status]);
  }

  /** What is shown of the list: those who are missing, those who are here, or what a search finds. */
  #show() {
    const typed = this.#part("search").value.trim();
    const tonight = this.companies.filter(({ registered, checkedInAt, walkIn }) => registered || checkedInAt || walkIn);
    const here = tonight.filter(({ checkedInAt }) => checkedInAt);
    const missing = tonight.filter(({ checkedInAt }) => !checkedInAt);
    const sets = { missing, here };
    for (const choice of this.root.querySelectorAll("[data-show]")) {
      choice.setAttribute("aria-pressed", String(choice.dataset.show === this.shown));
      choice.querySelector("[data-count]").textContent = sets[choice.dataset.show].length;
    }
    this.#part("choices").hidden = Boolean(typed);
    const found = typed ? search(this.companies, typed) : sets[this.shown];
    this.list.show(this.#part("list"), found);
    this.#part("none").hidden = found.length > 0;
    this.#part("none").textContent = this.words.text(typed ? "none_found" : this.shown === "here" ? "none_here" : "none_missing");
    this.#part("walk-in-panel").hidden = !typed;
    this.#suggest(typed);
  }

  /** What was searched for is the name, or the CVR number, of a company that walks in. */
  #suggest(typed) {
    if (!typed) return;
    const form = this.#part("walk-in");
    const isNumber = isCvr(typed) || /^[\d\s.-]{4,}$/.test(typed);
    form.elements.namedItem("name").value = isNumber ? "" : typed;
    form.elements.namedItem("cvr").value = isNumber ? typed : "";
  }

  #showLast() {
    const part = this.#part("last");
    part.hidden = false;
    part.dataset.state = this.last.undo ? "undone" : "here";
    const name = this.last.undo ? "undone" : "checked_in";
    this.#part("last-text").textContent = this.words.text(name, { company: this.last.name });
    this.#part("last-undo").textContent = this.words.text(this.last.undo ? "check_in" : "undo");
    this.#part("said").textContent = this.#part("last-text").textContent;
  }

  #showDelivery(captures) {
    const line = this.#part("delivery");
    const waiting = captures.filter(({ state }) => state === "waiting").length;
    const refused = captures.filter(({ state }) => state === "refused").length;
    line.dataset.state = refused ? "refused" : waiting ? "waiting" : "received";
    const parts = [];
    if (refused) parts.push(this.words.counted("needs_action", refused));
    parts.push(waiting ? this.words.counted("waiting", waiting) : this.words.text("all_sent"));
    const at = this.lastContact ?? (this.door && new Date(this.door.fetchedAt));
    const time = at && timeOfDay(at, this.document.documentElement.lang);
    parts.push(time ? this.words.text("contact", { time: time.replace(" ", "\u00a0") }) : this.words.text("no_contact"));
    line.querySelector("[data-delivery-text]").textContent = parts.join(" · ");
  }
}
