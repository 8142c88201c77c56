const ITEM = "tilsagn-menu";

/**
 * Remembers where the main menu leads, by language. A page that opens without the network is the same for everybody and
 * has no menu; the person's own comes from the last page that the server has shown. A page without a menu forgets it.
 *
 * @param {Document} document
 * @param {Storage} storage
 */
export function rememberMenu(document, storage) {
  const links = [...document.querySelectorAll(".site-menu-panel .places a")].map((link) => [
    link.getAttribute("href"),
    link.textContent,
  ]);
  try {
    if (links.length > 0) storage.setItem(itemOf(document), JSON.stringify(links));
    else forgetMenu(storage);
  } catch {
    // The browser keeps nothing.
  }
}

/** @param {Storage} storage */
export function forgetMenu(storage) {
  for (const language of ["da", "en"]) storage.removeItem(`${ITEM} ${language}`);
}

/**
 * Shows the menu that was remembered, in a page that the service worker has kept.
 *
 * @param {Document} document
 * @param {Storage} storage
 */
export function showMenu(document, storage) {
  const list = document.querySelector("[data-shell] .site-menu-panel .places ul");
  const links = remembered(document, storage);
  if (!list || links.length === 0 || document.querySelector(".site-nav")) return;
  list.replaceChildren(...links.map((link) => item(document, link)));
  const bar = document.createElement("nav");
  bar.className = "site-nav";
  bar.setAttribute("aria-label", list.closest("nav").getAttribute("aria-label"));
  const container = document.createElement("div");
  container.className = "container";
  const copy = document.createElement("ul");
  copy.append(...links.map((link) => item(document, link)));
  container.append(copy);
  bar.append(container);
  document.querySelector(".site-header").append(bar);
}

function remembered(document, storage) {
  try {
    const links = JSON.parse(storage.getItem(itemOf(document))) ?? [];
    return links.filter(([path]) => /^\/(?!\/)/.test(path));
  } catch {
    return [];
  }
}

function itemOf(document) {
  return `${ITEM} ${document.documentElement.lang}`;
}

function item(document, [path, text]) {
  const link = document.createElement("a");
  link.href = path;
  link.textContent = text;
  if (path === document.location.pathname) link.setAttribute("aria-current", "page");
  const entry = document.createElement("li");
  entry.append(link);
  return entry;
}
