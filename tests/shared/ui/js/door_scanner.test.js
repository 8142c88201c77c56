import assert from "node:assert/strict";
import { test } from "node:test";

import { Scanner, scannerOf } from "#js/door/scanner.js";

const video = () => ({ srcObject: null, async play() {} });

function cameraOf() {
  const track = { isStopped: false, stop: () => (track.isStopped = true) };
  return { track, getUserMedia: async () => ({ getTracks: () => [track] }) };
}

/** Sees one after another of the codes, and then nothing. */
function detectorOf(...seen) {
  const rounds = [...seen];
  return { detect: async () => (rounds.length > 0 ? rounds.shift() : []).map((rawValue) => ({ rawValue })) };
}

async function until(check) {
  for (let round = 0; round < 200 && !check(); round++) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.ok(check());
}

test("each code is reported once as long as it is held there", async () => {
  const codes = [];
  const camera = cameraOf();
  const scanner = new Scanner(detectorOf([], ["a"], ["a"], [], ["b"]), camera);
  const shown = video();
  await scanner.start(shown, (code) => codes.push(code));
  await until(() => codes.length === 2);
  scanner.stop(shown);
  assert.deepEqual(codes, ["a", "b"]);
  assert.deepEqual([camera.track.isStopped, shown.srcObject], [true, null]);
});

test("a frame that cannot be read stops nothing", async () => {
  const codes = [];
  let rounds = 0;
  const detector = {
    detect: async () => {
      if (rounds++ === 0) throw new DOMException("no frame", "InvalidStateError");
      return [{ rawValue: "a" }];
    },
  };
  const scanner = new Scanner(detector, cameraOf());
  await scanner.start(video(), (code) => codes.push(code));
  await until(() => codes.length === 1);
  scanner.stop(video());
});

test("there is no scanner without a camera, or where the browser reads no QR codes", async () => {
  const reading = (...formats) => class {
    static getSupportedFormats = async () => formats;
  };
  const navigator = { mediaDevices: cameraOf() };
  assert.equal(await scannerOf({ navigator }), null);
  assert.equal(await scannerOf({ navigator: {}, BarcodeDetector: reading("qr_code") }), null);
  assert.equal(await scannerOf({ navigator, BarcodeDetector: reading("ean_13") }), null);
  assert.ok(await scannerOf({ navigator, BarcodeDetector: reading("ean_13", "qr_code") }));
});
