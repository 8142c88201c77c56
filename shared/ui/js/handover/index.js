// Handing pledges over from phone to phone, by a QR code or a file. The intake loads it when it is needed
// (intake/handing_over.js).

export { give } from "./giving.js";
export { take } from "./taking.js";
