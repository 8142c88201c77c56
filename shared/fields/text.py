"""Text that a person types: in one canonical form, printable, without a CPR number."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from shared.fields.cpr import refuse_cpr

_LINE_BREAK = re.compile(r"[\t\n\r\u2028\u2029]")
# Characters that no text needs: controls (except tab and line ends), DEL, C1, line and paragraph separators,
# surrogates, private
# use and noncharacters.
_CANNOT_BE_SHOWN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\uf8ff\ufdd0-\ufdef\ufffe\uffff\U000f0000-\U0010ffff]"
    r"|[" + "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(1, 15)) + "]"
)
# Embeddings, overrides and isolates: the text that follows is shown in another order than it is stored in.
_CHANGES_DIRECTION = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
# Joiners between two characters of scripts that need them (Arabic, Persian, Indic), or of an emoji.
_NEEDED_JOINER: Final = r"(?<=[^\x00-\u058f\s])[\u200c\u200d](?=[^\x00-\u058f\s])"
_FORMAT_CHARACTERS: Final = (
    r"\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
)
_FORMAT = re.compile(rf"{_NEEDED_JOINER}|([{_FORMAT_CHARACTERS}])")
_INVISIBLE = re.compile(
    rf"[{_FORMAT_CHARACTERS}\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    r"\U000e0080-\U000e0fff]+"
)


def drop_invisible(text: str) -> str:
    """Return text in NFC without invisible characters. For addresses and numbers, which have none.

    Such characters are copied along from contact cards and web pages.
    """
    return text if text.isascii() else unicodedata.normalize("NFC", _INVISIBLE.sub("", text))


def canonical_text(text: str) -> str:
    """Return text in the form in which it is stored: NFC, trimmed, without format characters (Unicode's Cf).

    Joiners stay where a script or an emoji needs them.

    Raises the validation errors `control_characters` (for unprintable characters), `text_direction` (for characters
    that change the direction of the text) and `invisible_text` (for text without a visible character).
    """
    if _CANNOT_BE_SHOWN.search(text):
        raise PydanticCustomError("control_characters", "Contains characters that cannot be shown")
    if text.isascii():
        return text.strip()
    if _CHANGES_DIRECTION.search(text):
        raise PydanticCustomError(
            "text_direction", "Contains invisible characters that turn the text around; please type it again."
        )
    if text.strip() and not _INVISIBLE.sub("", text).strip():
        raise PydanticCustomError("invisible_text", "Has only invisible characters; please type it again.")
    return unicodedata.normalize("NFC", _FORMAT.sub(lambda found: "" if found[1] else found[0], text)).strip()


def canonical_line(text: str) -> str:
    """Return `canonical_text` with single spaces. Raises the same errors, and `one_line` for a line break."""
    if _LINE_BREAK.search(text):
        raise PydanticCustomError("one_line", "Must be one line.")
    return " ".join(canonical_text(text).split())


def text_key(text: str) -> str:
    """Return text in the form in which names are compared: case, width, spacing and invisible characters are
    ignored."""
    return " ".join(unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).casefold().split())


def none_if_blank(value: Any) -> Any:
    """Return None for text that is empty or blank, anything else unchanged: forms send "" for a field left empty."""
    return None if isinstance(value, str) and not value.strip() else value


NoneIfBlank = BeforeValidator(none_if_blank)

FreeText = Annotated[str, AfterValidator(canonical_text), AfterValidator(refuse_cpr)]
"""Several lines in canonical form; never a CPR number."""
Line = Annotated[str, AfterValidator(canonical_line), AfterValidator(refuse_cpr)]
"""One line in canonical form, possibly empty; never a CPR number."""
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(canonical_line),
    AfterValidator(refuse_cpr),
]
"""The name of a person, a company or an event: one line in canonical form, never empty."""
SearchText = Annotated[
    str, Field(max_length=100, pattern=r"^[^\x00]*$"), AfterValidator(refuse_cpr), AfterValidator(drop_invisible)
]
"""A search text. It may be part of the URL, so it must not contain a CPR number."""
