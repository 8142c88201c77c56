"""Pictures made in code: good ones, and those that a card must not have."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from PIL import Image, PngImagePlugin

RED, BLUE = (200, 30, 30), (30, 30, 200)


def picture(kind: str = "JPEG", size: tuple[int, int] = (300, 400), mode: str = "RGB", **saved: Any) -> bytes:
    """Return a picture whose upper half is red and whose lower half is blue."""
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (0, size[1] // 2, size[0], size[1]))
    return encoded(image.convert(mode), kind, **saved)


def encoded(image: Image.Image, kind: str, **saved: Any) -> bytes:
    content = BytesIO()
    image.save(content, kind, **saved)
    return content.getvalue()


def with_position(*, orientation: int = 1) -> bytes:
    """Return a JPEG that says where it was taken, by whom, and how the camera was held."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x013B] = "Ida Fotograf"
    exif.get_ifd(0x8825)[2] = (56.0, 29.0, 12.0)
    return picture(
        exif=exif, comment=b"Stationsvej 4", xmp=b"<x:xmpmeta>Ida</x:xmpmeta>", icc_profile=b"profile of Ida"
    )


def moving(kind: str) -> bytes:
    frames = [Image.new("RGB", (300, 300), colour) for colour in (RED, BLUE)]
    return encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)


def huge_png(width: int, height: int) -> bytes:
    """Return a PNG of one colour: some kilobytes that would be megabytes."""
    return encoded(Image.new("1", (width, height)), "PNG", optimize=True)


def huge_webp() -> bytes:
    """Return the beginning of a WebP picture of 16383 × 16383 pixels."""
    size = (16383 - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + (10).to_bytes(4, "little") + bytes(4) + size + size
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def with_text_bomb() -> bytes:
    """Return a PNG with a comment that is 64 MB when it is unpacked."""
    info = PngImagePlugin.PngInfo()
    info.add_text("comment", "a" * 64_000_000, zip=True)
    return picture("PNG", pnginfo=info)


def with_scans(number: int) -> bytes:
    """Return a small JPEG that appears step by step, with its last step repeated: each one takes as long to decode."""
    whole = picture(progressive=True)
    end = whole.rindex(b"\xff\xd9")
    last = whole[whole.rindex(b"\xff\xc4", 0, end) : end]
    steps = whole.count(b"\xff\xda")
    return whole[:end] + last * (number - steps) + whole[end:]
