// Warns before the session ends and lets the person stay. Without it the session ends all the same.

import { SessionWarning } from "./warning.js";

const LOOK_EVERY_MS = 5_000;

const dialog = document.querySelector("[data-session-ends]");

if (dialog) {
  const warning = new SessionWarning(dialog, new BroadcastChannel("session"));
  const look = () => warning.look();
  setInterval(look, LOOK_EVERY_MS);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && look());
  look();
}
