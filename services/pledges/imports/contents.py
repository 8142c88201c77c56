"""What a pledge says, whatever its spelling; and the fingerprint and the ids of imported pledges. No I/O.

An import recognises what it imported before by these. Both are HMACs under the installation's request key: nobody who
knows a reference or a line can compute its id, take it first, or guess the line from what is stored.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from sys import intern
from typing import TYPE_CHECKING, Final, Literal, TypeAlias
from uuid import UUID, uuid5

from pydantic_core import PydanticCustomError

from shared.db.idempotency import request_fingerprint
from shared.fields.cvr import cvr_digits
from shared.fields.email import email_key
from shared.fields.phone import canonical_phone
from shared.fields.text import drop_invisible, text_key

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from pydantic import SecretStr

    from services.pledges.pledges.domain import PledgeTerms

Imported: TypeAlias = Literal["pledge", "hire"]
Content: TypeAlias = Mapping[str, str | None]
"""A pledge's values by column of an import, in one spelling; None for one that has been erased."""

_FORGOTTEN_COMPANY: Final = "(slettet)"
"""As the SQL function `forget_companies_of_pledges` writes it."""
_USUAL_DIGITS: Final = 12
_MOST_ZEROS_BEFORE_LONG_NUMBERS: Final = 3
_NUMBER: Final = re.compile(r"0*([0-9]+)(?:[.,]0+)?")


def content_of(terms: PledgeTerms, pledged_on: date) -> Content:
    """Return what a pledge says. Two pledges say the same if their contents are equal."""
    company, contact = terms.company, terms.contact
    return {
        **(
            dict.fromkeys(("virksomhed", "cvr", "p-nummer"))
            if company.name == _FORGOTTEN_COMPANY
            else {
                "virksomhed": intern(text_key(company.name)),
                "cvr": cvr_digits(company.cvr) or text_key(company.cvr or ""),
                "p-nummer": company.p_number or "",
            }
        ),
        # Long lists repeat these, and are kept in memory.
        "kommune": intern(company.municipality or ""),
        "arrangement": intern(str(terms.event_id or "")),
        "dato": intern(pledged_on.isoformat()),
        "type": terms.job_type,
        "pladser": intern(str(terms.positions)),
        "timer fra": intern(plain(terms.hours_from)),
        "timer til": intern(plain(terms.hours_to)),
        "opgaver": intern(",".join(sorted(terms.tasks))),
        **(
            {
                "kontaktperson": text_key(contact.name),
                "telefon": phone_key(contact.phone or ""),
                "e-mail": email_key(contact.email or ""),
            }
            if contact is not None
            else dict.fromkeys(("kontaktperson", "telefon", "e-mail"))
        ),
        "tidligst start": terms.earliest_start.isoformat() if terms.earliest_start else "",
    }


def differences(one: Content, other: Content) -> list[str]:
    """Return the columns in which two contents differ. What has been erased in one of them differs in nothing."""
    pairs = ((column, value, other[column]) for column, value in one.items())
    return [column for column, value, its in pairs if value is not None and its is not None and value != its]


def fingerprint_of(content: Content, key: SecretStr) -> bytes:
    """Return the fingerprint of a pledge's content."""
    return request_fingerprint(json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False), key)


def reference_key(reference: str) -> str:
    """Return a reference in the form in which references are compared."""
    return " ".join(drop_invisible(reference).split())


def references_like(reference: str) -> list[str]:
    """Return the references that a spreadsheet may have made this one from, or this one into: with other zeros before
    it. None for a reference that is not a number."""
    found = _NUMBER.fullmatch(reference) if reference.isascii() else None
    if found is None:
        return []
    longest = max(_USUAL_DIGITS, len(found[1]) + _MOST_ZEROS_BEFORE_LONG_NUMBERS)
    widths = range(len(found[1]), longest + 1)
    return [other for width in widths if (other := found[1].zfill(width)) != reference]


def id_by_reference(taskforce_id: UUID, reference: str, key: SecretStr, *, of: Imported = "pledge") -> UUID:
    """Return the id of the pledge or hire that is imported under a reference."""
    return _derived_id(f"{taskforce_id}: reference {reference_key(reference)}", key, of)


def id_by_content(
    taskforce_id: UUID, fingerprint: bytes, number: int, key: SecretStr, *, of: Imported = "pledge"
) -> UUID:
    """Return the id of the pledge or hire that is imported without a reference.

    Args:
        number: 1 for the first line of a file with this content, 2 for the second one.
    """
    return _derived_id(f"{taskforce_id}: line {number} of {fingerprint.hex()}", key, of)


def former_id_by_reference(taskforce_id: UUID, reference: str) -> UUID:
    """Return the id that release 0.2 gave the pledge. Anybody can compute it, so it only shows an import's pledge."""
    return uuid5(taskforce_id, f"pledge import, reference: {reference}")


def former_id_by_content(taskforce_id: UUID, fingerprint: bytes, number: int) -> UUID:
    """Return the id that release 0.2 gave the pledge.

    Args:
        fingerprint: of the cells as they are typed.
        number: as for `id_by_content`, of the lines with this fingerprint.
    """
    return uuid5(taskforce_id, f"pledge import, line {number} of these: {fingerprint.hex()}")


def _derived_id(name: str, key: SecretStr, of: Imported) -> UUID:
    """Return a UUID of version 8: made from anything (RFC 9562, section 5.8)."""
    number = int.from_bytes(request_fingerprint(f"id of an imported {of}: {name}", key)[:16], "big")
    number = number & ~(0xF << 76) | 8 << 76
    return UUID(int=number & ~(0x3 << 62) | 0x2 << 62)


def plain(number: Decimal) -> str:
    """Return a number without needless zeros."""
    return f"{number.normalize():f}"


def phone_key(text: str) -> str:
    """Return a telephone number in the form in which numbers are compared."""
    try:
        return canonical_phone(text) if text else ""
    except PydanticCustomError:
        return text_key(text)
