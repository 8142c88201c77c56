import assert from "node:assert/strict";
import { test } from "node:test";

import { followColleague } from "#js/forms/contact_person.js";

const JONAS = { value: "1", text: "Jonas Tangaa" };
const BENT = { value: "2", text: "Bent Sivkær" };

/** Chooses an account in a form whose contact person is Jonas; returns what the form then says. */
function choose(value) {
  const document = new EventTarget();
  const named = (value) => Object.assign(new EventTarget(), { value });
  const fields = { name: named("Jonas Tangaa"), phone: named("12 34 56 78"), email: named("jonas@struer.example") };
  const select = {
    value,
    dataset: { contact: "contact" },
    form: { elements: { namedItem: (name) => fields[name.replace("contact.", "")] } },
    matches: () => true,
    querySelectorAll: () => [JONAS, BENT],
  };
  followColleague(document);
  document.dispatchEvent(Object.defineProperty(new Event("change"), "target", { value: select }));
  return Object.values(fields).map((field) => field.value);
}

test("another colleague's name replaces the former one's, whose number nobody rings by mistake", () => {
  assert.deepEqual(choose("2"), ["Bent Sivkær", "", ""]);
});

test("what is written stays for the same person, and without an account", () => {
  for (const value of ["1", ""]) assert.deepEqual(choose(value), ["Jonas Tangaa", "12 34 56 78", "jonas@struer.example"]);
});
