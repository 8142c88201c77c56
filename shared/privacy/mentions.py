"""Regular expressions that find a person's address or telephone number in a text, whole and not as a part of another.

They are for PostgreSQL, and for text that the SQL function `dead_letter_text` returned.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_DENMARK: Final = "45"
_SEPARATORS: Final = "[^[:alnum:]]{0,3}"
_NO_ADDRESS_BEFORE: Final = "(?<![[:alnum:]._%+'-])"
_NO_ADDRESS_AFTER: Final = r"(?![[:alnum:]-]|\.[[:alnum:]])"
# Neither within a number, nor behind the country code of another one.
_NO_NUMBER_BEFORE: Final = r"(?<![[:alnum:]]|(?:\+|00)[0-9]{1,3}[ .-])"
# Nor at the beginning of a UUID.
_NO_NUMBER_AFTER: Final = "(?![[:alnum:]]|-[0-9a-f]{4}-)"


def mention_patterns(addresses: Iterable[str], numbers: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return patterns for each spelling of an address and for each number, in which a Danish number may lack its
    country code.

    The first patterns also find parts of other addresses and numbers; PostgreSQL searches a large text for them ten
    times as fast as for the second ones, which do not.

    Args:
        addresses: each of their spellings (`shared.fields.email.email_spellings`).
        numbers: digits with the country code (`shared.fields.phone.phone_spellings`).
    """
    of_addresses, of_numbers = list(map(_either, addresses)), list(map(_number, numbers))
    return of_addresses + of_numbers, [
        *(f"{_NO_ADDRESS_BEFORE}(?:{pattern}){_NO_ADDRESS_AFTER}" for pattern in of_addresses),
        *(f"{_NO_NUMBER_BEFORE}{pattern}{_NO_NUMBER_AFTER}" for pattern in of_numbers),
    ]


def _either(address: str) -> str:
    """Return a pattern for an address as it is, and with its bytes escaped (`\\303\\270` for ø)."""
    if address.isascii():
        return re.escape(address)
    escaped = "".join(chr(byte) if byte < 128 else f"\\{byte:03o}" for byte in address.encode())
    return f"{re.escape(address)}|{re.escape(escaped)}"


def _number(digits: str) -> str:
    spaced = _SEPARATORS.join(digits)
    if digits.startswith(_DENMARK):
        national = _SEPARATORS.join(digits[len(_DENMARK) :])
        return rf"(?:(?:\+|00)?{_SEPARATORS.join(_DENMARK)}{_SEPARATORS})?{national}"
    return rf"(?:\+|00)?{spaced}"
