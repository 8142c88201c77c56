import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { sendOnce } from "#js/forms/send_once.js";

let document;
let window;

/** Submits the form; returns whether the browser would send it. */
function submit(form, { prevented = false } = {}) {
  const event = new Event("submit", { cancelable: true });
  Object.defineProperty(event, "target", { value: form });
  if (prevented) event.preventDefault();
  document.dispatchEvent(event);
  return !event.defaultPrevented;
}

beforeEach(() => {
  document = new EventTarget();
  window = new EventTarget();
  sendOnce(document, window);
});

test("a form is sent once, however often it is submitted", () => {
  const form = { method: "post", dataset: {}, target: "" };
  assert.equal(submit(form), true);
  assert.equal(submit(form), false);
  assert.equal(submit(form), false);
});

test("a form that leaves its page open may be sent again", () => {
  for (const form of [
    { method: "get", dataset: {}, target: "" },
    { method: "post", dataset: { download: "" }, target: "" },
    { method: "post", dataset: {}, target: "_blank" },
  ]) {
    assert.equal(submit(form), true);
    assert.equal(submit(form), true);
  }
});

test("a form that another script kept back was not sent", () => {
  const form = { method: "post", dataset: {}, target: "" };
  submit(form, { prevented: true });
  assert.equal(submit(form), true);
});

test("a form on a restored page may be sent again", () => {
  const form = { method: "post", dataset: {}, target: "" };
  document.querySelectorAll = (selector) => (selector === "form[data-sending]" ? [form] : []);
  submit(form);
  window.dispatchEvent(new Event("pageshow"));
  assert.equal(submit(form), true);
});
