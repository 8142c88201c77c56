import assert from "node:assert/strict";
import { test } from "node:test";

import { decode, encode } from "#js/passkeys/base64url.js";
import { createCredential, getCredential } from "#js/passkeys/credentials.js";

const bytes = (...numbers) => Uint8Array.from(numbers);
const buffer = (...numbers) => bytes(...numbers).buffer;

function device(functions) {
  Object.defineProperty(globalThis, "navigator", { value: { credentials: functions }, configurable: true });
}

test("every byte survives base64url, which has neither padding nor signs of its own in an address", () => {
  for (let length = 0; length < 5; length += 1) {
    const data = Uint8Array.from({ length: 256 + length }, (_, index) => index % 256);
    assert.match(encode(data.buffer), /^[\w-]*$/);
    assert.deepEqual(decode(encode(data.buffer)), data);
  }
  assert.equal(encode(buffer(0xfb, 0xff)), "-_8");
});

test("the device signs the server's challenge with one of the passkeys that the server knows", async () => {
  let asked;
  device({
    get: async ({ publicKey }) => {
      asked = publicKey;
      const response = {
        clientDataJSON: buffer(1), authenticatorData: buffer(2), signature: buffer(3), userHandle: buffer(4),
      };
      return { id: "-_8", rawId: buffer(0xfb, 0xff), type: "public-key", response };
    },
  });
  const answer = await getCredential({
    challenge: "AQID", rpId: "localhost", allowCredentials: [{ type: "public-key", id: "-_8" }],
  });
  assert.deepEqual(asked, {
    challenge: bytes(1, 2, 3), rpId: "localhost", allowCredentials: [{ type: "public-key", id: bytes(0xfb, 0xff) }],
  });
  assert.deepEqual(answer, {
    id: "-_8",
    rawId: "-_8",
    type: "public-key",
    response: { clientDataJSON: "AQ", authenticatorData: "Ag", signature: "Aw", userHandle: "BA" },
  });
});

test("any passkey will do where the server names none, and a device may hold back whose it is", async () => {
  let asked;
  device({
    get: async ({ publicKey }) => {
      asked = publicKey;
      const response = {
        clientDataJSON: buffer(1), authenticatorData: buffer(2), signature: buffer(3), userHandle: null,
      };
      return { id: "AQ", rawId: buffer(1), type: "public-key", response };
    },
  });
  const answer = await getCredential({ challenge: "AQID" });
  assert.deepEqual(asked.allowCredentials, []);
  assert.equal(answer.response.userHandle, null);
});

test("the device makes a passkey for this person, unless it has one already", async () => {
  let asked;
  device({
    create: async ({ publicKey }) => {
      asked = publicKey;
      const response = { clientDataJSON: buffer(1), attestationObject: buffer(2) };
      return { id: "AQ", rawId: buffer(1), type: "public-key", response };
    },
  });
  const answer = await createCredential({
    challenge: "AQID", user: { id: "BAU", name: "eva" }, excludeCredentials: [{ type: "public-key", id: "Bg" }],
  });
  assert.deepEqual(asked, {
    challenge: bytes(1, 2, 3),
    user: { id: bytes(4, 5), name: "eva" },
    excludeCredentials: [{ type: "public-key", id: bytes(6) }],
  });
  assert.deepEqual(answer, {
    id: "AQ", rawId: "AQ", type: "public-key", response: { clientDataJSON: "AQ", attestationObject: "Ag" },
  });
});
