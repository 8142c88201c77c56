const ITEM = "tilsagn-waiting";
const REMINDED = "tilsagn-reminded";
const DAY_MS = 86_400_000;
/** Safari forgets what a page keeps after seven days without a visit. */
const DAYS = [1, 3, 5];

/**
 * Notes what waits on this device, so that every page can remind of it. The note says only how much and since when.
 *
 * @param {Storage} storage
 * @param {{count: number, since: number} | null} waiting
 */
export function noteWaiting(storage, waiting) {
  if (waiting) return storage.setItem(ITEM, JSON.stringify(waiting));
  storage.removeItem(ITEM);
  storage.removeItem(REMINDED);
}

/** @returns {{count: number, since: number} | null} what was noted last */
export function waitingNoted(storage) {
  try {
    return JSON.parse(storage.getItem(ITEM));
  } catch {
    return null;
  }
}

/**
 * @param {Storage} storage
 * @param {number} now
 * @returns {{count: number, since: number, day: number, isNew: boolean} | null} what has waited for at least a day; `day`
 *   is 1, 3 or 5, and `isNew` whether that day's reminder is due
 */
export function dueReminder(storage, now) {
  const { count, since } = waitingNoted(storage) ?? {};
  const day = DAYS.findLast((days) => now - since >= days * DAY_MS);
  if (!count || !day) return null;
  return { count, since, day, isNew: Number(storage.getItem(REMINDED) ?? 0) < day };
}

/** Notes that the reminder of a day has been given as a notification. */
export function noteReminded(storage, day) {
  storage.setItem(REMINDED, String(day));
}

/**
 * Shows on a page (`data-waiting-reminder`) that something waits, and notifies once on each of the days where the
 * person has allowed it.
 *
 * @param {Window} window
 */
export function remind(window) {
  const place = window.document.querySelector("[data-waiting-reminder]");
  const show = () => {
    const due = dueReminder(window.localStorage, Date.now());
    if (place) place.hidden = !due;
    if (!due) return;
    const words = place?.dataset[due.count === 1 ? "one" : "other"].replace("{num}", due.count) ?? "";
    if (place) place.querySelector("[data-waiting-words]").textContent = words;
    if (due.isNew) notify(window, words, due.day);
  };
  show();
  window.setInterval(show, 3_600_000);
}

async function notify(window, words, day) {
  if (!words || window.Notification?.permission !== "granted") return;
  const registration = await window.navigator.serviceWorker?.getRegistration("/pledges/");
  if (!registration) return;
  await registration.showNotification(words, { tag: "tilsagn-waiting", icon: "/favicon.ico", data: "/pledges/new" });
  noteReminded(window.localStorage, day);
}
