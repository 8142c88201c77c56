// The service worker of a page that opens without the network. The server puts `self.SHELL`, the facts about the page,
// before this script. It answers that page's address and its files, and nothing else: no request of the API, and no form.

import { Shell } from "./shell.js";

const shell = new Shell(self.SHELL, { caches, fetch: (...request) => fetch(...request), origin: self.location.origin });

self.addEventListener("install", (event) => {
  // At once, because a page that is open keeps what it has loaded, with all that is typed there.
  self.skipWaiting();
  event.waitUntil(shell.keep());
});

self.addEventListener("activate", (event) => event.waitUntil(Promise.all([self.clients.claim(), shell.forgetOld()])));

self.addEventListener("fetch", (event) => {
  const answer = shell.answer(event.request);
  if (answer) event.respondWith(answer);
});

// A page is open, so there may be a network: what is not kept yet, or was thrown away by the browser, is fetched.
self.addEventListener("message", (event) => {
  if (event.data !== "complete") return;
  const answer = () => event.source.postMessage("complete");
  event.waitUntil(shell.complete().then(answer, () => undefined));
});

// A reminder of what waits (offline/reminder.js) leads to the page that sends it.
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow(event.notification.data));
});
