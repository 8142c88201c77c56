/**
 * Says on the page whether its figures are live, fetched every minute, or the connection is lost.
 *
 * @param {"live" | "polling" | "lost"} state
 * @param {Date} [at] when the figures were fetched; without it the time on the page stays
 */
export function showStatus(state, at) {
  for (const status of document.querySelectorAll("[data-live-status]")) {
    const text = status.querySelector("[data-live-text]");
    status.dataset.freshWords ??= text.textContent;
    status.dataset.state = state;
    text.textContent = status.dataset[state === "live" ? "freshWords" : `${state}Words`];
    const time = status.querySelector("[data-live-time]");
    if (at && time) {
      time.dateTime = at.toISOString();
      time.textContent = timeOfDay(at, document.documentElement.lang);
    }
  }
}

/**
 * The time in Denmark as our pages write it: `kl. 19.05` in Danish, `19:05` in English.
 *
 * @param {Date} at
 * @param {string} language
 */
export function timeOfDay(at, language) {
  const format = new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/Copenhagen", hour: "2-digit", minute: "2-digit" });
  return language === "da" ? `kl. ${format.format(at).replace(":", ".")}` : format.format(at);
}
