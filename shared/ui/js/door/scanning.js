import { invitationCode } from "./attendance.js";

/** The panel that scans invitations with the camera. What reads the codes is loaded when it is first needed. */
export class Scanning {
  #stopCamera = null;
  #last = null;

  /**
   * @param {HTMLElement} root
   * @param {import("../intake/words.js").Words} words
   * @param {object} door
   * @param {(code: string) => import("./attendance.js").DoorCompany | undefined} door.find the company of an invitation
   * @param {(company: import("./attendance.js").DoorCompany) => void} door.onCompany it is to be checked in
   * @param {() => void} door.onFailed there is no camera, or it may not be used
   * @param {(address: string) => Promise<{readCodes: Function}>} [load]
   */
  constructor(root, words, { find, onCompany, onFailed }, load = (address) => import(address)) {
    this.root = root;
    this.words = words;
    this.find = find;
    this.onCompany = onCompany;
    this.onFailed = onFailed;
    this.load = load;
  }

  /** Offers it where there may be a camera. */
  offer(devices = globalThis.navigator.mediaDevices) {
    this.#part("scan").hidden = !devices?.getUserMedia;
    this.#part("scan").addEventListener("click", () => this.start());
    this.#part("scan-stop").addEventListener("click", () => this.stop());
  }

  async start() {
    const panel = this.#part("scanner");
    panel.hidden = false;
    try {
      const { readCodes } = await this.load(this.#part("scan").dataset.script);
      this.#stopCamera = await readCodes(panel.querySelector("video"), (text) => this.#onCode(text));
    } catch {
      panel.hidden = true;
      return this.onFailed();
    }
    // It was closed while the camera was being opened.
    if (panel.hidden) this.#stopCamera();
    this.#part("scan-stop").focus();
    return undefined;
  }

  stop() {
    this.#part("scanner").hidden = true;
    this.#stopCamera?.();
    this.#stopCamera = this.#last = null;
    this.#part("scan").focus();
  }

  /** A code is seen again and again while it is held there. */
  #onCode(text) {
    if (text === this.#last) return;
    this.#last = text;
    const code = invitationCode(text);
    const company = code && this.find(code);
    const said = this.#part("scan-said");
    if (!company) said.textContent = this.words.text(code ? "scanned_unexpected" : "scanned_other");
    else if (company.checkedInAt) said.textContent = this.words.text("scanned_again", { company: company.name });
    else {
      said.textContent = this.words.text("checked_in", { company: company.name });
      this.onCompany(company);
    }
  }

  #part(name) {
    return this.root.querySelector(`[data-${name}]`);
  }
}
