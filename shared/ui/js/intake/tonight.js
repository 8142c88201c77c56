import { timeOfDay } from "../live/status.js";

// Whole, as the slim style sheet of the page needs them.
const CLASSES = {
  on_phone: "status status-waiting",
  sent: "status status-active",
  received: "status status-good",
  refused: "status status-bad",
};

/**
 * How far a pledge has come.
 *
 * @param {import("../offline/queue.js").QueuedRecord} record
 * @returns {"on_phone" | "sent" | "received" | "refused"}
 */
export function stateOf(record) {
  if (record.state !== "waiting") return record.state;
  return record.unanswered ? "sent" : "on_phone";
}

/**
 * Whether a refused pledge may be corrected: the server has surely not got it.
 *
 * @param {import("../offline/queue.js").QueuedRecord} record
 */
export function isCorrectable(record) {
  return record.state === "refused" && !record.unanswered && Boolean(record.body) && !record.for_another;
}

/** The list *Mine tilsagn i aften* below the form. */
export class Tonight {
  /**
   * @param {Document} document
   * @param {import("./words.js").Words} words
   * @param {(action: string, id: string) => void} onAction what a button of an entry does
   */
  constructor(document, words, onAction) {
    this.document = document;
    this.words = words;
    this.section = document.querySelector("[data-tonight]");
    this.template = document.getElementById("tonight-entry");
    this.section.addEventListener("click", (event) => {
      const button = event.target.closest("[data-action]");
      if (button) onAction(button.dataset.action, button.closest("[data-id]").dataset.id);
    });
  }

  /**
   * @param {import("./pledges.js").CapturedPledge[]} records the newest first
   * @param {boolean} isOver whether the event is over
   */
  show(records, isOver) {
    const refused = records.filter(({ state }) => state === "refused");
    const others = records.filter(({ state }) => state !== "refused");
    this.section.hidden = false;
    this.#part("attention").hidden = refused.length === 0;
    this.#part("none").hidden = records.length > 0 || isOver;
    this.#part("over").hidden = records.length > 0 || !isOver;
    this.#part("entries").hidden = others.length === 0;
    this.#part("export-all").hidden = !records.some(({ state, body }) => state !== "received" && body);
    this.#fill(this.#part("refused"), refused);
    this.#fill(this.#part("entries"), others);
  }

  #part(name) {
    return this.section.querySelector(`[data-${name}]`);
  }

  /** Entries that are there already are changed in place, so that the focus stays where it is. */
  #fill(list, records) {
    const present = new Map([...list.children].map((item) => [item.dataset.id, item]));
    const wanted = records.map((record) => this.#entry(record, present.get(record.id)));
    for (const item of list.children) if (!wanted.includes(item)) item.remove();
    wanted.forEach((item, place) => {
      if (list.children[place] !== item) list.insertBefore(item, list.children[place] ?? null);
    });
  }

  #entry(record, present) {
    const item = present ?? this.template.content.firstElementChild.cloneNode(true);
    const part = (name) => item.querySelector(`[data-${name}]`);
    const state = stateOf(record);
    item.dataset.id = record.id;
    setText(part("company"), record.summary.name);
    setText(part("positions"), this.words.counted("positions", record.summary.positions));
    setText(part("state"), this.words.texts.receipts[state]);
    part("state").className = CLASSES[state];
    setText(part("time"), this.#time(record));
    const reason = this.#reason(record, state);
    setText(part("reason"), reason);
    part("reason").hidden = !reason;
    this.#offer(item, record, part("actions"));
    return item;
  }

  #time({ receivedAt, addedAt, for_another: forAnother, handed_over_at: handedOverAt }) {
    const parts = [timeOfDay(new Date(receivedAt ?? addedAt), this.document.documentElement.lang)];
    if (forAnother) parts.push(this.words.text("for_another"));
    if (handedOverAt && !receivedAt) parts.push(this.words.text("handed_over"));
    return parts.join(" · ");
  }

  #reason(record, state) {
    if (state === "sent") return this.words.text("sent_unanswered");
    if (state === "received") return (record.warnings ?? []).map(({ message }) => message).join(" ");
    if (state !== "refused") return "";
    const { title = "", detail = "", errors = [] } = record.problem ?? {};
    const sentences = [...new Set([`${title}.`, ...errors.map(({ message }) => message), errors.length ? "" : detail])];
    if (record.unanswered) sentences.push(this.words.text("maybe_received"));
    return sentences.filter(Boolean).join(" ");
  }

  #offer(item, record, actions) {
    const isRefused = record.state === "refused";
    const offered = {
      correct: isCorrectable(record),
      again: isRefused,
      "hand-over": record.state !== "received" && Boolean(this.canHandOver),
      export: isRefused,
      delete: isRefused,
    };
    for (const button of item.querySelectorAll("[data-action]")) {
      button.hidden = !offered[button.dataset.action];
      button.setAttribute("aria-label", `${button.textContent}: ${record.summary.name}`);
    }
    actions.hidden = !Object.values(offered).some(Boolean);
  }
}

/** Changes the text of an element, if it is another one: a screen reader reads what changes. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
