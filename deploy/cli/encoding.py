"""Prints every text on every terminal: what the encoding lacks is replaced by what looks or sounds like it."""

from __future__ import annotations

import codecs
import io
import sys
import unicodedata
from typing import Final

_ERRORS: Final = "tilsagn.readable"

_REPLACEMENTS: Final = {
    **dict(zip("✓✗★•·−–—“”„»«‘’─━╸╺│┃", '+x**----"""""\'\'----||', strict=True)),
    **dict(zip("æøåÆØÅß→←…", ("ae", "oe", "aa", "Ae", "Oe", "Aa", "ss", "->", "<-", "..."), strict=True)),
}


def configure_output() -> None:
    """Let stdout and stderr replace letters that their encoding lacks, instead of raising `UnicodeEncodeError`."""
    codecs.register_error(_ERRORS, _replace)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_ERRORS)


def _replace(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_readable, error.object[error.start : error.end])), error.end


def _readable(character: str) -> str:
    """Return ASCII for one character."""
    if character in _REPLACEMENTS:
        return _REPLACEMENTS[character]
    if "\u2500" <= character <= "\u257f":  # corners and crossings of boxes
        return "+"
    if "\u2800" <= character <= "\u28ff":  # the spinner
        return "*"
    base = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    return base or "?"
