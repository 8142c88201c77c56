const DAY_MS = 86_400_000;

/**
 * How far this phone's clock is ahead of the server's, in milliseconds.
 *
 * @param {{now?: string, fetchedAt?: number} | null} [answer] of the server, with its time, and when this phone asked
 *   for it
 * @returns {number} 0 if it is not known
 */
export function aheadMs(answer) {
  return answer?.now && answer.fetchedAt ? answer.fetchedAt - Date.parse(answer.now) : 0;
}

/**
 * The earliest time that it can be. A phone's clock may be wrong all evening, or be set right in the middle of it;
 * nothing is over because of that.
 *
 * @param {Parameters<typeof aheadMs>[0]} answer the last one
 * @param {number} time by this phone's clock
 */
export function earliestTime(answer, time) {
  return Math.min(time, time - aheadMs(answer));
}

/** Whether the phone's clock is wrong by a day or more, as far as this can be known. */
export function isClockWrong(answer, time) {
  return Math.abs(aheadMs(answer)) >= DAY_MS || time < (answer?.fetchedAt ?? 0) - DAY_MS;
}
