import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { setImmediate } from "node:timers/promises";

import { Fragments } from "#js/live/fragments.js";

let requests;
let fetched;
let failures;
let fragments;

const settled = () => setImmediate();

async function answer(number, response) {
  requests[number].resolve(response);
  await settled();
}

beforeEach(() => {
  requests = [];
  fetched = [];
  failures = 0;
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  mock.restoreAll();
  mock.method(globalThis, "fetch", (address) => new Promise((resolve, reject) => {
    requests.push({ address, resolve, reject });
  }));
  fragments = new Fragments({
    onFetched: (address, html) => fetched.push([address, html]),
    onFailed: () => { failures += 1; },
  });
});

test("what was fetched is handed over with its address", async () => {
  fragments.request("/figures");
  await answer(0, new Response("<p>43</p>"));
  assert.deepEqual(fetched, [["/figures", "<p>43</p>"]]);
  assert.equal(failures, 0);
});

test("requests that come during a fetch are answered by one more", async () => {
  for (let change = 0; change < 5; change += 1) fragments.request("/figures");
  assert.equal(requests.length, 1);
  await answer(0, new Response("first"));
  assert.equal(requests.length, 2);
  await answer(1, new Response("second"));
  assert.equal(requests.length, 2);
  assert.deepEqual(fetched.map(([, html]) => html), ["first", "second"]);
});

test("one address does not wait for another", () => {
  fragments.request("/figures");
  fragments.request("/chart");
  assert.deepEqual(requests.map(({ address }) => address), ["/figures", "/chart"]);
});

test("an error is reported, nothing is handed over, and the next request is sent", async () => {
  fragments.request("/figures");
  await answer(0, new Response("broken", { status: 500 }));
  assert.equal(failures, 1);
  fragments.request("/figures");
  requests[1].reject(new TypeError("the network is down"));
  await settled();
  assert.equal(failures, 2);
  fragments.request("/figures");
  assert.equal(requests.length, 3);
  assert.deepEqual(fetched, []);
});

test("after too many requests the next one waits as long as the server asks, or half as long again", async () => {
  for (const [random, wait] of [[0, 7000], [1, 10_500]]) {
    mock.method(Math, "random", () => random);
    fragments.request("/figures");
    const before = requests.length;
    await answer(before - 1, new Response("", { status: 429, headers: { "retry-after": "7" } }));
    mock.timers.tick(wait - 1);
    assert.equal(requests.length, before);
    mock.timers.tick(1);
    assert.equal(requests.length, before + 1);
    await answer(before, new Response("at last"));
  }
  assert.equal(failures, 2);
});
