import { earliestTime, isClockWrong } from "../offline/clock.js";
import { exchange } from "../offline/exchange.js";
import { Sender } from "../offline/sender.js";
import { StorageError } from "../offline/store.js";
import { isCvr } from "../fields/numbers.js";
import { noteWaiting, waitingNoted } from "../offline/reminder.js";
import { Announcer } from "./announcing.js";
import { deliver } from "./delivery.js";
import { clearErrors, clearFieldError, showErrors, showFieldError } from "./errors.js";
import { choiceAtFirst, chosenEvent, fillPage } from "./event_choice.js";
import { download, exported } from "./export.js";
import { HandingOver } from "./handing_over.js";
import { bodyOf, empty, fillIn, typedIn } from "./form.js";
import { isOver, Pledges, withoutContact } from "./pledges.js";
import { Notices } from "./notices.js";
import { Summary } from "./summary.js";
import { Tonight } from "./tonight.js";
import { errorsOf, phoneNameError } from "./validation.js";

const LOCK = "tilsagn-intake";
const INTAKE = "/api/pledges/v1/intake";
const STALE_MS = 60_000;
const SECOND_CLICK_MS = 1_000;
const PASS_ENDED = /\/pass-(revoked|expired)$/;

/**
 * The intake on a phone: what is typed is kept on the phone first and sent when there is a network, and the page shows
 * what became of it.
 */
export class IntakePage {
  /**
   * @param {Document} document
   * @param {HTMLFormElement} form
   * @param {import("./words.js").Words} words
   */
  constructor(document, form, words) {
    this.document = document;
    this.form = form;
    this.words = words;
    const query = new URLSearchParams(document.location.search);
    this.practice = query.has("practice");
    this.choice = choiceAtFirst(form, query);
    this.notices = new Notices(document);
    this.notices.toggle("practice", this.practice);
    // Where the browser keeps nothing, the form itself is sent.
    if (this.practice) this.form.action = "/pledges/new?practice=true";
    this.summary = new Summary(document, words);
    this.tonight = new Tonight(document, words, (action, id) => this.#act(action, id));
    this.principal = document.body.dataset.principal ?? null;
    this.isPrincipalKnown = this.principal !== null;
    this.page = null;
    this.lastContact = null;
    this.lastCaptured = null;
    this.emptiedAt = 0;
    this.isSaving = false;
  }

  /** Takes the form over at once, and starts to send when the phone's storage is open. */
  start() {
    // A draft that was restored keeps its id: it may have been captured already (forms/keep_typed.js).
    if (!("restored" in this.form.dataset)) this.#field("id").value = crypto.randomUUID();
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#listen();
    // Nothing that is typed waits for the network.
    this.opening = this.#open();
    this.opening.then(() => {
      this.sender?.start();
      this.#fetchPage();
    });
  }

  async #open() {
    try {
      this.pledges = await Pledges.open({ practice: this.practice });
      this.#connect();
      this.#sayWhatWasLost();
      await this.pledges.tryPassesAgain();
      await this.#dropCapturedDraft();
      await this.#useKeptPage();
      await this.#refresh();
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      this.notices.show("no-storage");
    }
  }

  #connect() {
    this.pledges.queue.addEventListener("change", () => this.#refresh());
    this.sender = new Sender(this.pledges.queue, (records) => this.#send(records), {
      lock: this.practice ? `${LOCK}-practice` : LOCK,
      keep: withoutContact,
      isHeldBack: (record) => this.#isAnothers(record),
    });
    this.sender.addEventListener("report", ({ detail }) => this.#onReport(detail));
    this.handingOver = new HandingOver(this.document, this.words, this.pledges, {
      practice: this.practice,
      principal: () => this.principal,
      onTaken: () => this.sender.sendNow(),
      onFailed: () => this.notices.show("no-handover"),
    });
    this.announcer = new Announcer(this.pledges, { practice: this.practice });
    setInterval(() => this.document.visibilityState === "visible" && this.#announce(), STALE_MS);
  }

  /** A browser that is short of space may throw away what a page keeps, or its user may. */
  #sayWhatWasLost() {
    const lost = this.pledges.isNew && !this.practice ? (waitingNoted(localStorage)?.count ?? 0) : 0;
    this.notices.toggle("lost", lost > 0, lost > 0 ? this.words.counted("lost", lost) : "");
  }

  /** Sends only when it is known who is signed in: nobody's pledge is sent as somebody else's. */
  async #send(records) {
    const answer = this.isPrincipalKnown ? null : await this.#fetchPage();
    const isAllowed = this.isPrincipalKnown && !records.some((record) => this.#isAnothers(record));
    return isAllowed ? deliver(records) : { contact: "unsent", seconds: answer?.seconds };
  }

  #listen() {
    const { document } = this;
    const on = (selector, act) => document.querySelector(selector)?.addEventListener("click", act);
    on("[data-same-company]", () => this.#sameCompany());
    on("[data-stop-correcting]", () => this.#stopCorrecting());
    on("[data-send-as-me]", () => this.#sendAsMe());
    on("[data-export-all]", () => this.#exportAll());
    offerNotifications(document.querySelector("[data-notify]"));
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible" && Date.now() - (this.fetchedAt ?? 0) > STALE_MS) this.#fetchPage();
    });
    // Every page of ours says in its tab who is signed in (forms/index.js).
    new BroadcastChannel("principal").onmessage = ({ data }) => data !== this.principal && this.#onOtherPrincipal();
    document.querySelector("[data-phone-name]")?.addEventListener("change", ({ target }) => this.#namePhone(target));
    this.#field("event_id")?.addEventListener("change", ({ target }) => this.#chooseEvent(target.value || null));
  }

  /** The address remembers the choice, for the next time that the page is loaded. */
  #chooseEvent(eventId) {
    this.choice = eventId;
    const url = new URL(this.document.location);
    if (eventId) url.searchParams.set("event", eventId);
    else url.searchParams.delete("event");
    this.document.defaultView.history.replaceState(null, "", url);
    return this.#fetchPage();
  }

  #field(name) {
    return this.form.elements.namedItem(name);
  }

  async #submit() {
    if (this.isSaving) return undefined;
    clearErrors(this.form);
    const typed = typedIn(new FormData(this.form));
    if (this.#isSecondClick(typed)) return undefined;
    const today = isClockWrong(this.page, Date.now()) ? null : new Date();
    const errors = errorsOf(typed, this.page?.limits ?? this.words.texts.limits, today);
    if (errors.size > 0) {
      const messages = new Map([...errors].map(([name, error]) => [name, this.words.error(error)]));
      return showErrors(this.form, messages, this.#errorWords(errors.size));
    }
    this.isSaving = true;
    try {
      await this.opening;
      await this.#capture(typed);
    } finally {
      this.isSaving = false;
    }
  }

  /** The button was pressed twice: the second time on the next form, which is empty. */
  #isSecondClick(typed) {
    return !typed["company.name"] && !typed["contact.name"] && Date.now() - this.emptiedAt < SECOND_CLICK_MS;
  }

  async #capture(typed) {
    const id = typed.id || crypto.randomUUID();
    const facts = { id, eventId: chosenEvent(this.form), capturedAt: new Date(), practice: this.practice };
    const body = bodyOf(typed, facts);
    let record;
    try {
      if (!this.pledges) throw new StorageError(new DOMException("closed", "InvalidStateError"));
      record = await this.pledges.capture(body, this.principal);
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      record = await this.#sendAtOnce(body);
      if (!record) return;
    }
    // Firefox asks the person: now there is something to keep.
    globalThis.navigator.storage?.persist?.().catch(() => undefined);
    this.notices.hide("not-kept");
    const cvrWarning = typed["company.cvr"] && !isCvr(typed["company.cvr"]) ? this.words.text("cvr_unlikely") : "";
    this.lastCaptured = { id: record.id, record, company: body.company, contact: body.contact, cvrWarning };
    this.#nextForm();
    this.summary.showLast(record, cvrWarning);
    this.sender?.sendNow();
  }

  /** Where nothing can be kept: the pledge stays in the form unless the server takes it now. */
  async #sendAtOnce(body) {
    const record = { id: body.id, body, summary: { name: body.company.name, positions: body.positions } };
    const report = await deliver([record]);
    const answer = report.answers?.get(body.id);
    if (answer?.receipt) return { ...record, state: "received", receivedAt: Date.now(), warnings: answer.receipt.warnings };
    if (answer?.problem) {
      const { title, detail, errors = [] } = answer.problem;
      const messages = errors.length > 0 ? errors.map(({ message }) => message) : [`${title}. ${detail}`];
      showErrors(this.form, new Map([["", messages.join(" ")]]), this.#errorWords(1));
    } else {
      this.notices.show("not-kept");
      this.notices.focus("not-kept");
    }
    return null;
  }

  #errorWords(number) {
    return { heading: this.words.counted("errors_heading", number), error: this.words.text("error") };
  }

  /** Empties the form for the next pledge. The event stays. */
  #nextForm() {
    this.notices.hide("correcting");
    empty(this.form, crypto.randomUUID());
    this.emptiedAt = Date.now();
    this.form.dispatchEvent(new Event("form:accepted", { bubbles: true }));
    this.#field("company.name").focus();
  }

  /** A draft whose pledge was captured before the page was left is no draft any more. */
  async #dropCapturedDraft() {
    const record = await this.pledges.queue.get(this.#field("id").value);
    if (record && record.state !== "refused") this.#nextForm();
    else if (record) this.#sayCorrecting(record);
  }

  #sameCompany() {
    const { company, contact } = this.lastCaptured;
    this.#field("company.name").value = company.name;
    this.#field("company.cvr").value = company.cvr ?? "";
    this.#field("contact.name").value = contact.name;
    this.#field("contact.phone").value = contact.phone ?? "";
    this.#field("contact.email").value = contact.email ?? "";
    this.#field("company.name").dispatchEvent(new Event("input", { bubbles: true }));
    this.#field("positions").focus();
  }

  #onOtherPrincipal() {
    this.isPrincipalKnown = false;
    return this.#fetchPage();
  }

  async #useKeptPage() {
    const page = await this.pledges.page(this.choice);
    if (page) this.#usePage(this.#isOver(page) ? { ...page, event: null } : page);
  }

  #isOver(page) {
    return isOver(page?.event, earliestTime(page, Date.now()));
  }

  #usePage(page) {
    this.page = page;
    fillPage(this.form, page, this.choice);
    this.principal ??= page.principal?.subject ?? null;
    this.tonight.canHandOver = this.handingOver.offer(page);
  }

  /** Asks the server for the event and its companies, and who is signed in. Once at a time. Returns its answer. */
  #fetchPage() {
    if (!this.pledges) return undefined;
    this.fetching ??= this.#fetchPageNow().finally(() => (this.fetching = null));
    return this.fetching;
  }

  async #fetchPageNow() {
    const event = this.choice;
    const asked = Date.now();
    const answer = await exchange(INTAKE + (event ? `?event=${event}` : ""));
    if (answer.kind === "ok" && answer.json.principal) {
      const page = { ...answer.json, fetchedAt: asked };
      this.fetchedAt = asked;
      this.#onContact();
      this.principal = page.principal.subject;
      this.isPrincipalKnown = true;
      this.#usePage(page);
      this.notices.hide("signed-out", "pass-ended");
      await this.#keepPage(page);
      this.#deliverAndForget(page);
    } else if (answer.kind === "problem") {
      this.#onPageRefused(answer);
    }
    this.notices.toggle("foreign", answer.kind === "foreign");
    await this.#refresh();
    return answer;
  }

  async #deliverAndForget(page) {
    await this.sender.sendNow();
    await this.#announce();
    await this.pledges.forgetWhatIsOver(Date.parse(page.now) || Date.now()).catch(ignoreStorage);
  }

  #announce() {
    return this.announcer.announce().catch(ignoreStorage);
  }

  /** A pass that has ended, or a server that does not know this page, does not say that somebody else has signed in. */
  #onPageRefused({ status, problem }) {
    this.#onContact();
    if ([403, 404].includes(status)) this.isPrincipalKnown = true;
    if (status === 401) this.#sayGoneOut();
    if (PASS_ENDED.test(problem.type)) this.notices.show("pass-ended");
  }

  async #keepPage(page) {
    const keep = async () => {
      await this.pledges.keepPage(page.event?.id ?? null, page);
      if (page.event?.status === "open") await this.pledges.meet(page.event.id);
      const name = this.document.querySelector("[data-phone-name]");
      if (page.event && name && !name.value) name.value = (await this.pledges.phone(page.event.id))?.name ?? "";
    };
    await keep().catch(ignoreStorage);
  }

  #onReport({ contact }) {
    if (["answered", "signed_out", "busy"].includes(contact)) this.#onContact();
    if (contact === "answered") this.#announce();
    if (contact !== "unsent") this.notices.toggle("foreign", contact === "foreign");
    if (contact === "answered") this.notices.hide("signed-out", "pass-ended");
    if (contact === "signed_out") this.#sayGoneOut();
  }

  #onContact() {
    this.lastContact = new Date();
  }

  #sayGoneOut() {
    this.notices.show(this.principal?.startsWith("pass:") ? "pass-ended" : "signed-out");
  }

  #isAnothers(record) {
    return Boolean(record.principal && this.principal && record.principal !== this.principal);
  }

  async #sendAsMe() {
    for (const record of await this.pledges.list()) {
      if (record.state !== "waiting" || !this.#isAnothers(record)) continue;
      await this.pledges.queue.change(record.id, (present) => ({ ...present, principal: this.principal }));
    }
    await this.sender.sendNow();
  }

  async #act(action, id) {
    const record = await this.pledges.queue.get(id);
    if (!record) return;
    if (action === "correct") this.#correct(record);
    if (action === "again") await this.#tryAgain(id);
    if (action === "export") this.#download([record]);
    if (action === "hand-over") await this.handingOver.give(record);
    if (action === "delete") await this.#delete(record);
  }

  #correct(record) {
    clearErrors(this.form);
    fillIn(this.form, record.body);
    this.#sayCorrecting(record);
    this.#field("company.name").focus();
  }

  #sayCorrecting(record) {
    this.notices.show("correcting", record.summary.name);
  }

  #stopCorrecting() {
    this.#nextForm();
  }

  async #tryAgain(id) {
    await this.pledges.queue.change(id, (record) => ({ ...record, state: "waiting" }));
    await this.sender.sendNow();
  }

  async #delete(record) {
    const question = this.words.text(record.unanswered ? "delete_maybe" : "delete", { company: record.summary.name });
    if (!this.document.defaultView.confirm(question)) return;
    await this.pledges.discard(record.id);
    this.document.getElementById("tonight-heading").focus();
    await this.#announce();
  }

  async #exportAll() {
    await this.#download((await this.pledges.list()).filter(({ state, body }) => state !== "received" && body));
  }

  /** One file for each event. */
  async #download(records) {
    for (const eventId of new Set(records.map((record) => record.event_id))) {
      const phone = eventId ? await this.pledges.phone(eventId) : undefined;
      const ofEvent = records.filter((record) => record.event_id === eventId);
      download(this.document, exported(ofEvent, eventId, phone, new Date()));
    }
  }

  async #namePhone(field) {
    clearFieldError(field.closest(".form-group"));
    const error = phoneNameError(field.value.trim());
    if (error) return showFieldError(field, this.words.error(error), this.words.text("error"));
    const event = chosenEvent(this.form);
    if (!event) return undefined;
    await this.pledges.namePhone(event, field.value.trim());
    return this.#announce();
  }

  async #refresh() {
    const records = (await this.pledges.list().catch(() => null))?.reverse();
    this.notices.toggle("no-storage", !records);
    if (!records) return;
    this.tonight.show(records, this.#isOver(this.page));
    this.summary.showDelivery(records, this.lastContact);
    const others = records.filter((record) => record.state === "waiting" && this.#isAnothers(record));
    this.notices.toggle("other-person", others.length > 0, this.words.counted("held_back", others.length));
    this.#noteWaiting(records.filter(({ state }) => state !== "received"));
    const last = this.lastCaptured && records.find(({ id }) => id === this.lastCaptured.id);
    if (last) this.summary.showLast(last, this.lastCaptured.cvrWarning);
  }

  /** For the reminders on every page (offline/reminder.js). */
  #noteWaiting(records) {
    if (this.practice) return;
    const since = Math.min(...records.map(({ addedAt }) => addedAt));
    noteWaiting(localStorage, records.length > 0 ? { count: records.length, since } : null);
  }
}

/** For what a page only serves its person better with. */
function ignoreStorage(error) {
  if (!(error instanceof StorageError)) throw error;
}

/** The browser asks only after a press of the button. */
function offerNotifications(button) {
  if (!button || globalThis.Notification?.permission !== "default") return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await Notification.requestPermission();
    button.hidden = true;
  });
}
