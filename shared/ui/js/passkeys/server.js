const TIMEOUT_MS = 20_000;

/** The server refused; the message is for the person. */
export class RefusedError extends Error {}

/**
 * Posts JSON and returns the JSON of the answer. Where the server wants step-up authentication first, the browser goes
 * to the page for it and the promise stays pending.
 *
 * @param {string} path
 * @param {object} body
 * @throws {RefusedError}
 */
export async function post(path, body) {
  const response = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const answer = await response.json();
  if (answer.type === "/problems/proof-needed") {
    location.assign(`/account/prove?next=${encodeURIComponent(`${location.pathname}#passkeys`)}`);
    await new Promise(() => {});
  }
  if (!response.ok) throw new RefusedError(`${answer.title}. ${answer.detail}`);
  return answer;
}
