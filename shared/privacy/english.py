"""The registers' Danish words in English, for people who read that."""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.i18n.translations import Language

FILE: Final = Path(__file__).with_name("english.toml")


@functools.cache
def english() -> Mapping[str, str]:
    """Every text that there is a translation of, by its Danish. Reads the file once."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def in_language(text: str, language: Language) -> str:
    """Return what a register says, in a language; in Danish where nobody has translated it."""
    return text if language == "da" else english().get(text, text)
