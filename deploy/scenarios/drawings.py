"""Draws the pictures of profile cards: nobody's face."""

from __future__ import annotations

from io import BytesIO
from typing import Final

from PIL import Image, ImageDraw

_SIZE: Final = 480
_COLOURS: Final = (
    ("#dbe7e4", "#2f5d62", "#e8b796", "#4a2c2a"),
    ("#f3e2c7", "#8a4b2d", "#c68863", "#221e1f"),
    ("#dde3f0", "#3b4a7a", "#f0c8a8", "#b5651d"),
    ("#e9dcea", "#6b3f69", "#8d5a3b", "#1b1b1b"),
)
"""Background, clothes, skin and hair."""


def draw(number: int) -> bytes:
    """Return a PNG of a head and shoulders in flat colours. The same number always gives the same picture."""
    background, clothes, skin, hair = _COLOURS[number % len(_COLOURS)]
    picture = Image.new("RGB", (_SIZE, _SIZE), background)
    pen = ImageDraw.Draw(picture)
    long_hair = number % 2 == 0
    if long_hair:
        pen.rounded_rectangle((142, 110, 338, 340), 90, fill=hair)
    pen.ellipse((70, 320, 410, 700), fill=clothes)
    pen.rounded_rectangle((208, 270, 272, 350), 30, fill=skin)
    pen.ellipse((160, 110, 320, 310), fill=skin)
    pen.pieslice((152, 92, 328, 300), 180, 360, fill=hair)
    if not long_hair:
        pen.rectangle((152, 180, 172, 215), fill=hair)
        pen.rectangle((308, 180, 328, 215), fill=hair)
    for left in (198, 270):
        pen.ellipse((left, 212, left + 12, 226), fill="#222222")
    pen.arc((208, 235, 272, 280), 20, 160, fill="#222222", width=5)
    saved = BytesIO()
    picture.save(saved, "PNG")
    return saved.getvalue()
