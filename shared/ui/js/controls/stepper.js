/**
 * A number field (`data-stepper`) with a button for fewer and one for more (`data-step`, e.g. -1 and 1). The buttons
 * are hidden until this script shows them: without it the stepper is a number field.
 *
 * @param {Document} document
 */
export function watchSteppers(document) {
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-step]");
    const stepper = button?.closest("[data-stepper]");
    if (stepper) step(stepper, Number(button.dataset.step));
  });
  document.addEventListener("input", (event) => {
    const stepper = event.target.closest?.("[data-stepper]");
    if (stepper) updateButtons(stepper);
  });
  const updateAll = () => document.querySelectorAll("[data-stepper]").forEach(updateButtons);
  document.addEventListener("htmx:after:swap", updateAll);
  updateAll();
}

/**
 * Changes the value, but not beyond the field's limits.
 *
 * @param {HTMLElement} stepper
 * @param {number} change
 */
export function step(stepper, change) {
  const input = stepper.querySelector("input");
  const wanted = (Number(input.value) || 0) + change;
  input.value = Math.min(Math.max(wanted, Number(input.min)), Number(input.max));
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

/**
 * Shows the buttons, and disables one that would leave the field's limits.
 *
 * @param {HTMLElement} stepper
 */
export function updateButtons(stepper) {
  const input = stepper.querySelector("input");
  for (const button of stepper.querySelectorAll("[data-step]")) {
    button.hidden = false;
    const next = Number(input.value) + Number(button.dataset.step);
    button.disabled = next < Number(input.min) || next > Number(input.max);
  }
}
