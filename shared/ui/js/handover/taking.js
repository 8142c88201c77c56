import { readCodes } from "../codes/camera.js";
import { PageCollector } from "./code_pages.js";
import { pledgesIn } from "./contents.js";
import { decrypted } from "./encryption.js";

/**
 * Takes over pledges from the code on another phone or from its file, until the dialog is closed.
 *
 * @param {HTMLDialogElement} dialog
 * @param {import("../intake/words.js").Words} words
 * @param {string[]} keys of the events whose page this phone has
 * @param {(pledges: object[]) => Promise<string>} onPledges keeps them, and returns what to tell the person
 * @returns {Promise<void>} when the dialog is closed
 */
export async function take(dialog, words, keys, onPledges) {
  const [video, said, file] = ["camera", "result", "file"].map((name) => dialog.querySelector(`[data-${name}]`));
  const say = (text) => {
    if (said.textContent !== text) said.textContent = text;
  };
  const keep = async (text) => {
    const pledges = pledgesIn(text);
    say(pledges ? await onPledges(pledges) : words.text("not_pledges"));
  };

  const collector = new PageCollector();
  let last = "";
  const onCode = async (code) => {
    // The camera sees a code many times.
    if (code === last) return;
    last = code;
    const progress = collector.add(code);
    if (!progress) return say(words.text("other_code"));
    if (!progress.bytes) return say(words.text("codes_read", progress));
    const text = await firstDecrypted(progress.bytes, keys);
    if (text === null) say(words.text("other_event"));
    else await keep(text);
  };
  const onFile = async () => {
    const [chosen] = file.files;
    file.value = "";
    if (chosen) await keep(await chosen.text());
  };

  const closed = new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  file.addEventListener("change", onFile);
  say(words.text("looking"));
  video.hidden = true;
  dialog.showModal();
  let stop = () => undefined;
  try {
    stop = await readCodes(video, onCode);
    video.hidden = false;
    if (!dialog.open) stop();
  } catch (error) {
    say(words.text(error.name === "NotAllowedError" ? "camera_refused" : "no_camera"));
  }
  await closed;
  stop();
  file.removeEventListener("change", onFile);
}

async function firstDecrypted(bytes, keys) {
  for (const key of keys) {
    const text = await decrypted(bytes, key);
    if (text !== null) return text;
  }
  return null;
}
