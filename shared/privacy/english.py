"""The English translations of the data inventory's Danish texts."""

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
    """Return the translations by their Danish text. Reads the file once."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def in_language(text: str, language: Language) -> str:
    """Return a text of the data inventory in a language; in Danish where there is no translation."""
    return text if language == "da" else english().get(text, text)
