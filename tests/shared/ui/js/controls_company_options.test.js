import assert from "node:assert/strict";
import { test } from "node:test";

import { isFoundBy, labelOptions, offerCompanies } from "#js/controls/company_options.js";

const option = (value, cvr) => ({
  value,
  dataset: cvr ? { cvr } : {},
  setAttribute(name, text) {
    this[name] = text;
  },
  removeAttribute(name) {
    delete this[name];
  },
});

test("a company is found by words of its name, whatever their order, spaces, case and Unicode form", () => {
  for (const typed of ["bageri ærø", "ÆRØ\u00a0 bageri", "ærø ", "bageri ærø".normalize("NFD"), "bage\u00adri"]) {
    assert.ok(isFoundBy(typed, "Ærø Bageri"), typed);
  }
  assert.ok(isFoundBy("åens", "Åens Planteskole".normalize("NFD")));
  for (const typed of ["", " ", "ærø smede", "bageriet"]) assert.ok(!isFoundBy(typed, "Ærø Bageri"), typed);
});

test("a company is found by the beginning of its CVR number, however it is written", () => {
  for (const typed of ["24256790", "DK 24 25", "dk-24.25.67.90", "24\u00a025", "２４２５", "CVR-nr. 2425"]) {
    assert.ok(isFoundBy(typed, "Ærø Bageri", "24256790"), typed);
  }
  for (const typed of ["25", "DK", "24256790 A/S", "242567901"]) {
    assert.ok(!isFoundBy(typed, "Ærø Bageri", "24256790"), typed);
  }
  assert.ok(isFoundBy("3f", "3F Struer"));
});

test("an option that browsers would not offer by itself has what was typed in its label, as long as it fits", () => {
  const options = [option("Bang & Olufsen A/S", "41257911"), option("Ærø Bageri"), option("Olufsens Tag")];
  const input = Object.assign(new EventTarget(), { value: "olufsen bang", list: { options } });
  offerCompanies(input);
  input.dispatchEvent(new Event("input"));
  assert.deepEqual(options.map((one) => one.label), ["Bang & Olufsen A/S (olufsen bang)", undefined, undefined]);
  labelOptions(options, "bang &");
  assert.deepEqual(options.map((one) => one.label), [undefined, undefined, undefined]);
  labelOptions(options, "DK 41 25");
  assert.deepEqual(options.map((one) => one.label), ["Bang & Olufsen A/S (DK 41 25)", undefined, undefined]);
});
