const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The pledges of a file or a code (intake/export.js), as the phone that captured them would send them.
 *
 * @param {string} text
 * @returns {object[] | null} null if it is no such file. Whether a pledge is right is for the server to say; here it
 *   only has to be one.
 */
export function pledgesIn(text) {
  let content;
  try {
    content = JSON.parse(text);
  } catch {
    return null;
  }
  if (content?.format !== "tilsagn-pledges" || content.version !== 1 || !Array.isArray(content.pledges)) return null;
  return content.pledges.length > 0 && content.pledges.every(isPledge) ? content.pledges : null;
}

function isPledge(body) {
  return (
    UUID.test(body?.id) &&
    typeof body.company?.name === "string" &&
    Number.isInteger(body.positions) &&
    (body.event_id === undefined || UUID.test(body.event_id)) &&
    (body.phone === undefined || (UUID.test(body.phone?.id) && Number.isInteger(body.phone.number)))
  );
}
