/**
 * Keeps the contact person of a form one and the same: when another colleague is chosen, their name is filled in, and
 * the former one's number and address are taken out.
 *
 * @param {Document} document with `select[data-contact]`; the names of the fields begin with its value
 */
export function followColleague(document) {
  document.addEventListener("change", ({ target }) => {
    if (!target.matches?.("select[data-contact]")) return;
    // "Me" has no name; among the others everybody has one.
    const named = [...target.querySelectorAll("optgroup option")].find((option) => option.value === target.value);
    const fields = target.form.elements;
    const field = (name) => fields.namedItem(`${target.dataset.contact}.${name}`);
    if (!named || field("name").value === named.text) return;
    for (const [name, value] of [["name", named.text], ["phone", ""], ["email", ""]]) {
      field(name).value = value;
      field(name).dispatchEvent(new Event("input", { bubbles: true }));
    }
  });
}
