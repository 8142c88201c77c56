// Says in time that somebody is about to be signed out, and lets them stay. Without it they are signed out all the same.

const dialog = document.querySelector("[data-session-ends]");
const WARNED_BEFORE_MS = 120_000;
const tabs = new BroadcastChannel("session");
let endsAt = Number(dialog?.dataset.sessionEnds) * 1000;

function later(ends) {
  // What one tab does keeps the others signed in, too.
  if (ends > endsAt) endsAt = ends;
  if (dialog.open && endsAt - Date.now() > WARNED_BEFORE_MS) dialog.close();
}

function look() {
  const left = endsAt - Date.now();
  dialog.toggleAttribute("data-over", left <= 0);
  if (left <= WARNED_BEFORE_MS && !dialog.open) dialog.showModal();
}

async function stay() {
  const answer = await fetch("/session/extend", {
    method: "POST",
    // Not what a form could say: a page elsewhere could not send it.
    headers: { "content-type": "application/json" },
    signal: AbortSignal.timeout(10_000),
  }).catch(() => null);
  if (!answer?.ok) return look();
  const ends = (await answer.json()).ends_at * 1000;
  later(ends);
  tabs.postMessage(ends);
}

if (dialog) {
  tabs.addEventListener("message", (event) => later(event.data));
  tabs.postMessage(endsAt);
  dialog.querySelector("[data-stay]").addEventListener("click", stay);
  // Escape means the same as the button: whoever presses it is there.
  dialog.addEventListener("cancel", stay);
  setInterval(look, 5_000);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && look());
  look();
}
