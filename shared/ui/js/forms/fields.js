const NEVER_KEPT = ["password", "file", "submit", "button", "reset", "image"];
const SECRETS = ["one-time-code", "current-password", "new-password"];

/**
 * The values of a form's fields by name. Passwords, codes and files are left out, and hidden fields except ids: by them
 * the server recognises a form that is sent again.
 *
 * @param {HTMLFormElement} form
 * @returns {Record<string, string[]>}
 */
export function valuesOf(form) {
  return collect(form, (field) => (isChoice(field) ? field.checked : true), valuesOfField);
}

/**
 * The values as the page came from the server.
 *
 * @param {HTMLFormElement} form
 * @returns {Record<string, string[]>}
 */
export function originalValuesOf(form) {
  return collect(form, (field) => (isChoice(field) ? field.defaultChecked : true), originalValuesOfField);
}

/**
 * Puts values into the form's fields.
 *
 * @param {HTMLFormElement} form
 * @param {Record<string, string[]>} values fields that are not in it stay as they are
 * @returns {HTMLElement[]} the fields that have changed, without hidden ones
 */
export function fill(form, values) {
  const changed = [];
  for (const field of kept(form)) {
    const wanted = values[field.name];
    if (wanted && put(field, wanted) && field.type !== "hidden") changed.push(field);
  }
  return changed;
}

/** @returns {boolean} */
export function hasFile(form) {
  return [...form.elements].some((field) => field.type === "file" && field.files?.length > 0);
}

/** @returns {boolean} whether a field has the id of what the form makes, or of one of its rows (`rows.3.id`) */
export function isId(name) {
  return name === "id" || name.endsWith(".id");
}

function kept(form) {
  return [...form.elements].filter(
    (field) =>
      field.name &&
      !field.disabled &&
      !NEVER_KEPT.includes(field.type) &&
      !SECRETS.includes(field.autocomplete) &&
      (field.type !== "hidden" || isId(field.name)),
  );
}

function collect(form, isIn, read) {
  const values = {};
  for (const field of kept(form)) {
    values[field.name] ??= [];
    if (isIn(field)) values[field.name].push(...read(field));
  }
  return values;
}

function isChoice(field) {
  return field.type === "checkbox" || field.type === "radio";
}

function valuesOfField(field) {
  return field.options ? [...field.options].filter((one) => one.selected).map((one) => one.value) : [field.value];
}

function originalValuesOfField(field) {
  if (isChoice(field)) return [field.value];
  if (!field.options) return [field.defaultValue];
  const chosen = [...field.options].filter((one) => one.defaultSelected);
  return (chosen.length || field.multiple ? chosen : [...field.options].slice(0, 1)).map((one) => one.value);
}

function put(field, wanted) {
  if (isChoice(field)) {
    const was = field.checked;
    field.checked = wanted.includes(field.value);
    return field.checked !== was;
  }
  if (field.options) {
    const was = valuesOfField(field).join("\n");
    for (const option of field.options) option.selected = wanted.includes(option.value);
    return valuesOfField(field).join("\n") !== was;
  }
  const was = field.value;
  field.value = wanted[0] ?? "";
  return field.value !== was;
}
