"""The search text for companies: words of the name in any order, or the beginning of the CVR number."""

from __future__ import annotations

import re
import unicodedata

from shared.fields.cvr import CVR_PREFIX
from shared.fields.text import drop_invisible

_BEGINS_A_CVR_NUMBER = re.compile(rf"{CVR_PREFIX}((?:[0-9][\s.-]*){{1,8}})")


def search_words(typed: str) -> list[str]:
    """Return the words to look for, each of which has to be in the name: `lower(normalize(name, nfkc))` in SQL.

    Case, the order of the words, the kind and number of spaces, Unicode's form and invisible characters do not matter.
    """
    return _normalized(typed).split()


def cvr_beginning(typed: str) -> str | None:
    """Return the digits where the whole text is a CVR number or its beginning, such as `DK 24.25.67.90`; else None.

    The checksum does not matter.
    """
    found = _BEGINS_A_CVR_NUMBER.fullmatch(_normalized(typed).strip())
    return re.sub(r"[^0-9]", "", found[1]) if found else None


def _normalized(typed: str) -> str:
    return unicodedata.normalize("NFKC", drop_invisible(typed)).lower()
