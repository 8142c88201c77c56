import { abortAfter } from "../offline/exchange.js";

const PATIENCE_MS = 20_000;

/**
 * Adds the companies that only a person's own browser may fetch to a list of suggestions (`data-more` is their
 * address). Without them the list is only shorter, so a failure is not reported. They are not kept on the phone.
 *
 * @param {HTMLDataListElement} list
 */
export async function addMoreCompanies(list) {
  const { more, added } = list.dataset;
  if (!more || more === added) return;
  list.dataset.added = more;
  try {
    const answer = await fetch(more, { headers: { accept: "text/html" }, signal: abortAfter(PATIENCE_MS) });
    if (!answer.ok) return;
    const options = new DOMParser().parseFromString(await answer.text(), "text/html").querySelectorAll("option");
    list.append(...options);
  } catch {
    // No network, or too slow: the next time.
    delete list.dataset.added;
  }
}
