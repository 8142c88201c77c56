import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { step, updateButtons, watchSteppers } from "#js/controls/stepper.js";

let input;
let fewer;
let more;
let stepper;

beforeEach(() => {
  input = Object.assign(new EventTarget(), { value: "1", min: "1", max: "99" });
  fewer = { dataset: { step: "-1" }, hidden: true, disabled: false };
  more = { dataset: { step: "1" }, hidden: true, disabled: false };
  stepper = { querySelector: () => input, querySelectorAll: () => [fewer, more] };
});

test("a step changes the value and says so like typing does", () => {
  const events = [];
  input.addEventListener("input", (event) => events.push(event.bubbles));
  step(stepper, 1);
  assert.equal(input.value, 2);
  assert.deepEqual(events, [true]);
});

test("a step does not leave the limits", () => {
  step(stepper, -1);
  assert.equal(input.value, 1);
  input.value = "99";
  step(stepper, 1);
  assert.equal(input.value, 99);
});

test("a step from a value outside the limits comes back into them", () => {
  input.value = "500";
  step(stepper, -1);
  assert.equal(input.value, 99);
});

test("a step from nothing, or from no number, begins at nought", () => {
  for (const value of ["", "many"]) {
    input.value = value;
    step(stepper, 1);
    assert.equal(input.value, 1);
  }
});

test("the buttons are shown, and one that would leave the limits is disabled", () => {
  updateButtons(stepper);
  assert.deepEqual([fewer.hidden, more.hidden], [false, false]);
  assert.deepEqual([fewer.disabled, more.disabled], [true, false]);
  for (const value of ["2", "98"]) {
    input.value = value;
    updateButtons(stepper);
    assert.deepEqual([fewer.disabled, more.disabled], [false, false]);
  }
  input.value = "99";
  updateButtons(stepper);
  assert.deepEqual([fewer.disabled, more.disabled], [false, true]);
});

test("a click on a button steps its stepper, and the buttons follow", () => {
  const document = Object.assign(new EventTarget(), { querySelectorAll: () => [stepper] });
  input.closest = () => stepper;
  input.addEventListener("input", () => dispatch("input", input));
  more.closest = (selector) => (selector === "[data-step]" ? more : stepper);
  function dispatch(type, target) {
    const event = new Event(type);
    Object.defineProperty(event, "target", { value: target });
    document.dispatchEvent(event);
  }

  watchSteppers(document);
  assert.equal(fewer.disabled, true);
  dispatch("click", more);
  assert.equal(input.value, 2);
  assert.equal(fewer.disabled, false);
  dispatch("click", { closest: () => null });
  assert.equal(input.value, 2);
});
