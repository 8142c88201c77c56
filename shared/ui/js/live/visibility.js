/**
 * Keeps streams open only while the page is shown. A browser opens at most six connections to a host over HTTP/1.1, so
 * the streams of six hidden tabs would leave none for the page that is read.
 *
 * A stream counts as a change when it is opened, so the page catches up as soon as it is shown.
 *
 * @param {Iterable<import("./stream.js").Stream>} streams
 */
export function followWhileShown(streams) {
  const close = () => { for (const stream of streams) stream.close(); };
  const update = () => {
    if (document.visibilityState !== "visible") return close();
    for (const stream of streams) stream.reconnect();
  };
  document.addEventListener("visibilitychange", update);
  addEventListener("online", update);
  // A page in the browser's cache of pages that were left must hold no connection.
  addEventListener("pagehide", close);
  addEventListener("pageshow", update);
  update();
}
