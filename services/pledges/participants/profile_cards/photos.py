"""Makes the photo of a card anew from an uploaded picture.

Only pixels are kept: whatever else is in the file (position, camera, owner, colour profile, a second file behind the
first) is left behind. The picture's kind and size are checked in its header, before anything is decoded.
"""

from __future__ import annotations

import re
from io import BytesIO
from typing import Final

from PIL import Image, ImageOps

from services.pledges.participants.profile_cards.refusals import (
    PhotoAnimated,
    PhotoBroken,
    PhotoOfOtherKind,
    PhotoRefused,
    PhotoTooLarge,
    PhotoTooManyPixels,
    PhotoTooSmall,
)

MAX_BYTES: Final = 8_000_000
MAX_PIXELS: Final = 25_000_000
"""Decoded, these are 75 MB. Phones take 12 to 24 megapixels unless they are asked for more."""
LONGEST_SIDE: Final = 1200
"""Pixels of the photo that is kept: 10 cm in print at 300 dpi."""
SHORTEST_SIDE: Final = 200
MEDIA_TYPE: Final = "image/jpeg"
_MAX_SCANS: Final = 50
"""A JPEG that is to appear step by step has about ten. Each takes as long to decode as the whole picture."""
_QUALITY: Final = 85
_PLAIN_MODES: Final = frozenset({"L", "RGB", "RGBA", "CMYK"})
_JPEG_SEGMENT: Final = re.compile(rb"\xff([^\x00\x01\xd0-\xd7\xff])")
"""The marker of what has a length; in a picture's data, 0xFF is followed by 0 or by D0 to D7 (restart)."""
_START_OF_SCAN: Final = b"\xda"
_END_OF_IMAGE: Final = b"\xd9"


def reencode(uploaded: bytes) -> bytes:
    """Return the picture as a JPEG of at most 1200 × 1200 pixels, turned as its camera says, on white.

    Blocks for up to a second of processor time and 200 MB: call it in a thread, and few at a time.

    Raises:
        PhotoRefused
    """
    if len(uploaded) > MAX_BYTES:
        raise PhotoTooLarge
    kind = _kind(uploaded[:16])
    if kind is None:
        raise PhotoOfOtherKind
    try:
        return _reencoded(uploaded, kind)
    except PhotoRefused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PhotoTooManyPixels from None
    # A damaged picture raises whatever its decoder stumbles over: OSError, SyntaxError, ValueError, struct.error, …
    except Exception:
        raise PhotoBroken from None


def _kind(head: bytes) -> str | None:
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    return "WEBP" if head[:4] == b"RIFF" and head[8:12] == b"WEBP" else None


def _reencoded(uploaded: bytes, kind: str) -> bytes:
    if kind == "WEBP":
        _check_pixels(*_webp_size(uploaded))
    if kind == "JPEG" and _jpeg_scans(uploaded) > _MAX_SCANS:
        raise PhotoBroken
    with Image.open(BytesIO(uploaded), formats=[kind]) as picture:
        _check_pixels(*picture.size)
        # A phone's JPEG may have a second picture behind the first, such as its brightness. That is left behind.
        if kind != "JPEG" and getattr(picture, "n_frames", 1) > 1:
            raise PhotoAnimated
        # A JPEG is decoded in half or a quarter of its size, if that is enough.
        picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        small = picture if picture.mode in _PLAIN_MODES else picture.convert("RGBA")
        small.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        if min(small.size) < SHORTEST_SIDE:
            raise PhotoTooSmall
        turned = ImageOps.exif_transpose(small)
    # A new picture has nothing but pixels: saving one that was opened keeps its comment.
    clean = Image.new("RGB", turned.size, "white")
    if turned.mode == "RGBA":
        clean.paste(turned, mask=turned)
    else:
        clean.paste(turned.convert("RGB"))
    saved = BytesIO()
    clean.save(saved, "JPEG", quality=_QUALITY, optimize=True)
    return saved.getvalue()


def _check_pixels(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise PhotoTooManyPixels


def _webp_size(picture: bytes) -> tuple[int, int]:
    """Return the size in the header: opening a WebP picture reserves memory for all of it.

    Source: RFC 9649 (WebP), sections 2.5 to 2.7.
    """
    form = picture[12:16]
    if form == b"VP8X":
        return int.from_bytes(picture[24:27], "little") + 1, int.from_bytes(picture[27:30], "little") + 1
    if form == b"VP8L":
        bits = int.from_bytes(picture[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if form == b"VP8 ":
        return int.from_bytes(picture[26:28], "little") & 0x3FFF, int.from_bytes(picture[28:30], "little") & 0x3FFF
    raise PhotoBroken


def _jpeg_scans(picture: bytes) -> int:
    """Return how many scans the first picture of a JPEG has; what is behind its end is left out.

    Source: ITU-T T.81, annex B.
    """
    scans, at = 0, 2
    while (found := _JPEG_SEGMENT.search(picture, at)) and found[1] != _END_OF_IMAGE:
        scans += found[1] == _START_OF_SCAN
        at = found.end() + int.from_bytes(picture[found.end() : found.end() + 2])
    return scans
