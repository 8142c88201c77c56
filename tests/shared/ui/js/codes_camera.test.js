import assert from "node:assert/strict";
import { test } from "node:test";
import encodeQR from "qr";

import { readCodes, readerOf } from "#js/codes/camera.js";

/** A camera whose track says whether it still runs. */
function cameraOf() {
  const track = { isRunning: true, stop: () => (track.isRunning = false) };
  return { track, devices: { getUserMedia: async () => ({ getTracks: () => [track] }) } };
}

const videoOf = (more = {}) => ({ readyState: 4, srcObject: null, play: async () => undefined, ownerDocument: {}, ...more });

test("each code that is seen is told, and the camera is released", async () => {
  const { track, devices } = cameraOf();
  const video = videoOf();
  const pictures = [async () => null, async () => Promise.reject(new Error("no code")), async () => "A"];
  const readerOfPictures = async () => async () => (pictures.length > 0 ? pictures.shift()() : "B");
  let stop;
  const seen = [];
  const isDone = new Promise((resolve) => {
    const onCode = (text) => seen.push(text) === 2 && resolve();
    stop = readCodes(video, onCode, { devices, readerOf: readerOfPictures });
  });
  await isDone;
  (await stop)();
  assert.deepEqual(seen, ["A", "B"]);
  assert.equal(track.isRunning, false);
  assert.equal(video.srcObject, null);
});

test("without a camera, or without leave to use it, the page learns why", async () => {
  const nothing = () => undefined;
  await assert.rejects(readCodes(videoOf(), nothing, { devices: null }), { name: "NotFoundError" });
  const forbidden = { getUserMedia: async () => Promise.reject(new DOMException("no", "NotAllowedError")) };
  await assert.rejects(readCodes(videoOf(), nothing, { devices: forbidden }), { name: "NotAllowedError" });
});

test("a camera that has been opened is released when it cannot be used", async () => {
  const { track, devices } = cameraOf();
  const video = videoOf({ play: async () => Promise.reject(new DOMException("no", "NotSupportedError")) });
  await assert.rejects(readCodes(video, () => undefined, { devices }), { name: "NotSupportedError" });
  assert.equal(track.isRunning, false);
});

test("the browser's own reader is used where it knows QR codes", async () => {
  class BarcodeDetector {
    static getSupportedFormats = async () => ["ean_13", "qr_code"];

    detect = async (video) => (video.sees ? [{ rawValue: video.sees }] : []);
  }
  const read = await readerOf({ defaultView: { BarcodeDetector } });
  assert.equal(await read({ sees: "A" }), "A");
  assert.equal(await read({}), null);
});

test("elsewhere ours reads the picture", async () => {
  const rows = encodeQR("TILSAGN1", "raw", { border: 4 });
  const [scale, side] = [4, rows.length * 4];
  const data = new Uint8ClampedArray(side * side * 4).fill(255);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      if (rows[Math.floor(y / scale)][Math.floor(x / scale)]) data.fill(0, (y * side + x) * 4, (y * side + x) * 4 + 3);
    }
  }
  const context = { drawImage: () => undefined, getImageData: (_x, _y, width, height) => ({ data, width, height }) };
  class BarcodeDetector {
    static getSupportedFormats = async () => [];
  }
  for (const defaultView of [{}, { BarcodeDetector }]) {
    const document = { defaultView, createElement: () => ({ getContext: () => context }) };
    const read = await readerOf(document);
    assert.equal(await read({ videoWidth: side, videoHeight: side }), "TILSAGN1");
  }
});
