import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { deliver } from "#js/intake/delivery.js";
import { SCHEMA, upgraded } from "#js/intake/pledges.js";

const FOLDER = new URL("../../../upgrade/phones/", import.meta.url);
const RECORDINGS = readdirSync(FOLDER).map((name) => [name, JSON.parse(readFileSync(new URL(name, FOLDER), "utf8"))]);

/** A server that answers as it did then. */
function serverOf(recorded, sent) {
  return async (path, { method, body, headers }) => {
    sent.push({ method, path, body: JSON.stringify(body), headers });
    const answer = [recorded.single, recorded.batch].find((one) => one.method === method && one.path === path);
    return { kind: "ok", json: answer.answer };
  };
}

for (const [name, recorded] of RECORDINGS) {
  test(`${name}: what was kept then is delivered now, unchanged, and the answers are understood`, async () => {
    const records = recorded.records.map((record) => upgraded(record));
    const sent = [];
    const server = serverOf(recorded, sent);
    const [alone, together] = [await deliver(records.slice(0, 1), server), await deliver(records, server)];
    // A pledge that is sent again must be the same text for the same value: the server compares them.
    assert.equal(sent[0].body, JSON.stringify(recorded.single.body));
    assert.equal(sent[0].headers["idempotency-key"], records[0].id);
    assert.equal(sent[1].body, JSON.stringify(recorded.batch.body));
    for (const [report, ids] of [[alone, records.slice(0, 1)], [together, records]]) {
      assert.equal(report.contact, "answered");
      for (const { id } of ids) assert.ok(report.answers.get(id).receipt, id);
    }
  });
}

test("the records of this release are among those that later ones must read", () => {
  assert.ok(RECORDINGS.some(([, { records }]) => records.every(({ schema }) => schema === SCHEMA)));
});

test("a record of a later release is left as it is", () => {
  const later = { schema: SCHEMA + 1, id: "1", other: true };
  assert.deepEqual(upgraded(later), later);
});
