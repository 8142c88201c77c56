// What the server says about the event and its companies (`GET /api/pledges/v1/intake`), put into the page. A page that
// came from the server has most of it already; one that the phone has kept has none.

import { forgetMenu, showMenu } from "../service_worker/menu.js";
import { addMoreCompanies } from "../controls/more_companies.js";

/**
 * Which event pledges are captured at: what the person has chosen, or else what the server proposes.
 *
 * @typedef {string | null | undefined} EventChoice null: none; undefined: nothing was chosen
 */

/**
 * @param {HTMLFormElement} form
 * @param {URLSearchParams} query
 * @returns {EventChoice} what the address or the server's page says
 */
export function choiceAtFirst(form, query) {
  return query.get("event") ?? chosenEvent(form) ?? undefined;
}

/**
 * @param {HTMLFormElement} form
 * @param {object} page the server's answer
 * @param {EventChoice} choice
 */
export function fillPage(form, page, choice) {
  const document = form.ownerDocument;
  chooseEvent(form, page, choice);
  showEvent(document, choice === null ? null : page.event);
  listCompanies(document.getElementById("companies"), page);
  offerTasks(form.querySelector("#field-tasks .chip-row"), page.tasks);
  const positions = form.elements.namedItem("positions");
  if (page.limits?.positions) positions.max = page.limits.positions;
  const { localStorage } = document.defaultView;
  if (page.principal?.kind === "person") showMenu(document, localStorage);
  else forgetMenu(localStorage);
}

/** @returns {string | null} the event that pledges are captured at */
export function chosenEvent(form) {
  return form.elements.namedItem("event_id")?.value || null;
}

/** A guest's pledges are for the event of the pass. */
function chooseEvent(form, { event, events = [], principal }, choice) {
  const field = form.elements.namedItem("event_id");
  const isGuest = principal?.kind === "guest";
  const wanted = isGuest || choice === undefined ? (event?.id ?? "") : (choice ?? "");
  if (field.type === "hidden") {
    if (wanted) field.value = wanted;
    return;
  }
  const box = field.closest("[data-event-choice]");
  if (!box) return;
  const titles = new Map([...events, ...(event ? [event] : [])].map(({ id, title }) => [id, title]));
  // Its messages have not arrived yet, but the person has come from its page.
  if (wanted && !titles.has(wanted)) titles.set(wanted, "…");
  field.replaceChildren(field.options[0], ...[...titles].map(([id, title]) => new Option(title, id)));
  field.value = wanted;
  box.hidden = isGuest || (titles.size < 2 && choice !== null);
}

function showEvent(document, event) {
  const place = document.querySelector("[data-event]");
  if (!place) return;
  place.hidden = !event;
  if (!event) return;
  const [title, day] = place.querySelectorAll("strong, strong ~ span");
  title.textContent = event.title;
  if (day) day.textContent = dayText(new Date(event.starts_at), document.documentElement.lang);
}

function listCompanies(list, { companies = [], event, principal }) {
  const known = new Set([...list.options].map(({ value }) => value));
  for (const { name, cvr } of companies) {
    if (known.has(name)) continue;
    const option = new Option("", name);
    if (cvr) option.dataset.cvr = cvr;
    list.append(option);
  }
  if (event && principal?.kind === "person") list.dataset.more ??= `/events/${event.id}/held-names`;
  addMoreCompanies(list);
}

/** Offers these tasks in this order. Those that are on the page already have the page's language. */
function offerTasks(list, tasks = []) {
  const known = new Map([...list.children].map((chip) => [chip.querySelector("input").value, chip]));
  const [sample] = known.values();
  if (!sample || tasks.length === 0) return;
  list.replaceChildren(...tasks.map(({ code, label }) => known.get(code) ?? chipLike(sample, code, label)));
}

function chipLike(sample, code, text) {
  const chip = sample.cloneNode(true);
  const [input, label] = chip.querySelectorAll("input, label");
  Object.assign(input, { id: `field-tasks-${code}`, value: code, checked: false });
  label.htmlFor = input.id;
  label.lastChild.textContent = text;
  return chip;
}

function dayText(at, language) {
  const zone = { timeZone: "Europe/Copenhagen" };
  if (language !== "da") return at.toLocaleDateString("en-GB", { ...zone, day: "numeric", month: "long", year: "numeric" });
  const [year, month, day] = at.toLocaleDateString("sv", zone).split("-");
  return `${day}.${month}.${year}`;
}
