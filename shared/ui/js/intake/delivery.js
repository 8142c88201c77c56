import { exchange } from "../offline/exchange.js";

const PLEDGES = "/api/pledges/v1/pledges";
const SIGNED_OUT = 401;
const TOO_MANY_REQUESTS = 429;
// About how many pledges one request may hold, or that the server knows no such request; not about a pledge.
const ABOUT_THE_BATCH = [400, 404, 405, 413, 422];
// About the request, not about the pledge in it.
const ABOUT_THE_REQUEST = [404, 405, 406, 408, 415, 425];

/**
 * Sends pledges: one as it always was, several in one request.
 *
 * @param {import("./pledges.js").CapturedPledge[]} records
 * @param {typeof exchange} [request]
 * @returns {Promise<import("../offline/sender.js").Report>}
 */
export async function deliver(records, request = exchange) {
  return records.length === 1 ? deliverOne(records[0], request) : deliverAll(records, request);
}

async function deliverOne({ id, body }, request) {
  const answer = await request(PLEDGES, { method: "POST", body, headers: { "idempotency-key": id } });
  if (answer.kind === "ok") {
    if (answer.json.id !== id) return { contact: "foreign" };
    return { contact: "answered", answers: new Map([[id, { receipt: answer.json }]]) };
  }
  const refused = asWhole(answer);
  if (refused) return refused;
  return { contact: "answered", answers: new Map([[id, refusal(answer.problem, answer.status)]]) };
}

async function deliverAll(records, request) {
  const body = { pledges: records.map((record) => record.body) };
  const answer = await request(`${PLEDGES}/batch`, { method: "POST", body });
  if (answer.kind === "problem" && ABOUT_THE_BATCH.includes(answer.status)) return { contact: "too_many" };
  if (answer.kind === "ok") {
    if (!Array.isArray(answer.json.results)) return { contact: "foreign" };
    return { contact: "answered", answers: new Map(answer.json.results.flatMap(verdict)) };
  }
  return asWhole(answer) ?? { contact: "too_many" };
}

/** What an answer says about all pledges of a request; undefined if it is about the one in it. */
function asWhole(answer) {
  if (answer.kind !== "problem") return { contact: answer.kind };
  const { status, seconds } = answer;
  if (status === SIGNED_OUT) return { contact: "signed_out", seconds };
  if (status >= 500 || status === TOO_MANY_REQUESTS || ABOUT_THE_REQUEST.includes(status)) return { contact: "busy", seconds };
  return undefined;
}

/** @returns {[string, object][]} none for a result that cannot be understood */
function verdict(result) {
  if (result?.status === "logged" || result?.status === "repeated") return [[result.id, { receipt: result }]];
  if (result?.status !== "refused" || !result.problem) return [];
  const { status } = result.problem;
  return status >= 500 || status === TOO_MANY_REQUESTS ? [] : [[result.id, refusal(result.problem, status)]];
}

function refusal(problem, status) {
  return { problem: { ...problem, status }, status };
}
