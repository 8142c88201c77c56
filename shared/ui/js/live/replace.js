/**
 * Replaces the element with this `data-live-src` by a new version of it. What is open or has the focus stays so.
 *
 * @param {string} address
 * @param {string} html the element as the server renders it now
 */
export function replaceFragment(address, html) {
  const old = document.querySelector(`[data-live-src="${CSS.escape(address)}"]`);
  if (!old) return;
  const template = document.createElement("template");
  template.innerHTML = html;
  const fresh = template.content.firstElementChild;
  if (!fresh || fresh.outerHTML === old.outerHTML) return;
  const open = new Set([...old.querySelectorAll("details[open][id]")].map((details) => details.id));
  const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
  old.replaceWith(fresh);
  for (const details of fresh.querySelectorAll("details[id]")) if (open.has(details.id)) details.open = true;
  if (focused) document.getElementById(focused)?.focus();
  window.htmx?.process(fresh);
}
