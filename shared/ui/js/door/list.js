import { timeOfDay } from "../live/status.js";

/** Companies as rows with a large button each. Rows that are there already are changed in place: the focus stays. */
export class CompanyList {
  /**
   * @param {Document} document
   * @param {import("../intake/words.js").Words} words
   * @param {(id: string, undo: boolean) => void} onButton
   */
  constructor(document, words, onButton) {
    this.document = document;
    this.words = words;
    this.template = document.getElementById("door-company");
    this.refused = document.getElementById("door-refused");
    document.addEventListener("click", ({ target }) => {
      const button = target.closest("[data-check-in]");
      if (button) onButton(button.closest("[data-id]").dataset.id, button.dataset.checkIn === "undo");
    });
  }

  /**
   * @param {HTMLElement} list
   * @param {import("./attendance.js").DoorCompany[]} companies
   */
  show(list, companies) {
    this.#fill(list, companies, this.template, (row, company) => this.#company(row, company));
  }

  /**
   * @param {HTMLElement} section hidden while there are none
   * @param {import("./captures.js").Capture[]} captures that the server refused
   */
  showRefused(section, captures) {
    section.hidden = captures.length === 0;
    this.#fill(section.querySelector("ul"), captures, this.refused, (row, { body, summary, problem }) => {
      const { title = "", detail = "", errors = [] } = problem ?? {};
      const reasons = errors.length > 0 ? errors.map(({ message }) => message) : [detail];
      setText(row.querySelector("[data-name]"), this.words.text(body.undo ? "undone" : "checked_in", { company: summary.name }));
      setText(row.querySelector("[data-reason]"), [`${title}.`, ...reasons].join(" "));
      for (const button of row.querySelectorAll("[data-action]")) {
        button.setAttribute("aria-label", `${button.textContent}: ${summary.name}`);
      }
    });
  }

  #fill(list, items, template, fill) {
    const present = new Map([...list.children].map((row) => [row.dataset.id, row]));
    const wanted = items.map((item) => {
      const row = present.get(item.id) ?? template.content.firstElementChild.cloneNode(true);
      row.dataset.id = item.id;
      fill(row, item);
      return row;
    });
    const isWanted = new Set(wanted);
    for (const row of [...list.children]) if (!isWanted.has(row)) row.remove();
    wanted.forEach((row, place) => {
      if (list.children[place] !== row) list.insertBefore(row, list.children[place] ?? null);
    });
  }

  #company(row, { name, cvr, checkedInAt, isPending, registered }) {
    const part = (of) => row.querySelector(`[data-${of}]`);
    setText(part("name"), name);
    const facts = [];
    if (cvr) facts.push(`CVR ${cvr.replace(/(\d\d)(?=\d)/g, "$1 ")}`);
    if (!registered) facts.push(this.words.text("not_registered"));
    setText(part("facts"), facts.join(" · "));
    const time = checkedInAt && timeOfDay(new Date(checkedInAt), this.document.documentElement.lang);
    const state = [time && this.words.text("here_since", { time }), isPending && this.words.text("on_phone")];
    setText(part("state"), state.filter(Boolean).join(" · "));
    part("state").hidden = !state.some(Boolean);
    part("state").className = isPending ? "status status-waiting" : "status status-good";
    const button = part("check-in");
    button.dataset.checkIn = checkedInAt ? "undo" : "do";
    button.className = checkedInAt ? "button button-tertiary door-button" : "button button-primary door-button";
    setText(button, this.words.text(checkedInAt ? "undo" : "check_in"));
    button.setAttribute("aria-label", `${button.textContent}: ${name}`);
  }
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
