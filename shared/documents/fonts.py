"""Selects the fonts for the text of a document, and a substitute for characters that no font has.

Libertinus Serif, which comes with typst, sets Latin, Greek, Cyrillic and Hebrew. For other scripts there are fonts of
the Noto family; `python -m deploy.assets` collects them in `built/`.
"""

from __future__ import annotations

import json
import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

BUILT: Final = Path(__file__).with_name("built")
INDEX: Final = "fonts.json"
MAIN_FONT: Final = "Libertinus Serif"

_MAIN_CHARACTERS: Final = (
    r"\n\t\u0020-\u007e\u00a0-\u02e4\u02ea-\u036f\u0374\u0375\u037a-\u037e\u0384-\u038a\u038c\u038e-\u03a1"
    r"\u03a3-\u03ce\u0400-\u045f\u0490-\u04c4\u04d0-\u04f9\u05b0-\u05c3\u05d0-\u05ea\u05f0-\u05f4\u1e00-\u1e9b\u1e9e\u1ea0-\u1ef9"
    r"\u2000-\u2027\u202f-\u2037\u2039-\u203e\u2044\u20ac\u2122\u2190-\u2199\u2200-\u220d\u2264\u2265"
)
_OF_MAIN_FONT: Final = re.compile(f"[{_MAIN_CHARACTERS}]*")
_INVISIBLE: Final = re.compile(r"[\u200b-\u200f\u2060\ufe00-\ufe0f\ufeff\U000e0020-\U000e007f\U000e0100-\U000e01ef]")
"""Characters without a glyph: joiners, marks of direction, and selectors of a variant."""
_JOINER: Final = "\u200d"
_SKIN_TONES: Final = re.compile("[\U0001f3fb-\U0001f3ff]")


class FontsNotBuiltError(RuntimeError):
    """`python -m deploy.assets` has not collected the fonts."""


@dataclass(frozen=True, eq=False)
class FallbackFont:
    """A font file and the code points that it has, as ranges in order."""

    path: Path
    _starts: tuple[int, ...] = field(repr=False)
    _ends: tuple[int, ...] = field(repr=False)

    @property
    def family(self) -> str:
        """The name by which layouts use it; each file of a font has its own."""
        return self.path.stem.removesuffix("-wght-normal")

    def has(self, character: str) -> bool:
        """Whether there is a glyph for the character."""
        place = bisect_right(self._starts, ord(character)) - 1
        return place >= 0 and ord(character) <= self._ends[place]


@cache
def fallback_fonts() -> tuple[FallbackFont, ...]:
    """Return all fonts for scripts that the main font does not have, in the order in which they are tried.

    Raises:
        FontsNotBuiltError: they have not been collected.
    """
    try:
        index = json.loads((BUILT / INDEX).read_text())
    except FileNotFoundError:
        raise FontsNotBuiltError("the fonts of documents are missing: run `make setup`") from None
    fonts = []
    for font in index["fonts"]:
        starts, ends = zip(*font["characters"], strict=True)
        fonts.append(FallbackFont(BUILT / font["file"], starts, ends))
    return tuple(fonts)


def printable(data: Any) -> tuple[Any, list[FallbackFont]]:
    """Return data with every character printable, and the fonts that print it besides the main one.

    A character without a glyph becomes its code point, `[U+1F9FF]`; invisible ones are left out where they have no
    effect.

    Args:
        data: values that JSON has. Texts in it are changed, names of objects' members are not.
    """
    fonts: dict[FallbackFont, None] = {}

    def convert(value: Any) -> Any:
        if isinstance(value, str):
            return value if _OF_MAIN_FONT.fullmatch(value) else _printable_text(value, fonts)
        if isinstance(value, dict):
            return {name: convert(member) for name, member in value.items()}
        return [convert(one) for one in value] if isinstance(value, list | tuple) else value

    converted = convert(data)
    return converted, [font for font in fallback_fonts() if font in fonts] if fonts else []


def _printable_text(text: str, fonts: dict[FallbackFont, None]) -> str:
    parts = []
    for cluster in _clusters(unicodedata.normalize("NFC", text)):
        printed, used = _printable_cluster(cluster)
        parts.append(printed)
        fonts.update(dict.fromkeys(used))
    return "".join(parts)


def _clusters(text: str) -> Iterator[str]:
    """Yield the parts of a text that are drawn as one: a character with its marks, or emojis that are joined."""
    cluster = ""
    for character in text:
        joined = cluster.endswith(_JOINER) or _SKIN_TONES.match(character) or _INVISIBLE.match(character)
        if cluster and (joined or unicodedata.category(character).startswith("M")):
            cluster += character
        else:
            yield cluster
            cluster = character
    yield cluster


@lru_cache(maxsize=4096)
def _printable_cluster(cluster: str) -> tuple[str, tuple[FallbackFont, ...]]:
    """Return what is printed for a cluster, and the fonts for it. One font must have all of its characters."""
    visible = _INVISIBLE.sub("", cluster)
    if _OF_MAIN_FONT.fullmatch(visible):
        return cluster, ()
    for font in fallback_fonts():
        if all(font.has(character) for character in visible):
            return cluster, (font,)
    if len(visible) == 1:
        return f"[U+{ord(visible):04X}]", ()
    # No font has them together: a mark is drawn alone as its code point, as it would stand on another font's letter.
    parts = [_printable_alone(character) for character in visible]
    return "".join(printed for printed, _ in parts), tuple(font for _, fonts in parts for font in fonts)


def _printable_alone(character: str) -> tuple[str, tuple[FallbackFont, ...]]:
    if unicodedata.category(character).startswith("M") or _SKIN_TONES.match(character):
        return f"[U+{ord(character):04X}]", ()
    return _printable_cluster(character)
