// Keeps parts of a page fresh. An element with data-live-src is fetched again and replaced whenever its
// event stream (data-live-stream) says that something changed. When the network drops the last figures stay,
// with their time, and the page tries again: after 1 s, 2 s, 4 s … at most a minute apart.
//
// Made to run for months: one connection per stream, one timer, one fetch at a time per element, nothing
// kept of what was replaced. Browsers hide dead connections, so a stream that is silent for longer than
// its heartbeat allows (data-live-silence seconds, 45) is opened anew.

const FIRST_DELAY = 1000;
const LONGEST_DELAY = 60000;
const TOO_OFTEN = 429;

class Stream {
  constructor(url, silence) {
    this.url = url;
    this.silence = silence;
    this.delay = FIRST_DELAY;
    this.source = null;
    this.timer = 0;
    this.open();
  }

  open() {
    this.close();
    this.source = new EventSource(this.url);
    this.source.onopen = () => this.heard(true);
    this.source.onmessage = () => this.heard(true);
    this.source.addEventListener("change", () => this.heard(true));
    this.source.addEventListener("heartbeat", () => this.heard(false));
    this.source.onerror = () => this.lost();
    this.expect();
  }

  close() {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }

  expect() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.lost(), this.silence * 1000);
  }

  heard(changed) {
    this.delay = FIRST_DELAY;
    this.expect();
    if (changed) refresh(this.url);
    else say("live");
  }

  lost() {
    this.close();
    say("lost");
    const wait = this.delay * (0.75 + Math.random() / 2);
    this.delay = Math.min(this.delay * 2, LONGEST_DELAY);
    this.timer = setTimeout(() => this.open(), wait);
  }

  hurry() {
    if (this.source) return;
    this.delay = FIRST_DELAY;
    this.open();
  }
}

const streams = new Map();
const fetching = new Map();

function say(state, at) {
  for (const status of document.querySelectorAll("[data-live-status]")) {
    const text = status.querySelector("[data-live-text]");
    status.dataset.freshWords ??= text.textContent;
    status.dataset.state = state;
    text.textContent = state === "lost" ? status.dataset.lostWords : status.dataset.freshWords;
    const time = status.querySelector("[data-live-time]");
    if (at && time) {
      time.dateTime = at.toISOString();
      time.textContent = clock(at);
    }
  }
}

function clock(at) {
  const danish = document.documentElement.lang === "da";
  const parts = new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/Copenhagen", hour: "2-digit", minute: "2-digit" });
  return danish ? `kl. ${parts.format(at).replace(":", ".")}` : parts.format(at);
}

// Changes that come while one is being fetched are answered by one more fetch, not by one each.
function refresh(url) {
  for (const element of document.querySelectorAll("[data-live-src]")) {
    if (element.dataset.liveStream !== url) continue;
    ask(element.dataset.liveSrc);
  }
}

function ask(address) {
  if (fetching.has(address)) fetching.set(address, true);
  else load(address);
}

async function load(address) {
  fetching.set(address, false);
  try {
    const answer = await fetch(address, {
      headers: { Accept: "text/html", "HX-Request": "true" },
      signal: AbortSignal.timeout(20000),
    });
    if (answer.status === TOO_OFTEN) {
      // The figures stay, and are asked for again when we are told to.
      const seconds = Number(answer.headers.get("retry-after")) || 1;
      setTimeout(() => ask(address), seconds * 1000 * (1 + Math.random() / 2));
    }
    if (!answer.ok) throw new Error(String(answer.status));
    replace(address, await answer.text());
    say("live", new Date());
  } catch {
    say("lost");
  }
  const again = fetching.get(address);
  fetching.delete(address);
  if (again) load(address);
}

function replace(address, html) {
  const old = document.querySelector(`[data-live-src="${CSS.escape(address)}"]`);
  if (!old) return;
  const template = document.createElement("template");
  template.innerHTML = html;
  const fresh = template.content.firstElementChild;
  if (!fresh || fresh.outerHTML === old.outerHTML) return;
  // What somebody has unfolded or is standing on stays so.
  const open = new Set([...old.querySelectorAll("details[open][id]")].map((one) => one.id));
  const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
  old.replaceWith(fresh);
  for (const one of fresh.querySelectorAll("details[id]")) if (open.has(one.id)) one.open = true;
  if (focused) document.getElementById(focused)?.focus();
  window.htmx?.process(fresh);
}

function start() {
  for (const element of document.querySelectorAll("[data-live-stream]")) {
    const url = element.dataset.liveStream;
    if (!streams.has(url)) streams.set(url, new Stream(url, Number(element.dataset.liveSilence) || 45));
  }
}

const hurry = () => streams.forEach((stream) => stream.hurry());
addEventListener("online", hurry);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && hurry());
addEventListener("pagehide", () => streams.forEach((stream) => stream.close()));
addEventListener("pageshow", (event) => event.persisted && hurry());
start();
