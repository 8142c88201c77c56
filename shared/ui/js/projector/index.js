// Steps through the agenda of a meeting on a screen in a room: by keys, with the time that each item has left. Without
// scripts the same steps are links.

import { showStatus } from "../live/status.js";
import { SingleKeys } from "../shortcuts/keys.js";
import { Deck } from "./deck.js";
import { actionOf } from "./keys.js";
import { ItemTimer, timeText } from "./timer.js";

const SECOND_MS = 1000;

const help = /** @type {HTMLDialogElement} */ (document.querySelector("[data-projector-keys]"));
const letters = new SingleKeys(localStorage);
/** @type {ItemTimer | null} */
let timer = null;

const stepIn = (address) => Number(new URL(address, location.href).searchParams.get("step")) || 1;
const slide = () => /** @type {HTMLElement} */ (document.querySelector("[data-slide]"));
const placeOf = (element) => ({ step: Number(element.dataset.slide), steps: Number(element.dataset.steps) });

const deck = new Deck(placeOf(slide()), {
  addressOf: (step) => `${location.pathname}?step=${step}`,
  onSlide(html, step, askedAt) {
    const page = new DOMParser().parseFromString(html, "text/html");
    const fresh = page.querySelector("[data-slide]");
    if (!fresh) return null;
    slide().replaceWith(fresh);
    document.title = page.title;
    if (stepIn(location.href) !== step) history.pushState(null, "", `?step=${step}`);
    window.htmx?.process(fresh);
    const status = /** @type {HTMLElement} */ (document.querySelector("[data-live-status]"));
    showStatus(status.dataset.state === "polling" ? "polling" : "live", new Date());
    begin();
    document.dispatchEvent(new CustomEvent("live:shown", { detail: { askedAt } }));
    return placeOf(fresh);
  },
  onFailed: () => showStatus("lost"),
  onLeave: (address) => location.assign(address),
});

/** What belongs to the slide that is shown now. */
function begin() {
  const place = /** @type {HTMLElement | null} */ (slide().querySelector("[data-timer]"));
  const key = place?.dataset.timer;
  if (timer?.key !== key) {
    timer?.leave();
    timer = place ? new ItemTimer(sessionStorage, key, Number(place.dataset.minutes)) : null;
    timer?.show();
  }
  showTime();
}

function showTime() {
  const place = /** @type {HTMLElement | null} */ (slide().querySelector("[data-timer]"));
  if (!timer || !place) return;
  const seconds = timer.secondsLeft;
  place.dataset.state = timer.isPaused ? "paused" : seconds < 0 ? "over" : "running";
  place.querySelector("[data-time]").textContent = timeText(seconds);
  place.querySelector("[data-time-words]").textContent = place.dataset[`${place.dataset.state}Words`];
}

function toggleFullScreen() {
  const done = document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen?.();
  done?.catch(() => {});
}

const ACTIONS = {
  next: () => deck.move(1),
  previous: () => deck.move(-1),
  first: () => deck.show(1),
  last: () => deck.show(deck.place.steps),
  fullscreen: toggleFullScreen,
  pause: () => (timer?.toggle(), showTime()),
  restart: () => (timer?.restart(), showTime()),
  help: () => help.showModal(),
};

document.addEventListener("keydown", (event) => {
  const action = help.open ? undefined : actionOf(event, letters.areOn);
  if (!action) return;
  event.preventDefault();
  ACTIONS[action]();
});

document.addEventListener("click", (event) => {
  const target = /** @type {HTMLElement} */ (event.target);
  const button = /** @type {HTMLElement | null} */ (target.closest("button[data-action]"));
  if (button) return ACTIONS[button.dataset.action]();
  const link = /** @type {HTMLAnchorElement | null} */ (target.closest("[data-slide] a[data-step]"));
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  deck.show(stepIn(link.href));
});

addEventListener("popstate", () => deck.show(stepIn(location.href)));

const onOff = /** @type {HTMLInputElement} */ (help.querySelector("[data-single-keys]"));
onOff.checked = letters.areOn;
onOff.addEventListener("change", () => letters.turn(onOff.checked));
for (const button of document.querySelectorAll("button[data-action]")) /** @type {HTMLElement} */ (button).hidden = false;
setInterval(showTime, SECOND_MS);
begin();
