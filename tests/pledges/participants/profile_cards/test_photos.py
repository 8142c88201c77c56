"""An uploaded picture becomes a small JPEG of nothing but pixels, or is refused before it is decoded."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from services.pledges.participants.profile_cards.photos import MAX_BYTES, reencode
from services.pledges.participants.profile_cards.refusals import (
    PhotoAnimated,
    PhotoBroken,
    PhotoOfOtherKind,
    PhotoTooLarge,
    PhotoTooManyPixels,
    PhotoTooSmall,
)
from tests.pledges.participants.profile_cards import pictures
from tests.pledges.participants.profile_cards.pictures import BLUE, RED, picture

if TYPE_CHECKING:
    from shared.refusals import Refusal

SECRETS = (b"Ida", b"Stationsvej", b"Exif", b"ICC_PROFILE", b"xmpmeta", b"<script", b"PK\x03\x04")


def _opened(content: bytes) -> Image.Image:
    image = Image.open(BytesIO(content), formats=["JPEG"])
    image.load()
    return image


def _is_like(found: object, colour: tuple[int, int, int]) -> bool:
    assert isinstance(found, tuple)
    return all(abs(one - other) < 30 for one, other in zip(found, colour, strict=True))


@pytest.mark.parametrize(
    "uploaded",
    [
        picture("JPEG"),
        picture("PNG"),
        picture("WEBP"),
        picture("WEBP", lossless=True),
        picture("JPEG", mode="CMYK"),
        picture("PNG", mode="P"),
        picture("PNG", mode="RGBA"),
        pictures.moving("MPO"),
        pictures.with_scans(20),
        picture() + b"\xff\xda\0\2" * 100,
    ],
    ids=[
        "jpeg",
        "png",
        "webp",
        "lossless webp",
        "cmyk",
        "palette",
        "alpha",
        "two pictures of a phone",
        "twenty steps",
        "a film behind the picture",
    ],
)
def test_a_picture_of_each_kind_becomes_a_jpeg(uploaded: bytes) -> None:
    made = _opened(reencode(uploaded))
    assert made.mode == "RGB"
    assert made.size in {(300, 400), (300, 300)}
    assert _is_like(made.getpixel((10, 10)), RED)


def test_what_is_transparent_becomes_white() -> None:
    uploaded = pictures.encoded(Image.new("RGBA", (300, 300), (200, 30, 30, 0)), "PNG")
    assert _is_like(_opened(reencode(uploaded)).getpixel((10, 10)), (255, 255, 255))


def test_a_large_picture_is_made_smaller() -> None:
    assert _opened(reencode(picture(size=(3000, 4000)))).size == (900, 1200)


def test_a_picture_is_turned_as_the_camera_was_held_and_says_nothing_else() -> None:
    uploaded = pictures.with_position(orientation=6)
    assert all(secret in uploaded for secret in SECRETS[:5])
    content = reencode(uploaded)
    made = _opened(content)
    assert made.size == (400, 300)
    assert _is_like(made.getpixel((390, 150)), RED)
    assert _is_like(made.getpixel((10, 150)), BLUE)
    assert not any(secret in content for secret in SECRETS)
    assert made.info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize("behind", [b"<script>alert(1)</script>", b"PK\x03\x04 and the rest of an archive"])
def test_a_second_file_behind_the_picture_is_left_behind(behind: bytes) -> None:
    content = reencode(picture() + behind)
    assert not any(secret in content for secret in SECRETS)


@pytest.mark.parametrize(
    ("uploaded", "refusal"),
    [
        (b"", PhotoOfOtherKind),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", PhotoOfOtherKind),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", PhotoOfOtherKind),
        (b"<html>" + picture(), PhotoOfOtherKind),
        (pictures.moving("GIF"), PhotoOfOtherKind),
        (picture("TIFF"), PhotoOfOtherKind),
        (pictures.moving("PNG"), PhotoAnimated),
        (pictures.moving("WEBP"), PhotoAnimated),
        (picture() + bytes(MAX_BYTES), PhotoTooLarge),
        (pictures.huge_png(8000, 5000), PhotoTooManyPixels),
        (pictures.huge_png(10_000, 9_500), PhotoTooManyPixels),
        (pictures.huge_png(20_000, 10_000), PhotoTooManyPixels),
        (pictures.huge_webp(), PhotoTooManyPixels),
        (picture(size=(199, 400)), PhotoTooSmall),
        (picture(size=(4000, 400)), PhotoTooSmall),
        (picture()[:-400], PhotoBroken),
        (picture("PNG")[:200], PhotoBroken),
        (picture("WEBP")[:60], PhotoBroken),
        (b"\xff\xd8\xff" + bytes(1000), PhotoBroken),
        (b"\x89PNG\r\n\x1a\n" + b"\xff" * 1000, PhotoBroken),
        (b"RIFF\xff\xff\xff\xffWEBPVP9 " + bytes(100), PhotoBroken),
        (pictures.with_text_bomb(), PhotoBroken),
        (pictures.with_scans(51), PhotoBroken),
    ],
    ids=[
        "nothing",
        "svg",
        "heic",
        "html before a jpeg",
        "gif",
        "tiff",
        "moving png",
        "moving webp",
        "too many bytes",
        "40 megapixels",
        "95 megapixels",
        "200 megapixels",
        "268 megapixels of webp",
        "too narrow",
        "a long strip",
        "truncated jpeg",
        "truncated png",
        "truncated webp",
        "only the head of a jpeg",
        "only the head of a png",
        "webp of no known form",
        "a comment of 64 MB",
        "a jpeg of 51 steps",
    ],
)
def test_what_is_no_photo_is_refused(uploaded: bytes, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        reencode(uploaded)
