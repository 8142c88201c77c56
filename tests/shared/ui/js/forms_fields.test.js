import assert from "node:assert/strict";
import { test } from "node:test";

import { fill, hasFile, originalValuesOf, valuesOf } from "#js/forms/fields.js";

const text = (name, value, more = {}) => ({ name, type: "text", value, defaultValue: "", ...more });
const choice = (type, name, value, checked) => ({ name, type, value, checked, defaultChecked: false });
const option = (value, selected, defaultSelected = false) => ({ value, selected, defaultSelected });
const form = (...elements) => ({ elements });

test("values are read by name, and as the page came from the server", () => {
  const filled = form(
    text("title", "Aften"),
    choice("checkbox", "tasks", "a", true),
    choice("checkbox", "tasks", "b", false),
    choice("radio", "hours", "5", false),
    { name: "kind", type: "select-one", options: [option("x", false), option("y", true)] },
  );
  assert.deepEqual(valuesOf(filled), { title: ["Aften"], tasks: ["a"], hours: [], kind: ["y"] });
  assert.deepEqual(originalValuesOf(filled), { title: [""], tasks: [], hours: [], kind: ["x"] });
});

test("secrets, files, buttons and hidden fields are not read, but ids are", () => {
  const filled = form(
    text("password", "hemmelig", { type: "password" }),
    text("code", "123456", { autocomplete: "one-time-code" }),
    text("file", "C:\\fakepath\\a.csv", { type: "file" }),
    text("csrf_token", "x", { type: "hidden" }),
    text("version", "3", { type: "hidden" }),
    text("off", "x", { disabled: true }),
    text("", "x"),
    { name: "step", type: "submit", value: "check" },
    text("event_id", "9", { type: "hidden" }),
    text("id", "7", { type: "hidden" }),
    text("rows.3.id", "8", { type: "hidden" }),
  );
  assert.deepEqual(valuesOf(filled), { id: ["7"], "rows.3.id": ["8"] });
});

test("values are put back, and the fields that they change are returned", () => {
  const title = text("title", "");
  const id = text("id", "new", { type: "hidden" });
  const [a, b] = [choice("checkbox", "tasks", "a", true), choice("checkbox", "tasks", "b", false)];
  const kind = { name: "kind", type: "select-one", options: [option("x", true), option("y", false)] };
  const place = text("place", "Struer");
  const empty = form(title, id, a, b, kind, place);
  const changed = fill(empty, { title: ["Aften"], id: ["7"], tasks: ["b"], kind: ["y"], gone: ["?"] });
  assert.deepEqual(valuesOf(empty), { title: ["Aften"], id: ["7"], tasks: ["b"], kind: ["y"], place: ["Struer"] });
  assert.deepEqual(changed, [title, a, b, kind]);
  assert.deepEqual(fill(empty, { title: ["Aften"] }), []);
});

test("a chosen file is noticed", () => {
  assert.equal(hasFile(form({ type: "file", files: [] })), false);
  assert.equal(hasFile(form({ type: "file", files: [{}] })), true);
});
