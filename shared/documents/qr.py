"""QR codes of links, for pages and printed documents."""

from __future__ import annotations

import io

import segno


def qr_svg(link: str) -> bytes:
    """Return the link's QR code as an SVG document: black on white, with its quiet zone, without a fixed size."""
    drawing = io.BytesIO()
    segno.make(link, error="m", micro=False).save(
        drawing,
        kind="svg",
        border=4,
        dark="#000",
        light="#fff",
        omitsize=True,
        xmldecl=False,
        svgclass=None,
        lineclass=None,
    )
    return drawing.getvalue()
