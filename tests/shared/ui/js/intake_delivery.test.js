import assert from "node:assert/strict";
import { test } from "node:test";

import { deliver } from "#js/intake/delivery.js";

const record = (id) => ({ id, body: { id, positions: 1 } });
const problem = (status, more = {}) => ({ kind: "problem", status, problem: { type: "/problems/x", title: "No" }, ...more });

/** A request that is answered so; `asked` are its arguments. */
function answering(answer) {
  const request = async (path, options) => {
    request.asked = { path, ...options };
    return answer;
  };
  return request;
}

test("one pledge goes as it always did, under its id as the key", async () => {
  const request = answering({ kind: "ok", json: { id: "a", flags: [] } });
  const report = await deliver([record("a")], request);
  assert.deepEqual(request.asked, {
    path: "/api/pledges/v1/pledges",
    method: "POST",
    body: { id: "a", positions: 1 },
    headers: { "idempotency-key": "a" },
  });
  assert.deepEqual(report.answers.get("a").receipt, { id: "a", flags: [] });
});

test("a receipt for another id is no receipt", async () => {
  const report = await deliver([record("a")], answering({ kind: "ok", json: { id: "b" } }));
  assert.deepEqual(report, { contact: "foreign" });
  assert.deepEqual(await deliver([record("a")], answering({ kind: "ok", json: { fine: true } })), { contact: "foreign" });
});

for (const status of [400, 403, 409, 413, 422]) {
  test(`${status} is about the pledge: it needs a person`, async () => {
    const report = await deliver([record("a")], answering(problem(status)));
    assert.deepEqual(report.answers.get("a"), { problem: { type: "/problems/x", title: "No", status }, status });
  });
}

for (const [status, contact] of [[401, "signed_out"], [429, "busy"], [500, "busy"], [503, "busy"], [404, "busy"], [408, "busy"]]) {
  test(`${status} is not about the pledge: ${contact}`, async () => {
    for (const records of [[record("a")], [record("a"), record("b")]]) {
      if (records.length > 1 && status === 404) continue;
      const report = await deliver(records, answering(problem(status, { seconds: 9 })));
      assert.deepEqual(report, { contact, seconds: 9 });
    }
  });
}

test("no answer and somebody else's answer say nothing", async () => {
  for (const kind of ["silent", "foreign"]) {
    assert.deepEqual(await deliver([record("a")], answering({ kind })), { contact: kind });
    assert.deepEqual(await deliver([record("a"), record("b")], answering({ kind })), { contact: kind });
  }
});

test("several pledges go in one request, and each has its own answer", async () => {
  const results = [
    { id: "a", status: "logged" },
    { id: "b", status: "repeated" },
    { id: "c", status: "refused", problem: { status: 422, title: "No" } },
    { id: "d", status: "refused", problem: { status: 503, title: "Later" } },
    { id: "e", status: "something new" },
    null,
  ];
  const request = answering({ kind: "ok", json: { results } });
  const { answers } = await deliver([..."abcde"].map(record), request);
  assert.equal(request.asked.path, "/api/pledges/v1/pledges/batch");
  assert.deepEqual(request.asked.body.pledges.map(({ id }) => id), ["a", "b", "c", "d", "e"]);
  assert.deepEqual([...answers.keys()], ["a", "b", "c"]);
  assert.equal(answers.get("c").status, 422);
});

test("a server that takes no batch, or none of this size, gets one pledge at a time", async () => {
  for (const status of [400, 403, 404, 405, 413, 422]) {
    const report = await deliver([record("a"), record("b")], answering(problem(status)));
    assert.equal(report.contact, "too_many");
  }
});
