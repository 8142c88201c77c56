// Signing in with a passkey, step-up authentication with one, and adding one. In a browser that cannot do it, or at an
// address that passkeys are not bound to, the forms stay hidden and a sentence appears instead.

import { enable } from "./form.js";

const supported = "credentials" in navigator && "PublicKeyCredential" in window;

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (supported && location.hostname === form.dataset.host) enable(form);
  else for (const instead of document.querySelectorAll("[data-passkey-unable]")) instead.hidden = false;
}
