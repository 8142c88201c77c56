/**
 * What a phone holds, as a file that a coordinator imports.
 *
 * @param {import("./pledges.js").CapturedPledge[]} records of one event
 * @param {string | null} eventId
 * @param {{id: string, name: string} | undefined} phone
 * @param {Date} now
 * @returns {{name: string, text: string}}
 */
export function exported(records, eventId, phone, now) {
  const content = {
    format: "tilsagn-pledges",
    version: 1,
    event_id: eventId,
    phone: phone ? { id: phone.id, name: phone.name || null } : null,
    pledges: records.map(({ body }) => body),
  };
  const time = now.toISOString().slice(0, 19).replace(/[:T]/g, "-");
  return { name: `tilsagn-${eventId ?? "uden-arrangement"}-${time}.json`, text: JSON.stringify(content, null, 1) };
}

/** Lets the browser save a file. */
export function download(document, { name, text }) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
