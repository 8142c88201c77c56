import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Drafts } from "#js/forms/drafts.js";

const HOUR_MS = 3_600_000;

class FakeStorage {
  items = new Map();
  getItem = (name) => this.items.get(name) ?? null;
  setItem = (name, value) => this.items.set(name, String(value));
  removeItem = (name) => this.items.delete(name);
}

let now;
let storage;
let drafts;

beforeEach(() => {
  now = 1_000_000;
  storage = new FakeStorage();
  drafts = new Drafts(storage, () => now);
});

test("a draft is kept until it is removed, also for another script on the same tab", () => {
  drafts.save("/events/new /events", { title: ["Aften"] });
  drafts.save("/other /other", { name: ["B"] });
  const later = new Drafts(storage, () => now);
  assert.deepEqual(later.fields("/events/new /events"), { title: ["Aften"] });
  later.remove("/events/new /events");
  assert.equal(drafts.fields("/events/new /events"), undefined);
  assert.deepEqual(drafts.fields("/other /other"), { name: ["B"] });
});

test("a draft is forgotten an hour after its last change, and leaves the storage with the next change", () => {
  drafts.save("a", { name: ["Eva"] });
  now += HOUR_MS - 1;
  assert.deepEqual(drafts.fields("a"), { name: ["Eva"] });
  now += 1;
  assert.equal(drafts.fields("a"), undefined);
  drafts.save("b", {});
  assert.ok(!storage.getItem("drafts").includes("Eva"));
});

test("another person finds nothing; the same one does, also after having been signed out for want of time", () => {
  drafts.belongTo("person:1");
  drafts.save("a", { name: ["Eva"] });
  drafts.belongTo(undefined);
  drafts.belongTo("person:1");
  assert.deepEqual(drafts.fields("a"), { name: ["Eva"] });
  drafts.belongTo("person:2");
  assert.equal(drafts.fields("a"), undefined);
  assert.ok(!storage.getItem("drafts").includes("Eva"));
});

test("what was typed before anybody signed in is forgotten when somebody does", () => {
  drafts.save("a", { email: ["eva@firma.example"] });
  drafts.belongTo("person:1");
  assert.equal(drafts.fields("a"), undefined);
});

test("the page of a form is known from where the form was sent", () => {
  drafts.sending = { key: "k", page: "/events/new", action: "/events", id: "1", isMarked: true };
  drafts.sending = null;
  assert.equal(drafts.sending, null);
  assert.equal(drafts.pageOf("/events"), "/events/new");
});

test("what is not ours in the storage is no draft", () => {
  storage.setItem("drafts", "{");
  assert.equal(drafts.fields("a"), undefined);
  drafts.save("a", { name: ["Eva"] });
  assert.deepEqual(drafts.fields("a"), { name: ["Eva"] });
  drafts.clear();
  assert.equal(storage.items.size, 0);
});
