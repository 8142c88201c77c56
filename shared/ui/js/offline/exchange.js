const TIMEOUT_MS = 20_000;
const LONGEST_WAIT_S = 600;

/**
 * What came of a request.
 *
 * - `ok`: our server's JSON, with a status of 2xx.
 * - `problem`: our server's refusal (RFC 9457), with its status.
 * - `foreign`: somebody else's answer, such as the sign-in page of a wireless network. Nothing follows from it.
 * - `silent`: no answer. Whether the server has received the request is unknown.
 *
 * `seconds` is how long the server asks to wait (Retry-After), where it does.
 *
 * @typedef {{kind: "ok", json: object} | {kind: "problem", status: number, problem: object, seconds?: number}
 *   | {kind: "foreign", status: number} | {kind: "silent"}} Answer
 */

/**
 * Sends a request and judges its answer. Never throws.
 *
 * It asks for the language of the page: the browser's own may be another one.
 *
 * A redirect is followed: the server renews a person's token in that way. What counts is the last answer.
 *
 * @param {string} path
 * @param {{method?: string, body?: object, headers?: object, timeoutMs?: number, fetch?: typeof fetch}} [request]
 * @returns {Promise<Answer>}
 */
export async function exchange(path, { method = "GET", body, headers = {}, timeoutMs = TIMEOUT_MS, fetch: send } = {}) {
  const accept = { accept: "application/json, application/problem+json" };
  const language = globalThis.document?.documentElement.lang;
  if (language) accept["accept-language"] = language;
  const type = body === undefined ? {} : { "content-type": "application/json" };
  try {
    const response = await (send ?? globalThis.fetch)(path, {
      method,
      headers: { ...accept, ...type, ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: "no-store",
      signal: abortAfter(timeoutMs),
    });
    return await judge(response);
  } catch {
    return { kind: "silent" };
  }
}

/** As `AbortSignal.timeout`, which Safari has only since version 16: a phone in the hall may be older. */
export function abortAfter(milliseconds) {
  if (AbortSignal.timeout) return AbortSignal.timeout(milliseconds);
  const controller = new AbortController();
  setTimeout(() => controller.abort(), milliseconds);
  return controller.signal;
}

/**
 * @param {Response} response
 * @returns {Promise<Answer>}
 */
async function judge(response) {
  const type = (response.headers.get("content-type") ?? "").split(";")[0].trim().toLowerCase();
  const text = await response.text();
  const json = type === "application/json" || type === "application/problem+json" ? parsed(text) : undefined;
  if (response.ok && type === "application/json" && json) return { kind: "ok", json };
  if (!response.ok && type === "application/problem+json" && String(json?.type).startsWith("/problems/")) {
    return { kind: "problem", status: response.status, problem: json, seconds: secondsToWait(response) };
  }
  return { kind: "foreign", status: response.status };
}

/** @returns {object | undefined} */
function parsed(text) {
  try {
    const value = JSON.parse(text);
    return value !== null && typeof value === "object" ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Retry-After: seconds, or a date. */
function secondsToWait(response) {
  const value = response.headers.get("retry-after");
  if (!value) return undefined;
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 1), LONGEST_WAIT_S) : undefined;
}
