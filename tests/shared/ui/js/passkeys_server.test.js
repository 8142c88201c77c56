import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { setImmediate } from "node:timers/promises";

import { explain } from "#js/passkeys/form.js";
import { post, RefusedError } from "#js/passkeys/server.js";

function server(body, status = 200) {
  mock.restoreAll();
  return mock.method(globalThis, "fetch", async () => Response.json(body, { status }));
}

test("what is posted is JSON, and so is the answer", async () => {
  const fetch = server({ challenge: "AQID" });
  assert.deepEqual(await post("/sign-in/passkey/options", { code: "AB3D-9KLM" }), { challenge: "AQID" });
  const [path, { method, headers, body }] = fetch.mock.calls[0].arguments;
  assert.equal(path, "/sign-in/passkey/options");
  assert.equal(method, "POST");
  assert.equal(headers["content-type"], "application/json");
  assert.deepEqual(JSON.parse(body), { code: "AB3D-9KLM" });
});

test("a refusal carries the server's words", async () => {
  server({ type: "/problems/bad-code", title: "Wrong code", detail: "Ask for a new one." }, 403);
  const error = await post("/account/passkeys", {}).catch((one) => one);
  assert.ok(error instanceof RefusedError);
  assert.equal(error.message, "Wrong code. Ask for a new one.");
});

test("where the server wants step-up authentication, the browser goes there and nothing else happens", async () => {
  const places = [];
  globalThis.location = { pathname: "/account", assign: (place) => places.push(place) };
  server({ type: "/problems/proof-needed", title: "…", detail: "…" }, 403);
  let settled = false;
  post("/account/passkeys/options", {}).finally(() => { settled = true; });
  await setImmediate();
  assert.deepEqual(places, ["/account/prove?next=%2Faccount%23passkeys"]);
  assert.equal(settled, false);
});

test("each failure has its own words", () => {
  const words = { cancelled: "It was cancelled.", known: "This device has one already.", failed: "Try again." };
  assert.equal(explain(new RefusedError("Wrong code."), words), "Wrong code.");
  assert.equal(explain(new DOMException("", "NotAllowedError"), words), words.cancelled);
  assert.equal(explain(new DOMException("", "InvalidStateError"), words), words.known);
  assert.equal(explain(new TypeError("the network is down"), words), words.failed);
});
