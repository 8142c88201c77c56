import { timeOfDay } from "../live/status.js";
import { setText, stateOf } from "./tonight.js";

/** Above the form: the pledge that was captured last, and how the delivery of all of them stands. */
export class Summary {
  /**
   * @param {Document} document
   * @param {import("./words.js").Words} words
   */
  constructor(document, words) {
    this.document = document;
    this.words = words;
  }

  /**
   * @param {import("./pledges.js").CapturedPledge} record
   * @param {string} [warning] what the phone itself found odd, until the server has judged it
   */
  showLast(record, warning) {
    const last = this.document.querySelector("[data-last]");
    const part = (name) => last.querySelector(`[data-last-${name}]`);
    const state = stateOf(record);
    last.hidden = false;
    last.dataset.state = state;
    setText(part("heading"), this.words.texts.headings[state]);
    setText(part("positions"), this.words.counted("positions", record.summary.positions));
    setText(part("company"), record.summary.name);
    const warnings = (record.warnings ?? []).map(({ message }) => message).join(" ") || warning || "";
    setText(part("warnings"), warnings);
    part("warnings").hidden = !warnings;
  }

  /**
   * @param {import("./pledges.js").CapturedPledge[]} records
   * @param {Date | null} lastContact
   */
  showDelivery(records, lastContact) {
    const line = this.document.querySelector("[data-delivery]");
    const count = (state) => records.filter((record) => record.state === state).length;
    const [waiting, refused, received] = [count("waiting"), count("refused"), count("received")];
    line.hidden = records.length === 0;
    line.dataset.state = refused ? "refused" : waiting ? "waiting" : "received";
    const parts = [];
    if (refused) parts.push(this.words.counted("needs_action", refused));
    if (waiting) parts.push(this.words.counted("waiting", waiting));
    if (!refused && !waiting) parts.push(this.words.counted("all_received", received));
    parts.push(this.#contact(lastContact));
    setText(line.querySelector("[data-delivery-text]"), parts.join(" · "));
  }

  #contact(at) {
    if (!at) return this.words.text("no_contact");
    const time = timeOfDay(at, this.document.documentElement.lang).replace(" ", "\u00a0");
    return this.words.text("contact", { time });
  }
}
