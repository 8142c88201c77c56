// Reading and drawing QR codes, for pages that load it when it is needed: `await import(address)`.

export { readCodes } from "./camera.js";
export { drawCode } from "./drawing.js";
