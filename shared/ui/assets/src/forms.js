// Small help for forms. Everything works without it: a stepper is a number field, an error summary is on top.

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

function refresh(stepper) {
  const input = stepper.querySelector("input");
  const value = Number(input.value);
  for (const button of stepper.querySelectorAll("[data-step]")) {
    button.hidden = false;
    const next = value + Number(button.dataset.step);
    button.disabled = next < Number(input.min) || next > Number(input.max);
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-step]");
  const stepper = button?.closest("[data-stepper]");
  if (!stepper) return;
  const input = stepper.querySelector("input");
  const from = Number(input.value) || 0;
  input.value = clamp(from + Number(button.dataset.step), Number(input.min), Number(input.max));
  input.dispatchEvent(new Event("input", { bubbles: true }));
});

document.addEventListener("input", (event) => {
  const stepper = event.target.closest?.("[data-stepper]");
  if (stepper) refresh(stepper);
});

// A form is sent once, however often a thumb hits the button while the network is slow. What is answered with a file
// (data-download) or in another window leaves its page standing, to be asked for again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented || "download" in form.dataset || form.target === "_blank") return;
  if (form.dataset.sending) event.preventDefault();
  form.dataset.sending = "1";
});

function prepare(root) {
  for (const stepper of root.querySelectorAll("[data-stepper]")) refresh(stepper);
  root.querySelector("[data-autofocus]")?.focus();
}

// A page taken back from the browser's memory can be sent again.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sending]")) delete form.dataset.sending;
});
document.addEventListener("htmx:after:swap", () => prepare(document));
prepare(document);
