import assert from "node:assert/strict";
import { test } from "node:test";

import { Announcer } from "#js/intake/announcing.js";
import { exported } from "#js/intake/export.js";
import { isCorrectable, stateOf } from "#js/intake/tonight.js";
import { Words } from "#js/intake/words.js";

test("a receipt says on the phone, sent, received or in need of a person", () => {
  assert.equal(stateOf({ state: "waiting", unanswered: false }), "on_phone");
  assert.equal(stateOf({ state: "waiting", unanswered: true }), "sent");
  assert.equal(stateOf({ state: "received" }), "received");
  assert.equal(stateOf({ state: "refused" }), "refused");
});

test("only what the server has surely not got is corrected", () => {
  const refused = { state: "refused", unanswered: false, body: {} };
  assert.ok(isCorrectable(refused));
  for (const change of [{ unanswered: true }, { state: "waiting" }, { body: null }, { for_another: true }]) {
    assert.ok(!isCorrectable({ ...refused, ...change }));
  }
});

test("words are filled in, and counted", () => {
  const words = new Words({ hello: "Hej {name}", things: { one: "{num} ting", other: "{num} ting i alt" }, errors: { x: "Højst {limit}" } });
  assert.equal(words.text("hello", { name: "Bo {x}" }), "Hej Bo {x}");
  assert.deepEqual([words.counted("things", 1), words.counted("things", 2)], ["1 ting", "2 ting i alt"]);
  assert.equal(words.error({ code: "x", limit: 50 }), "Højst 50");
});

test("the exported file holds the bodies as they are sent", () => {
  const { name, text } = exported([{ body: { id: "a" } }], "e", { id: "p", name: "" }, new Date("2026-12-01T20:15:00Z"));
  assert.equal(name, "tilsagn-e-2026-12-01-20-15-00.json");
  assert.deepEqual(JSON.parse(text), {
    format: "tilsagn-pledges",
    version: 1,
    event_id: "e",
    phone: { id: "p", name: null },
    pledges: [{ id: "a" }],
  });
});

test("a phone is announced when something has changed, and else once a minute; silence is tried again", async () => {
  let now = 0;
  let kind = "silent";
  const asked = [];
  const phone = { event_id: "e", id: "p", name: "", last: 2, discarded: [1] };
  const pledges = { phones: async () => [phone] };
  const request = async (path, { method, body }) => {
    asked.push([method, path, body]);
    return { kind };
  };
  const announcer = new Announcer(pledges, { request, now: () => now });
  await announcer.announce();
  kind = "ok";
  await announcer.announce();
  await announcer.announce();
  assert.equal(asked.length, 2);
  assert.deepEqual(asked[0], [
    "PUT",
    "/api/pledges/v1/events/e/phones/p",
    { announced: 2, discarded: [1], practice: false },
  ]);
  now += 60_000;
  await announcer.announce();
  Object.assign(phone, { last: 3, name: "Hannes telefon" });
  await announcer.announce();
  assert.deepEqual(asked[3][2], { announced: 3, discarded: [1], practice: false, name: "Hannes telefon" });
});
