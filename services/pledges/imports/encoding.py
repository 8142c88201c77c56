"""Decodes a file, and recognises text that was decoded wrongly before. No I/O."""

from __future__ import annotations

import re
from typing import Final

from services.pledges.imports.report import NotATable
from shared.i18n.translations import N_

# Bytes without a character in Windows-1252. In a text they are letters in an encoding of DOS or Mac OS.
_UNDEFINED_BYTES: Final = frozenset(b"\x81\x8d\x8f\x90\x9d")
_CONTROL_BYTES: Final = frozenset(range(0x20)) - frozenset(b"\t\n\x0b\x0c\r\x1a")

_LETTER: Final = r"[^\W\d_]"
_CONSONANT: Final = "[B-DF-HJ-NP-TV-XZb-df-hj-np-tv-xz]"
_WRITTEN_AS_CODES: Final = re.compile(
    # HTML, JSON, URLs, and Excel's own files.
    r"&(?:amp|lt|gt|quot|apos|nbsp|[ao]e?lig|oslash|aring|[a-z](?:acute|grave|circ|uml|tilde|cedil)|#x?[0-9a-f]{2,6});"
    r"|\\u[0-9a-f]{4}|%c[2-6]%[89ab][0-9a-f]|_x[0-9a-f]{4}_",
    re.IGNORECASE,
)
_MISREAD: Final = re.compile(
    "|".join(
        (
            # UTF-8 read as Windows-1252: Ã¸ for ø, Â° for °, Å‚ for ł, â€™ for ’; byte order marks; emoji.
            "Ã[\u0080-\u00bfŒœŠšŸŽžƒˆ˜–—‘’‚“”„†‡•…‰‹›€™]",
            "Â[\u0080-\u00bf]",
            "[ÄÅ][\u0080-\u009f¡¢£¤¥¦§¨ªº¬\u00ad±µ¶¸¼½¾¿‚ƒ„†‡ˆ‰˜šœž]",
            "â€|ï»¿|ðŸ",
            "[a-zæøå]Ã",
            # UTF-8 read in another country: Ă¸, Г¦, Γ¦.
            "[ĂГΓ][\u0080-\u00bf…†˜]",
            # One alphabet within a word of another: Danish letters read in Russia (Sшren) or in Greece (Bζk).
            "[A-Za-z][\u0400-\u04ff]|[\u0400-\u04ff][A-Za-z]",
            "[a-z][ά-ώ][a-z]",
            # A word of another alphabet read as Windows-1252: Ïåòðîâ is Петров.
            "[À-ÖØ-öø-ÿ]{5}",
            # UTF-8 read as the letters of an old Mac (√∏ for ø) or of DOS (├© for é).
            "√[∏¶•òÜÖ©º∂§®]",
            "[\u2500-\u257f]",
            # DOS read as Windows-1252: æ is ‘, ø is ›, å is †, é is ‚, ä is „, ö is ”.
            f"{_LETTER}›{_LETTER}",
            f"{_LETTER}†|†{_LETTER}",
            # Between vowels and before n, s and t, ‘ is an apostrophe: Xo‘jayev, Rock‘n’Roll.
            f"(?<!‘){_CONSONANT}‘(?![nst]\\b)(?=[a-z]){_CONSONANT}",
            f"{_LETTER}[‚„”]{_LETTER}",
            # An old Mac's letters read as Windows-1252: æ is ¾, ø is ¿, å is Œ, é is Ž, ü is Ÿ, Æ is ®, Ø is ¯, ß is §.
            f"{_LETTER}[¾¿]",
            f"[a-zæøå][ŒŽŸ]|{_LETTER}[ŒŽŸ][a-zæøå]",
            f"¯{_LETTER}|{_LETTER}¯",
            rf"(?<!\w)®{_LETTER}|[A-Z]®[A-Z]",
            f"{_LETTER}§{_LETTER}",
            # Central European letters read as Windows-1252: ł is ³, ą is ¹.
            "[a-z][¹³][a-z]",
            # Letters that could not be read, and are lost.
            "\ufffd",
        )
    )
)


def decode(content: bytes) -> str:
    """Return the text of a file in UTF-8, in UTF-16 with its byte order mark, or in Windows-1252.

    Raises:
        NotATable: the content is no text in any of these.
    """
    try:
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            return _without_nul(content.decode("utf-16"))
        return _without_nul(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        used = set(content)
        if used & _CONTROL_BYTES or content.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise NotATable(N_("The file is not text.")) from None
        if used & _UNDEFINED_BYTES:
            raise NotATable(
                N_(
                    "Some letters in the file cannot be read. Open it in the spreadsheet, check the letters, and save"
                    " it as “CSV UTF-8 (semicolon separated)”."
                )
            ) from None
        return content.decode("windows-1252")


def has_misread_letters(text: str) -> bool:
    """Whether a text has characters where only letters make sense: it was once read in another encoding than its own,
    or its letters are written as codes.

    `SÃ¸nderbÃ¦k`, `S›nderb‘k`, `S¿nderb¾k` and `S&oslash;nderb&aelig;k` are Sønderbæk. Names of any language pass, and
    so do the quotation marks and signs of ordinary texts.
    """
    misread = _WRITTEN_AS_CODES.search(text) or (not text.isascii() and _MISREAD.search(text))
    return bool(misread)


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise NotATable(N_("The file is not text."))
    return text
