import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { setImmediate } from "node:timers/promises";

import { Stream } from "#js/live/stream.js";

const SILENCE_MS = 45_000;

let connections;
let calls;
let answers;

class FakeEventSource extends EventTarget {
  static CLOSED = 2;

  constructor(url) {
    super();
    this.url = url;
    this.open = true;
    this.readyState = 0;
    connections.push(this);
  }

  close() {
    this.open = false;
  }
}

const handlers = {
  onChange: () => calls.push("change"),
  onHeartbeat: () => calls.push("heartbeat"),
  onLost: () => calls.push("lost"),
  onRefused: () => calls.push("refused"),
};
function open() {
  const stream = new Stream("/live/events", SILENCE_MS, handlers);
  stream.open();
  return stream;
}
const last = () => connections.at(-1);

beforeEach(() => {
  connections = [];
  calls = [];
  answers = [];
  globalThis.EventSource = FakeEventSource;
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  mock.restoreAll();
  mock.method(Math, "random", () => 0.5);
  mock.method(globalThis, "fetch", async (url, { method }) => {
    assert.deepEqual([url, method], ["/live/events", "HEAD"]);
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  });
});

/** The server answers with something that is no stream: the browser gives up, and does not say why. */
async function refuse(answer) {
  answers.push(answer);
  last().readyState = FakeEventSource.CLOSED;
  last().onerror();
  await setImmediate();
}

const tooMany = (status, seconds) => new Response(null, { status, headers: { "retry-after": String(seconds) } });

test("a new connection and every change are reported", () => {
  open();
  last().onopen();
  last().dispatchEvent(new Event("change"));
  last().onmessage();
  assert.deepEqual(calls, ["change", "change", "change"]);
});

test("a lost stream is opened after 1, 2, 4 s and so on, at most a minute apart", () => {
  open();
  for (const seconds of [1, 2, 4, 8, 16, 32, 60, 60]) {
    const before = connections.length;
    last().onerror();
    mock.timers.tick(seconds * 1000 - 1);
    assert.equal(connections.length, before, `opened before ${seconds} s`);
    mock.timers.tick(1);
    assert.equal(connections.length, before + 1, `not opened after ${seconds} s`);
  }
});

test("screens that lost the same server come back up to a quarter sooner or later", () => {
  for (const [random, wait] of [[0, 750], [1, 1250]]) {
    mock.method(Math, "random", () => random);
    open();
    const before = connections.length;
    last().onerror();
    mock.timers.tick(wait - 1);
    assert.equal(connections.length, before);
    mock.timers.tick(1);
    assert.equal(connections.length, before + 1);
  }
});

test("a stream that is silent for too long is lost", () => {
  open();
  mock.timers.tick(SILENCE_MS - 1);
  assert.deepEqual(calls, []);
  mock.timers.tick(1);
  assert.deepEqual(calls, ["lost"]);
  assert.equal(connections[0].open, false);
});

test("a heartbeat keeps a stream alive and is no change", () => {
  open();
  for (let beat = 0; beat < 5; beat += 1) {
    mock.timers.tick(SILENCE_MS - 1);
    last().dispatchEvent(new Event("heartbeat"));
  }
  assert.deepEqual(calls, Array(5).fill("heartbeat"));
  assert.equal(connections.length, 1);
});

test("what a stream says makes the next delay short again", () => {
  open();
  for (const seconds of [1, 2, 4]) {
    last().onerror();
    mock.timers.tick(seconds * 1000);
  }
  last().dispatchEvent(new Event("heartbeat"));
  last().onerror();
  mock.timers.tick(1000);
  assert.equal(connections.length, 5);
});

test("reconnecting does not wait, and leaves an open stream alone", () => {
  const stream = open();
  stream.reconnect();
  assert.equal(connections.length, 1);
  last().onerror();
  stream.reconnect();
  assert.equal(connections.length, 2);
  mock.timers.tick(1000);
  assert.equal(connections.length, 2, "the timer of the lost connection opened another one");
});

test("a closed stream stays closed", () => {
  const stream = open();
  stream.close();
  mock.timers.tick(10 * SILENCE_MS);
  assert.equal(connections.length, 1);
  assert.equal(connections[0].open, false);
  assert.deepEqual(calls, []);
});

test("a stream that is refused is tried again when the server says, a quarter sooner or later, and reported each time", async () => {
  for (const [random, wait] of [[0, 45_000], [1, 75_000]]) {
    mock.method(Math, "random", () => random);
    const stream = open();
    for (const status of [429, 503]) {
      const before = connections.length;
      await refuse(tooMany(status, 60));
      assert.equal(stream.isRefused, true);
      mock.timers.tick(wait - 1);
      assert.equal(connections.length, before);
      mock.timers.tick(1);
      assert.equal(connections.length, before + 1);
    }
    last().onopen();
    assert.equal(stream.isRefused, false);
    stream.close();
  }
  assert.deepEqual(calls, ["refused", "refused", "change", "refused", "refused", "change"]);
});

test("a refusal that says no time, and one that cannot be asked about, count as lost", async () => {
  for (const answer of [new Response(null, { status: 500 }), new TypeError("the network is down")]) {
    open();
    await refuse(answer);
    mock.timers.tick(1000);
  }
  assert.deepEqual(calls, ["lost", "lost"]);
  assert.equal(connections.length, 4);
});

test("a stream that was closed while it asked why stays closed", async () => {
  const stream = open();
  last().readyState = FakeEventSource.CLOSED;
  answers.push(tooMany(503, 1));
  last().onerror();
  stream.close();
  await setImmediate();
  mock.timers.tick(10_000);
  assert.equal(connections.length, 1);
  assert.deepEqual(calls, []);
});
