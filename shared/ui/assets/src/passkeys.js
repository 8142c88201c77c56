// Signing in with a passkey, showing again that it is oneself, and adding one: takes what the server asks to the device, and its answer back.
// Where the browser cannot do it, or has the page from an address that passkeys are not bound to, nothing is shown.

const able = "credentials" in navigator && "PublicKeyCredential" in window;
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) =>
  btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(""))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

class Refused extends Error {}

async function send(path, body) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(20_000),
  });
  const said = await answer.json();
  if (said.type === "/problems/proof-needed") {
    location.assign(`/account/prove?next=${encodeURIComponent(`${location.pathname}#passkeys`)}`);
    // Until that page is there.
    await new Promise(() => {});
  }
  if (!answer.ok) throw new Refused(`${said.title}. ${said.detail}`);
  return said;
}

// PublicKeyCredential.toJSON and its inverses would do the same; phones of a few years ago have none of them.
const sent = (credential, response) => ({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response });
const known = (list = []) => list.map((one) => ({ ...one, id: bytes(one.id) }));

async function signed(asked) {
  const { id, rawId, type, response } = await navigator.credentials.get({
    publicKey: { ...asked, challenge: bytes(asked.challenge), allowCredentials: known(asked.allowCredentials) },
  });
  return sent({ id, rawId, type }, {
    clientDataJSON: text(response.clientDataJSON),
    authenticatorData: text(response.authenticatorData),
    signature: text(response.signature),
    userHandle: response.userHandle && text(response.userHandle),
  });
}

async function signIn({ next }) {
  return send("/sign-in/passkey", { next, credential: await signed(await send("/sign-in/passkey/options", {})) });
}

async function prove() {
  await send("/account/prove", { credential: await signed(await send("/account/prove/options", {})) });
  return {};
}

// What was being done when it had to be shown: a form with all that it holds, or the way to a page.
function goOn() {
  const what = document.getElementById("go-on");
  if (what instanceof HTMLFormElement) what.requestSubmit();
  else what.click();
}

async function enrol({ code }) {
  const asked = await send("/account/passkeys/options", { code });
  const { id, rawId, type, response } = await navigator.credentials.create({
    publicKey: {
      ...asked,
      challenge: bytes(asked.challenge),
      user: { ...asked.user, id: bytes(asked.user.id) },
      excludeCredentials: known(asked.excludeCredentials),
    },
  });
  return send("/account/passkeys", {
    credential: sent({ id, rawId, type }, {
      clientDataJSON: text(response.clientDataJSON),
      attestationObject: text(response.attestationObject),
    }),
  });
}

function said(form, error) {
  if (error instanceof Refused) return error.message;
  if (error.name === "NotAllowedError") return form.dataset.cancelled;
  if (error.name === "InvalidStateError") return form.dataset.known;
  return form.dataset.failed;
}

function prepare(form) {
  const does = { "sign-in": signIn, enrol, prove }[form.dataset.passkey];
  const alert = form.querySelector("[data-passkey-said]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("[type=submit]");
    button.disabled = true;
    alert.hidden = true;
    try {
      const { next } = await does(Object.fromEntries(new FormData(form)));
      if (next === undefined) return goOn();
      location.assign(next);
      // To a place on this same page, the browser only scrolls.
      if (next.startsWith(`${location.pathname}#`)) location.reload();
    } catch (error) {
      alert.querySelector("p").textContent = said(form, error);
      alert.hidden = false;
      button.disabled = false;
      button.focus();
    }
  });
  form.hidden = false;
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (able && location.hostname === form.dataset.host) prepare(form);
  else for (const instead of document.querySelectorAll("[data-passkey-unable]")) instead.hidden = false;
}
