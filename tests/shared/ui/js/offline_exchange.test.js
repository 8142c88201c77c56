import assert from "node:assert/strict";
import { test } from "node:test";

import { exchange } from "#js/offline/exchange.js";

const JSON_TYPE = "application/json";
const PROBLEM_TYPE = "application/problem+json";

const answered = (body, status = 200, type = JSON_TYPE, headers = {}) =>
  exchange("/x", {
    fetch: async () => new Response(body, { status, headers: { "content-type": type, ...headers } }),
  });

test("JSON of our server with 2xx is its answer", async () => {
  assert.deepEqual(await answered('{"id":"a"}', 201), { kind: "ok", json: { id: "a" } });
});

test("a problem of our server is its refusal, with the time to wait", async () => {
  const body = '{"type":"/problems/too-many","status":429}';
  const answer = await answered(body, 429, PROBLEM_TYPE, { "retry-after": "7" });
  assert.deepEqual([answer.kind, answer.status, answer.seconds], ["problem", 429, 7]);
  const date = new Date(Date.now() + 30_000).toUTCString();
  const later = await answered(body, 503, PROBLEM_TYPE, { "retry-after": date });
  assert.ok(later.seconds > 25 && later.seconds <= 31);
});

test("a wait is at least a second and at most ten minutes, and nonsense is none", async () => {
  const wait = async (value) =>
    (await answered('{"type":"/problems/x"}', 503, PROBLEM_TYPE, { "retry-after": value })).seconds;
  assert.deepEqual([await wait("0"), await wait("86400"), await wait("soon")], [1, 600, undefined]);
});

test("what somebody else answers is foreign: a portal's page, a gateway's error, JSON that is none", async () => {
  const answers = [
    answered("<html>Wi-Fi</html>", 200, "text/html"),
    answered("<html>Bad gateway</html>", 502, "text/html"),
    answered("{", 200),
    answered("true", 200),
    answered('{"error":"x"}', 403, JSON_TYPE),
    answered('{"title":"not ours"}', 403, PROBLEM_TYPE),
  ];
  for (const answer of await Promise.all(answers)) assert.equal(answer.kind, "foreign");
});

test("the answer is in the language of the page, whatever the browser's is", async () => {
  const asked = async () => {
    const request = {};
    await exchange("/x", { fetch: async (_path, { headers }) => Object.assign(request, headers) && new Response("") });
    return request["accept-language"];
  };
  assert.equal(await asked(), undefined);
  globalThis.document = { documentElement: { lang: "da" } };
  try {
    assert.equal(await asked(), "da");
  } finally {
    delete globalThis.document;
  }
});

test("no answer is silence", async () => {
  const lost = exchange("/x", {
    fetch: async () => {
      throw new TypeError("Failed to fetch");
    },
  });
  assert.deepEqual(await lost, { kind: "silent" });
  // Node ends a test in which nothing but such a signal is awaited.
  const connection = setInterval(() => undefined, 1000);
  const slow = exchange("/x", {
    timeoutMs: 5,
    fetch: (_path, { signal }) =>
      new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
  });
  assert.deepEqual(await slow, { kind: "silent" });
  clearInterval(connection);
});
