import assert from "node:assert/strict";
import { test } from "node:test";

import { fromBase45, toBase45 } from "#js/codes/base45.js";
import { PageCollector, toPages } from "#js/handover/code_pages.js";
import { pledgesIn } from "#js/handover/contents.js";
import { decrypted, encrypted } from "#js/handover/encryption.js";

const KEY = Buffer.alloc(32, 1).toString("base64url");
const OTHER_KEY = Buffer.alloc(32, 2).toString("base64url");
const PLEDGE = {
  id: "7d2f3a52-2c1c-4b5e-9d53-0a2f4a0b8f11",
  event_id: "00000000-0000-4000-8000-000000000001",
  company: { name: "Ærø Bageri", cvr: "24256790" },
  contact: { name: "Bente Bager", phone: "+45 97 85 00 00" },
  job_type: "smaajob",
  positions: 2,
  weekly_hours: { from: 5, to: 10 },
  tasks: ["shelf_stocking"],
  captured_at: "2026-11-30T18:00:00.000Z",
  captured_by: "phone",
  phone: { id: "11111111-1111-4111-8111-111111111111", number: 7, name: "Hannes telefon" },
};
const TEXT = JSON.stringify({ format: "tilsagn-pledges", version: 1, event_id: PLEDGE.event_id, pledges: [PLEDGE] });

const random = (length) => crypto.getRandomValues(new Uint8Array(length));

test("Base45 is that of RFC 9285", () => {
  for (const [plain, coded] of [["AB", "BB8"], ["Hello!!", "%69 VD92EX0"], ["base-45", "UJCLQE7W581"]]) {
    assert.equal(toBase45(new TextEncoder().encode(plain)), coded);
    assert.equal(new TextDecoder().decode(fromBase45(coded)), plain);
  }
  for (let length = 0; length < 50; length++) {
    const bytes = random(length);
    assert.deepEqual(fromBase45(toBase45(bytes)), bytes);
  }
  for (const wrong of ["A", "a00", ":::", "::", "GGWX"]) assert.throws(() => fromBase45(wrong), RangeError, wrong);
});

test("what was encrypted is read with the key of the event, and with no other", async () => {
  const bytes = await encrypted(TEXT, KEY);
  assert.equal(await decrypted(bytes, KEY), TEXT);
  assert.equal(await decrypted(bytes, OTHER_KEY), null);
});

test("a photograph of the code tells nothing, not even that two codes hold the same", async () => {
  const [bytes, again] = [await encrypted(TEXT, KEY), await encrypted(TEXT, KEY)];
  for (const secret of ["Bente", "97 85", "Bageri", PLEDGE.id]) assert.ok(!Buffer.from(bytes).includes(secret));
  assert.notDeepEqual(bytes, again);
});

test("bytes that were changed or cut off are not read", async () => {
  const bytes = await encrypted(TEXT, KEY);
  const changed = Uint8Array.from(bytes);
  changed[20] ^= 1;
  for (const wrong of [changed, bytes.subarray(0, 40), new Uint8Array()]) assert.equal(await decrypted(wrong, KEY), null);
});

test("a usual pledge is one code", async () => {
  assert.equal(toPages(await encrypted(TEXT, KEY)).length, 1);
});

test("the pages of a long one arrive in any order, and as often as they are seen", () => {
  const bytes = random(1500);
  const pages = toPages(bytes);
  const collector = new PageCollector();
  assert.ok(pages.length > 2);
  assert.ok(pages.every((page) => page.length < 640));
  const [last, ...others] = pages.toReversed();
  assert.deepEqual(collector.add(last), { found: 1, of: pages.length, bytes: null });
  assert.deepEqual(collector.add(last), { found: 1, of: pages.length, bytes: null });
  const results = others.map((page) => collector.add(page));
  assert.deepEqual(results.at(-1), { found: pages.length, of: pages.length, bytes });
});

test("pages of two transfers are not mixed", () => {
  const [one, other] = [random(1500), random(1500)].map((bytes) => toPages(bytes));
  const collector = new PageCollector();
  collector.add(one[0]);
  assert.deepEqual(collector.add(other[1]), { found: 1, of: other.length, bytes: null });
});

test("codes of others are passed over", () => {
  const collector = new PageCollector();
  for (const other of ["https://example.org", "", "TILSAGN1:ABCDEF:3/2:AB", "TILSAGN1:ABCDEF:0/1:AB", "TILSAGN2:ABCDEF:1/1:AB"]) {
    assert.equal(collector.add(other), null, other);
  }
});

test("a damaged page gives bytes that nothing can be read from", async () => {
  const { bytes } = new PageCollector().add("TILSAGN1:ABCDEF:1/1::::");
  assert.equal(await decrypted(bytes, KEY), null);
});

test("a file or code holds pledges, or it is not ours", () => {
  assert.deepEqual(pledgesIn(TEXT), [PLEDGE]);
  const changed = (changes) => JSON.stringify({ ...JSON.parse(TEXT), ...changes });
  for (const other of [
    "",
    "null",
    "{}",
    changed({ version: 2 }),
    changed({ pledges: [] }),
    changed({ pledges: [{ ...PLEDGE, id: "1" }] }),
    changed({ pledges: [{ ...PLEDGE, company: null }] }),
    changed({ pledges: [{ ...PLEDGE, positions: "2" }] }),
    changed({ pledges: [{ ...PLEDGE, phone: { id: PLEDGE.id } }] }),
  ]) {
    assert.equal(pledgesIn(other), null, other);
  }
});
