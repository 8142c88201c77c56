// Keeps parts of a page fresh. An element with `data-live-src` is fetched again and replaced whenever its event stream
// (`data-live-stream`) reports a change. While the network is down the last figures stay, with their time. Where the
// server has no stream left, they are fetched whenever it may be asked again, and the page says so.
//
// A board runs for months: one connection per stream, one timer, one fetch at a time per element, and nothing is kept
// of what was replaced.

import { Fragments } from "./fragments.js";
import { replaceFragment } from "./replace.js";
import { showStatus } from "./status.js";
import { Stream } from "./stream.js";
import { followWhileShown } from "./visibility.js";

const DEFAULT_SILENCE_S = 45;

const streams = new Map();
const isPolling = () => [...streams.values()].some((stream) => stream.isRefused);
const fragments = new Fragments({
  onFetched(address, html) {
    replaceFragment(address, html);
    showStatus(isPolling() ? "polling" : "live", new Date());
  },
  onFailed: () => showStatus("lost"),
});

/** When each stream last reported a change, by the page's own clock. */
const changedAt = new Map();

function refresh(url) {
  changedAt.set(url, performance.now());
  for (const element of document.querySelectorAll("[data-live-src]")) {
    if (element.dataset.liveStream === url) fragments.request(element.dataset.liveSrc);
  }
}

for (const element of document.querySelectorAll("[data-live-stream]")) {
  const url = element.dataset.liveStream;
  if (streams.has(url)) continue;
  const silence = Number(element.dataset.liveSilence) || DEFAULT_SILENCE_S;
  streams.set(
    url,
    new Stream(url, silence * 1000, {
      onChange: () => refresh(url),
      onHeartbeat: () => showStatus("live"),
      onLost: () => showStatus("lost"),
      onRefused: () => refresh(url),
    }),
  );
}

// A script that has put in a part of the page by itself says so: what has changed since it asked for it may be missing.
document.addEventListener("live:shown", (event) => {
  for (const [url, at] of changedAt) if (at >= event.detail.askedAt) refresh(url);
});

followWhileShown([...streams.values()]);
