const EVERY_MS = 150;

/**
 * Reads QR codes from the camera.
 *
 * @param {Window} window
 * @returns {Promise<Scanner | null>} null where the browser has no camera or cannot read codes
 */
export async function scannerOf(window) {
  const { BarcodeDetector, navigator } = window;
  if (!BarcodeDetector || !navigator.mediaDevices?.getUserMedia) return null;
  const formats = await BarcodeDetector.getSupportedFormats().catch(() => []);
  return formats.includes("qr_code") ? new Scanner(new BarcodeDetector({ formats: ["qr_code"] }), navigator.mediaDevices) : null;
}

export class Scanner {
  #stream = null;
  #timer = 0;

  /**
   * @param {{detect: (source: object) => Promise<{rawValue: string}[]>}} detector
   * @param {MediaDevices} devices
   */
  constructor(detector, devices) {
    this.detector = detector;
    this.devices = devices;
  }

  /**
   * Shows the camera and reports each code that it sees, the same one only once in a row.
   *
   * @param {HTMLVideoElement} video
   * @param {(text: string) => void} onCode
   * @throws {DOMException} the person, or the device, gives no camera
   */
  async start(video, onCode) {
    this.#stream = await this.devices.getUserMedia({ video: { facingMode: "environment" } });
    video.srcObject = this.#stream;
    await video.play();
    let last = null;
    const look = async () => {
      if (!this.#stream) return;
      const [code] = await this.detector.detect(video).catch(() => []);
      if (code && code.rawValue !== last) onCode((last = code.rawValue));
      if (this.#stream) this.#timer = setTimeout(look, EVERY_MS);
    };
    await look();
  }

  stop(video) {
    clearTimeout(this.#timer);
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
    video.srcObject = null;
  }
}
