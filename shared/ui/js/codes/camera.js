import decodeQR from "qr/decode.js";

const EVERY_MS = 120;
const LARGEST_SIDE = 1024;
const HAVE_CURRENT_DATA = 2;

/**
 * Reads QR codes with the camera at the back of the device, until it is stopped.
 *
 * @param {HTMLVideoElement} video shows what the camera sees
 * @param {(text: string) => void} onCode called with each code that is seen, again for as long as it is seen
 * @param {{devices?: MediaDevices, readerOf?: typeof readerOf}} [parts]
 * @returns {Promise<() => void>} stops the camera
 * @throws {DOMException} there is no camera, or the person does not let us use it (`NotAllowedError`)
 */
export async function readCodes(video, onCode, { devices = navigator.mediaDevices, readerOf: reader = readerOf } = {}) {
  if (!devices?.getUserMedia) throw new DOMException("no camera", "NotFoundError");
  const stream = await devices.getUserMedia({ audio: false, video: { facingMode: "environment", width: { ideal: 1280 } } });
  let isStopped = false;
  const stop = () => {
    isStopped = true;
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  };
  let read;
  try {
    video.srcObject = stream;
    await video.play();
    read = await reader(video.ownerDocument);
  } catch (error) {
    stop();
    throw error;
  }
  const look = async () => {
    if (isStopped) return;
    const text = video.readyState >= HAVE_CURRENT_DATA ? await read(video).catch(() => null) : null;
    if (text && !isStopped) onCode(text);
    setTimeout(look, EVERY_MS);
  };
  look();
  return stop;
}

/**
 * The browser's own reader where it has one, else ours.
 *
 * @param {Document} document
 * @returns {Promise<(video: HTMLVideoElement) => Promise<string | null>>} finds the text of a code in a picture
 */
export async function readerOf(document) {
  const { BarcodeDetector } = document.defaultView;
  const formats = (await BarcodeDetector?.getSupportedFormats().catch(() => [])) ?? [];
  if (formats.includes("qr_code")) {
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    return async (video) => (await detector.detect(video))[0]?.rawValue ?? null;
  }
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return async (video) => {
    const scale = Math.min(1, LARGEST_SIDE / Math.max(video.videoWidth, video.videoHeight));
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    // It throws where there is no code in the picture.
    return decodeQR(context.getImageData(0, 0, canvas.width, canvas.height));
  };
}
