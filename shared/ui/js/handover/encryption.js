// What is handed over is compressed and encrypted with a key that belongs to the event and comes with its page: a
// photograph of the code tells nobody anything who has not opened that page.

const IV_BYTES = 12;
const CONTEXT = new TextEncoder().encode("tilsagn-handover 1");

/**
 * @param {string} text
 * @param {string} key of `GET /api/pledges/v1/intake`: 32 bytes in base64url
 * @returns {Promise<Uint8Array>}
 */
export async function encrypted(text, key) {
  const compressed = await through(new CompressionStream("deflate-raw"), new TextEncoder().encode(text));
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const content = new Uint8Array(await crypto.subtle.encrypt(algorithm(iv), await imported(key), compressed));
  const result = new Uint8Array(IV_BYTES + content.length);
  result.set(iv);
  result.set(content, IV_BYTES);
  return result;
}

/**
 * @param {Uint8Array} bytes
 * @param {string} key
 * @returns {Promise<string | null>} null if they were encrypted with another key, or changed
 */
export async function decrypted(bytes, key) {
  let compressed;
  try {
    const [iv, content] = [bytes.subarray(0, IV_BYTES), bytes.subarray(IV_BYTES)];
    compressed = await crypto.subtle.decrypt(algorithm(iv), await imported(key), content);
  } catch {
    return null;
  }
  return new TextDecoder().decode(await through(new DecompressionStream("deflate-raw"), new Uint8Array(compressed)));
}

function algorithm(iv) {
  return { name: "AES-GCM", iv, additionalData: CONTEXT };
}

function imported(key) {
  const bytes = Uint8Array.from(atob(key.replace(/-/g, "+").replace(/_/g, "/")), (character) => character.charCodeAt(0));
  return crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
}

async function through(transform, bytes) {
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(transform)).arrayBuffer());
}
