import { exchange } from "../offline/exchange.js";

const SIGNED_OUT = 401;
const SERVER_FAILED = 500;
const TOO_MANY_REQUESTS = 429;
// The person may not, or there is no such event: nothing is sent before somebody has done something about it.
const ABOUT_ALL = [403, 404];
const ABOUT_THE_BATCH = [400, 413, 422];

/**
 * Sends captures of one event. Those of other events stay for the next request.
 *
 * @param {import("./captures.js").Capture[]} captures
 * @param {{request?: typeof exchange, now?: () => number}} [parts]
 * @returns {Promise<import("../offline/sender.js").Report>}
 */
export async function deliver(captures, { request = exchange, now = Date.now } = {}) {
  const [{ event_id: eventId }] = captures;
  const bodies = captures.filter((capture) => capture.event_id === eventId).map(({ body }) => body);
  const sent = { sent_at: new Date(now()).toISOString(), check_ins: bodies };
  const answer = await request(`/api/events/v1/events/${eventId}/check-ins/batch`, { method: "POST", body: sent });
  if (answer.kind === "problem") return judge(answer, bodies);
  if (answer.kind !== "ok") return { contact: answer.kind };
  if (!Array.isArray(answer.json.results)) return { contact: "foreign" };
  return { contact: "answered", answers: new Map(answer.json.results.flatMap(verdict)) };
}

/** @returns {import("../offline/sender.js").Report} */
function judge({ status, problem, seconds }, bodies) {
  const isAboutTheBatch = ABOUT_THE_BATCH.includes(status);
  if (isAboutTheBatch && bodies.length > 1) return { contact: "too_many" };
  if (isAboutTheBatch || ABOUT_ALL.includes(status)) {
    return { contact: "answered", answers: new Map(bodies.map(({ id }) => [id, { problem, status }])) };
  }
  return { contact: status === SIGNED_OUT ? "signed_out" : "busy", seconds };
}

/** @returns {[string, object][]} none for a result that cannot be understood */
function verdict(result) {
  if (["recorded", "repeated"].includes(result?.status)) return [[result.id, { receipt: result }]];
  if (result?.status !== "refused" || !result.problem) return [];
  const { status } = result.problem;
  if (status >= SERVER_FAILED || status === TOO_MANY_REQUESTS) return [];
  return [[result.id, { problem: result.problem, status }]];
}
