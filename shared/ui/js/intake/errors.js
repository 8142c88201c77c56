// Shows errors on the form as the server's page does (shared/ui/templates/macros/forms.html).

/**
 * @param {HTMLFormElement} form
 * @param {Map<string, string>} messages by field; the field "" is the whole form
 * @param {{heading: string, error: string}} words the summary's heading, and "Error:" before a message
 */
export function showErrors(form, messages, words) {
  clearErrors(form);
  const summary = document.getElementById("form-errors").content.firstElementChild.cloneNode(true);
  const heading = summary.querySelector("h2");
  heading.textContent = words.heading;
  heading.hidden = messages.size === 1 && messages.has("");
  for (const [name, message] of messages) {
    const item = document.createElement("li");
    const field = name && fieldOf(form, name);
    if (field) {
      showFieldError(field, message, words.error);
      const link = document.createElement("a");
      link.href = `#${field.id}`;
      link.textContent = `${labelOf(field)} ${message}`.trim();
      item.append(link);
    } else {
      item.textContent = message;
    }
    summary.querySelector("ul").append(item);
  }
  form.before(summary);
  summary.focus();
}

/** @param {HTMLFormElement} form */
export function clearErrors(form) {
  while (form.previousElementSibling?.classList.contains("error-summary")) form.previousElementSibling.remove();
  form.querySelectorAll(".form-group.form-error").forEach(clearFieldError);
}

/** @param {HTMLElement} group of a field */
export function clearFieldError(group) {
  group.classList.remove("form-error");
  for (const message of group.querySelectorAll(".form-error-message")) message.remove();
  for (const field of group.querySelectorAll("[aria-describedby]")) {
    const left = field.getAttribute("aria-describedby").split(" ").filter((id) => id && document.getElementById(id));
    if (left.length > 0) field.setAttribute("aria-describedby", left.join(" "));
    else field.removeAttribute("aria-describedby");
  }
  for (const field of group.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
}

/** The field, or the group of a choice. */
function fieldOf(form, name) {
  return document.getElementById(`field-${name.replace(/[._]/g, "-")}`) ?? form.elements.namedItem(name);
}

/**
 * @param {HTMLElement} field with an id, in a `.form-group`
 * @param {string} message
 * @param {string} errorWord "Error:"
 */
export function showFieldError(field, message, errorWord) {
  const details = field.closest("details");
  if (details) details.open = true;
  const group = field.closest(".form-group");
  group.classList.add("form-error");
  const span = document.createElement("span");
  span.className = "form-error-message";
  span.id = `${field.id}-error`;
  const spoken = document.createElement("span");
  spoken.className = "sr-only";
  spoken.textContent = `${errorWord} `;
  span.append(spoken, message);
  const before = group.querySelector(".form-hint") ?? group.querySelector(".form-label");
  before.after(span);
  field.setAttribute("aria-describedby", `${field.getAttribute("aria-describedby") ?? ""} ${span.id}`.trim());
  if (field.matches("input, select")) field.setAttribute("aria-invalid", "true");
}

function labelOf(field) {
  const label = field.closest(".form-group").querySelector(".form-label");
  const text = [...label.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.data).join("").trim();
  return text.endsWith("?") ? text : `${text}:`;
}
