import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Drafts } from "#js/forms/drafts.js";
import { TypedText, pageAt } from "#js/forms/keep_typed.js";

class FakeStorage {
  items = new Map();
  getItem = (name) => this.items.get(name) ?? null;
  setItem = (name, value) => this.items.set(name, value);
  removeItem = (name) => this.items.delete(name);
}

/** A browser's cookies, as `document.cookie` shows them. */
class FakeDocument extends EventTarget {
  #cookies = new Map();
  body = { dataset: { principal: "person:1" } };
  querySelectorAll = () => [form];

  get cookie() {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  set cookie(text) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(text);
    if (text.includes("Max-Age=0")) this.#cookies.delete(name);
    else this.#cookies.set(name, value);
  }

  accept() {
    this.#cookies.clear();
  }
}

let document;
let drafts;
let form;
let storage;
let title;
let window;

function fire(target, type, of, facts = {}) {
  const event = Object.assign(new Event(type, { cancelable: true }), facts);
  if (of) Object.defineProperty(event, "target", { value: of });
  target.dispatchEvent(event);
  return event;
}

/** Opens a page; `rendered` is the value that the server has put into the field. */
function open({ posted = false, path = "/events/new", search = "", rendered = "", prepare = () => {} } = {}) {
  const cookies = document?.cookie;
  document = new FakeDocument();
  if (cookies) document.cookie = cookies;
  if (posted) document.body.dataset.posted = "";
  const went = [];
  const location = { pathname: path, search, origin: "http://localhost", replace: (to) => went.push(to) };
  window = Object.assign(new EventTarget(), { location, went });
  title = Object.assign(new EventTarget(), { name: "title", type: "text", value: rendered, defaultValue: rendered });
  title.closest = () => null;
  const facts = { elements: [title], dataset: {}, target: "", getAttribute: () => "/events", querySelector: () => null };
  form = Object.assign(new EventTarget(), facts);
  title.form = form;
  drafts = new Drafts(storage);
  prepare();
  new TypedText(document, window, drafts).start();
}

function type(text) {
  title.value = text;
  fire(document, "input", title);
}

beforeEach(() => {
  document = undefined;
  storage = new FakeStorage();
  open();
});

test("a page has its path and query, without the language", () => {
  assert.equal(pageAt({ pathname: "/a", search: "" }), "/a");
  assert.equal(pageAt({ pathname: "/a", search: "?lang=en" }), "/a");
  assert.equal(pageAt({ pathname: "/a", search: "?q=x&lang=en" }), "/a?q=x");
});

test("what was typed is there again on the same page, and on no other", () => {
  type("Aften");
  open({ search: "?lang=en" });
  assert.equal(title.value, "Aften");
  open({ search: "?again=7" });
  assert.equal(title.value, "");
});

test("a row that a form adds for its draft is filled in, with the id that it had", () => {
  const addRow = (id) => {
    const row = { name: "rows.10.id", type: "hidden", value: id, defaultValue: id, form, closest: () => null };
    form.elements.push(Object.assign(new EventTarget(), row));
  };
  addRow("first");
  type("Aften");
  form.elements[1].value = "second";
  type("Aften.");
  open({
    prepare: () => form.addEventListener("draft:restoring", ({ detail }) => detail["rows.10.id"] && addRow("new")),
  });
  assert.equal(form.elements[1].value, "second");
});

test("an accepted form is forgotten; one whose answer was lost or that was refused is kept", () => {
  type("Aften");
  fire(document, "submit", form);
  open();
  assert.equal(title.value, "Aften", "the answer was lost");
  fire(document, "submit", form);
  open({ posted: true, path: "/events", rendered: "Aften" });
  open();
  assert.equal(title.value, "Aften", "it was refused");
  fire(document, "submit", form);
  document.accept();
  open();
  assert.equal(title.value, "");
});

test("what was corrected on the answer to a form belongs to the form's page", () => {
  type("Aften");
  fire(document, "submit", form);
  open({ posted: true, path: "/events", rendered: "Aften" });
  type("Morgen");
  open();
  assert.equal(title.value, "Morgen");
});

test("a page that the browser kept in memory is opened anew if its form has been accepted meanwhile", () => {
  type("Aften");
  fire(document, "submit", form);
  fire(window, "pageshow", null, { persisted: true });
  assert.deepEqual(window.went, [], "nothing is known to have been accepted");
  fire(document, "submit", form);
  document.accept();
  fire(window, "pageshow", null, { persisted: true });
  assert.deepEqual(window.went, ["/events/new"]);
});

test("a form that another script kept back is not taken for sent", () => {
  type("Aften");
  const event = new Event("submit", { cancelable: true });
  Object.defineProperty(event, "target", { value: form });
  event.preventDefault();
  document.dispatchEvent(event);
  assert.equal(drafts.sending, null);
});

test("signing out and the end of the session forget everything", () => {
  for (const end of [
    () => fire(document, "submit", { ...form, getAttribute: () => "/sign-out" }),
    () => fire(document, "session:ended"),
  ]) {
    type("Aften");
    end();
    assert.equal(storage.items.size, 0);
  }
});

test("the browser asks before a page with a chosen file is left, unless its form is sent", () => {
  assert.equal(fire(window, "beforeunload").defaultPrevented, false);
  form.elements.push({ type: "file", name: "file", files: [{}] });
  assert.equal(fire(window, "beforeunload").defaultPrevented, true);
  fire(document, "submit", form);
  assert.equal(fire(window, "beforeunload").defaultPrevented, false);
});
