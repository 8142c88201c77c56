"""Collects the fonts that printed documents fall back to, and lists which characters each of them has.

Documents are set in Libertinus Serif, which comes with typst: Latin, Greek, Cyrillic and Hebrew. The fonts here are for
other scripts. They stay compressed; `shared.documents.fonts` unpacks those that a document needs.
"""

import hashlib
import json
import shutil
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from deploy.assets.npm import NODE_MODULES
from deploy.assets.sources import ROOT
from shared.documents.fonts import BUILT, INDEX

# Each package brings one font cut into files by script, or for large scripts by how common the characters are. The
# first font that has a character is used.
_PACKAGES = (
    *("noto-sans-arabic", "noto-sans-ethiopic", "noto-sans-devanagari", "noto-sans-bengali", "noto-sans-gurmukhi"),
    *("noto-sans-tamil", "noto-sans-sinhala", "noto-sans-thai", "noto-sans-khmer", "noto-sans-myanmar"),
    *("noto-sans-georgian", "noto-sans-armenian", "noto-sans-sc", "noto-sans-kr", "noto-emoji"),
)
_SUFFIX = "-wght-normal.woff2"
_IN_LIBERTINUS = ("latin", "latin-ext", "cyrillic", "cyrillic-ext", "greek-ext", "vietnamese", "math", "symbols")


def _files() -> Iterator[Path]:
    """Yield the files of all packages in their order, without those of scripts that Libertinus Serif has."""
    for package in _PACKAGES:
        folder = NODE_MODULES / "@fontsource-variable" / package / "files"
        for path in sorted(folder.glob(f"*{_SUFFIX}")):
            if path.name.removeprefix(f"{package}-").removesuffix(_SUFFIX) not in _IN_LIBERTINUS:
                yield path


def _stamp() -> str:
    digest = hashlib.sha256()
    for path in (ROOT / "package-lock.json", Path(__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def is_current(built: Path = BUILT) -> bool:
    """Return whether the fonts were collected from the current packages."""
    try:
        return bool(json.loads((built / INDEX).read_text())["stamp"] == _stamp())
    except (FileNotFoundError, json.JSONDecodeError, KeyError):
        return False


def build(say: Callable[[str], None], built: Path = BUILT) -> None:
    """Collect the fonts, unless they are current. npm must have installed the packages.

    Args:
        say: called with a message before it begins.
        built: the folder of the fonts and their index. The index is replaced last.
    """
    if is_current(built):
        return
    from fontTools.ttLib import TTFont  # noqa: PLC0415 - slow to import, and there is seldom anything to do

    say("assets: fonts of documents")
    built.mkdir(parents=True, exist_ok=True)
    fonts = []
    for path in _files():
        shutil.copyfile(path, built / path.name)
        characters = TTFont(path, lazy=True).getBestCmap() or {}
        fonts.append({"file": path.name, "characters": _ranges(filter(_is_drawn, characters))})
    beside = built / f".{INDEX}"
    beside.write_text(json.dumps({"stamp": _stamp(), "fonts": fonts}))
    beside.replace(built / INDEX)
    for path in built.glob("*.woff2"):
        if path.name not in {font["file"] for font in fonts}:
            path.unlink()


def _is_drawn(character: int) -> bool:
    """Return whether a code point is more than a control, such as one that turns the direction of what follows."""
    return unicodedata.category(chr(character)) not in {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}


def _ranges(characters: Iterable[int]) -> list[list[int]]:
    """Return the code points as ranges, first and last, in order."""
    ranges: list[list[int]] = []
    for character in sorted(characters):
        if ranges and ranges[-1][1] == character - 1:
            ranges[-1][1] = character
        else:
            ranges.append([character, character])
    return ranges
