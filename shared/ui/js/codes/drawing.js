import encodeQR from "qr";

const SVG = "http://www.w3.org/2000/svg";
const QUIET_ZONE = 4;

/**
 * Draws a QR code. Screens are clean, so the code has the least error correction and the largest squares.
 *
 * @param {Document} document
 * @param {string} text
 * @param {string} label what the code is, for those who cannot see it
 * @returns {SVGSVGElement} as wide as its place
 */
export function drawCode(document, text, label) {
  const rows = encodeQR(text, "raw", { ecc: "low", border: QUIET_ZONE });
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("viewBox", `0 0 ${rows.length} ${rows.length}`);
  drawing.setAttribute("shape-rendering", "crispEdges");
  drawing.setAttribute("role", "img");
  drawing.setAttribute("aria-label", label);
  const ground = document.createElementNS(SVG, "path");
  ground.setAttribute("fill", "#fff");
  ground.setAttribute("d", `M0 0h${rows.length}v${rows.length}H0z`);
  const squares = document.createElementNS(SVG, "path");
  squares.setAttribute("fill", "#000");
  squares.setAttribute("d", rows.map((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : "")).join("")).join(""));
  drawing.append(ground, squares);
  return drawing;
}
