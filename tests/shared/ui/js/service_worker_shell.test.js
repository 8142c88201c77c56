import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { rememberLanguage, Shell } from "#js/service_worker/shell.js";

const ORIGIN = "https://tilsagn.example";
const FACTS = {
  version: "1",
  page: "/pledges/new",
  ofServer: ["received"],
  pages: { da: "/pledges/shell/da", en: "/pledges/shell/en" },
  files: { "/pledges/shell/da": "d1", "/pledges/shell/en": "d2", "/assets/intake.1.js": "d3", "/assets/code.1.js": "d4" },
  later: ["/assets/code.1.js"],
};

/** As the browser's: caches by name, in the order in which they were made. */
class Caches {
  #caches = new Map();

  async open(name) {
    if (!this.#caches.has(name)) this.#caches.set(name, new Map());
    const files = this.#caches.get(name);
    return { match: async (path) => files.get(path)?.clone(), put: async (path, response) => files.set(path, response) };
  }

  async keys() {
    return [...this.#caches.keys()];
  }

  async delete(name) {
    return this.#caches.delete(name);
  }

  async match(path, { cacheName } = {}) {
    const searched = cacheName ? [this.#caches.get(cacheName)] : [...this.#caches.values()];
    return searched.find((files) => files?.has(path))?.get(path).clone();
  }
}

let caches;
let fetched;
let network;

function shellOf(changes = {}) {
  const fetch = async (request, options) => {
    const path = new URL(request.url ?? request, ORIGIN).pathname;
    fetched.push(path);
    return network(path, options);
  };
  return new Shell({ ...FACTS, ...changes }, { caches, fetch, origin: ORIGIN });
}

function asks(path, changes = {}) {
  return { url: ORIGIN + path, method: "GET", mode: "navigate", ...changes };
}

async function textOf(answer) {
  return (await answer).text();
}

beforeEach(() => {
  caches = new Caches();
  fetched = [];
  network = async (path) => new Response(`network ${path}`);
});

function goOffline() {
  network = async () => Promise.reject(new TypeError("Failed to fetch"));
}

test("the page opens without the network, whatever event is in its address", async () => {
  const shell = shellOf();
  await shell.keep();
  goOffline();
  assert.equal(await textOf(shell.answer(asks("/pledges/new?event=1"))), "network /pledges/shell/da");
  assert.equal(await textOf(shell.answer(asks("/assets/intake.1.js", { mode: "cors" }))), "network /assets/intake.1.js");
});

test("only the page and assets are answered: no form, no other page, nothing of the API", async () => {
  const shell = shellOf();
  await shell.keep();
  for (const other of [
    asks("/pledges/new", { method: "POST" }),
    asks("/pledges"),
    asks("/pledges/pass/token"),
    asks("/pledges/new", { mode: "cors" }),
    asks("/api/pledges/v1/intake", { mode: "cors" }),
    { ...asks("/pledges/new"), url: "https://other.example/pledges/new" },
  ]) {
    assert.equal(shell.answer(other), undefined, JSON.stringify(other));
  }
});

test("the language is that of the address, or else the last one", async () => {
  const shell = shellOf();
  await shell.keep();
  assert.equal(await textOf(shell.answer(asks("/pledges/new?lang=en"))), "network /pledges/shell/en");
  await rememberLanguage(caches, "en");
  assert.equal(await textOf(shell.answer(asks("/pledges/new"))), "network /pledges/shell/en");
  assert.equal(await textOf(shell.answer(asks("/pledges/new?lang=da"))), "network /pledges/shell/da");
});

test("the server answers what only it knows; the page still opens when it cannot, or not soon", async (context) => {
  const shell = shellOf();
  await shell.keep();
  assert.equal(await textOf(shell.answer(asks("/pledges/new?received=1"))), "network /pledges/new");
  goOffline();
  assert.equal(await textOf(shell.answer(asks("/pledges/new?received=1"))), "network /pledges/shell/da");
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const asked = new Promise((resolve) => (network = () => new Promise(() => resolve())));
  const answer = shell.answer(asks("/pledges/new?received=1"));
  await asked;
  context.mock.timers.tick(5_000);
  assert.equal(await textOf(answer), "network /pledges/shell/da");
});

test("what the browser has thrown away comes from the network, and is kept again", async () => {
  const shell = shellOf();
  await shell.keep();
  for (const name of await caches.keys()) await caches.delete(name);
  assert.equal(await textOf(shell.answer(asks("/pledges/new"))), "network /pledges/new");
  assert.equal(await textOf(shell.answer(asks("/assets/intake.1.js", { mode: "cors" }))), "network /assets/intake.1.js");
  await shell.complete();
  goOffline();
  assert.equal(await textOf(shell.answer(asks("/pledges/new"))), "network /pledges/shell/da");
});

test("with broken storage the page is the server's", async () => {
  const shell = shellOf();
  caches.match = async () => Promise.reject(new DOMException("full", "QuotaExceededError"));
  assert.equal(await textOf(shell.answer(asks("/pledges/new"))), "network /pledges/new");
});

test("a file that fails is fetched again, and nothing is kept twice", async () => {
  let failures = 2;
  const working = network;
  network = async (path) => (failures-- > 0 ? Promise.reject(new TypeError("cut")) : working(path));
  await shellOf().keep();
  const count = fetched.length;
  await shellOf().keep();
  assert.equal(fetched.length, count);
});

test("a version with a file that cannot be had, or is not what it should be, is not taken", async () => {
  network = async (path) => new Response("gone", { status: path.startsWith("/assets/") ? 404 : 200 });
  await assert.rejects(shellOf().keep());
  let asked;
  network = async (_path, options) => Promise.reject(new TypeError((asked = options.integrity)));
  const other = { version: "2", files: { "/pledges/shell/da": "sha256-x" }, later: [] };
  await assert.rejects(shellOf(other).keep());
  assert.equal(asked, "sha256-x");
});

test("what is needed later does not hold the page up", async () => {
  const shell = shellOf();
  network = async (path) => (path.includes("code") ? Promise.reject(new TypeError("cut")) : new Response(path));
  await shell.keep();
  await assert.rejects(shell.complete());
  network = async (path) => new Response(path);
  await shell.complete();
  assert.ok(await caches.match("/assets/code.1.js"));
});

test("the version before stays for pages that are still open, and no older one", async () => {
  for (const version of ["1", "2", "3"]) {
    const files = { "/pledges/shell/da": "d", [`/assets/intake.${version}.js`]: "d" };
    const shell = shellOf({ version, files, later: [] });
    await shell.keep();
    await shell.forgetOld();
  }
  await rememberLanguage(caches, "da");
  assert.equal(await caches.match("/assets/intake.1.js"), undefined);
  for (const version of ["2", "3"]) assert.ok(await caches.match(`/assets/intake.${version}.js`));
});

test("an asset that has not changed is not fetched for the next version", async () => {
  await shellOf().keep();
  fetched = [];
  await shellOf({ version: "2" }).keep();
  assert.deepEqual(fetched.sort(), ["/pledges/shell/da", "/pledges/shell/en"]);
});

test("a page of each event has one shell", async () => {
  const shell = shellOf({ page: "/events/*/door" });
  network = async () => new Response("page");
  const isAnswered = (path) => Boolean(shell.answer(asks(path)));
  assert.ok(isAnswered("/events/5f0b8a52/door"));
  for (const path of ["/events/door", "/events//door", "/events/a/b/door", "/events/a/door/", "/events/a", "/x/events/a/door"]) {
    assert.ok(!isAnswered(path), path);
  }
});
