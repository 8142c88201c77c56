import assert from "node:assert/strict";
import { test } from "node:test";

import { deliver } from "#js/door/delivery.js";

const NOW = Date.parse("2026-11-24T17:00:00Z");
const capture = (id, event = "e1") => ({ id, event_id: event, body: { id } });
const answering = (answer, asked = []) => ({ now: () => NOW, request: async (...request) => (asked.push(request), answer) });

test("captures of one event are sent in one request, with the phone's clock", async () => {
  const asked = [];
  await deliver([capture("a"), capture("b", "e2"), capture("c")], answering({ kind: "silent" }, asked));
  assert.deepEqual(asked, [
    [
      "/api/events/v1/events/e1/check-ins/batch",
      { method: "POST", body: { sent_at: "2026-11-24T17:00:00.000Z", check_ins: [{ id: "a" }, { id: "c" }] } },
    ],
  ]);
});

test("each capture has its own answer, and one that cannot be understood has none", async () => {
  const results = [
    { id: "a", status: "recorded", company_id: "x" },
    { id: "b", status: "repeated", company_id: "x" },
    { id: "c", status: "refused", problem: { status: 409 } },
    { id: "d", status: "refused", problem: { status: 503 } },
    { id: "e", status: "of a later day" },
    null,
  ];
  const { contact, answers } = await deliver([capture("a")], answering({ kind: "ok", json: { results } }));
  assert.equal(contact, "answered");
  assert.deepEqual([...answers.keys()], ["a", "b", "c"]);
  assert.equal(answers.get("a").receipt.company_id, "x");
  assert.equal(answers.get("c").status, 409);
});

for (const [answer, contact] of [
  [{ kind: "problem", status: 401 }, "signed_out"],
  [{ kind: "problem", status: 429, seconds: 5 }, "busy"],
  [{ kind: "problem", status: 503, seconds: 7 }, "busy"],
  [{ kind: "foreign", status: 200 }, "foreign"],
  [{ kind: "ok", json: { page: 1 } }, "foreign"],
  [{ kind: "silent" }, "silent"],
]) {
  test(`nothing follows for a capture from ${JSON.stringify(answer)}`, async () => {
    const report = await deliver([capture("a")], answering(answer));
    assert.deepEqual([report.contact, report.answers, report.seconds], [contact, undefined, answer.seconds]);
  });
}

for (const status of [403, 404, 422]) {
  test(`who may not check in is told so, and the captures of other events do not wait for these: ${status}`, async () => {
    const problem = { type: "/problems/x", title: "Nej" };
    const report = await deliver([capture("a"), capture("b", "e2")], answering({ kind: "problem", status, problem }));
    assert.deepEqual(report, { contact: "answered", answers: new Map([["a", { problem, status }]]) });
  });
}

test("of a request that the server cannot read, each capture is sent by itself", async () => {
  const report = await deliver([capture("a"), capture("b")], answering({ kind: "problem", status: 413, problem: {} }));
  assert.deepEqual(report, { contact: "too_many" });
});
