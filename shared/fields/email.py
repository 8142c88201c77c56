"""E-mail addresses."""

from __future__ import annotations

import re
import unicodedata
from itertools import product
from typing import Annotated, Final

import idna
from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError

from shared.fields.cpr import MayLookLikeCpr, refuse_cpr
from shared.fields.text import canonical_line, drop_invisible

LONGEST = 254
"""Characters (RFC 5321, section 4.5.3.1.3, without the angle brackets)."""
# One mailbox as people write it. Only a mail sent there shows whether it exists. No character that separates
# addresses or headers.
_EMAIL = re.compile(r"[^\s@<>()\[\],;:\\\"]{1,64}@[^\s@<>()\[\],;:\\\"]+\.[^\s@<>()\[\],;:\\\".]{2,}")
# The full stops of East Asian scripts separate labels, too (UTS 46).
_FULL_STOPS: Final = str.maketrans(dict.fromkeys("\u3002\uff0e\uff61", "."))
_PUNYCODE: Final = "xn--"
_LONGEST_LABEL: Final = 63
_MAX_SPELLINGS: Final = 32
_BESIDE_LATIN: Final = frozenset(
    {"CJK", "IDEOGRAPHIC", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "BOPOMOFO", "HANGUL"}
)
"""Scripts whose letters stand beside Latin ones and look like none (UTS 39, "Highly Restrictive"), as Unicode names
them."""
_LATIN_LOOKALIKES: Final = frozenset("асԁеһіјӏорԛѕԝхухѵοανικρυχ")
"""Lower-case letters of Cyrillic and Greek that look like Latin ones."""
_OTHER_LOOKALIKES: Final = re.compile(r"[ɑɡɩ\u0335-\u0338]")
"""Phonetic letters, and strokes that make an o look like an ø."""


def canonical_email(text: str) -> str:
    """Return an address in the form in which it is stored.

    NFC, without invisible characters; the mailbox in the case it was typed in; the domain in lower case and readable
    (`købmand.dk`, not `xn--…`), by IDNA 2008 (RFC 5891): `ß` stays `ß`, so mail goes to the domain that was
    typed.

    Raises:
        PydanticCustomError: `email`, it is not one address; `email_letters`, it can be mistaken for another one.
    """
    address = _cleaned(text)
    mailbox, _at, typed_domain = address.rpartition("@")
    try:
        domain = _readable_domain(typed_domain)
    except ValueError:  # idna's errors are
        raise _not_an_address() from None
    address = f"{mailbox}@{domain}"
    if len(address) > LONGEST or not _EMAIL.fullmatch(address):
        raise _not_an_address()
    if not address.isascii() and (
        _has_unusual_signs(mailbox) or any(map(_is_lookalike, [mailbox, *domain.split(".")]))
    ):
        raise PydanticCustomError(
            "email_letters", "Has letters that look like those of another alphabet; please type it again."
        )
    return address


def whole_email(text: str) -> str:
    """Return an address to look up, without invisible characters; more is accepted than `canonical_email` stores.

    Raises the validation error `email` if it is not one whole address.
    """
    address = _cleaned(text)
    if len(address) > LONGEST or not _EMAIL.fullmatch(address):
        raise _not_an_address()
    return address


def email_key(text: str) -> str:
    """Return the form in which addresses are compared. Never raises; other text is compared unchanged."""
    address = _cleaned(text).lower()
    mailbox, at, domain = address.rpartition("@")
    try:
        return f"{mailbox}{at}{_readable_domain(domain)}"
    except ValueError:
        return address


def decoded_email(address: str) -> str:
    """Return an address with the domain labels that are in Punycode decoded, for display. Never raises.

    Chromium encodes the domain of an `<input type=email>` before it sends the form, so `møller.dk` arrives as
    `xn--mller-vua.dk`. Labels that are not valid Punycode and all other text stay unchanged.
    """
    mailbox, at, domain = address.rpartition("@")
    return f"{mailbox}{at}{'.'.join(map(_decoded_label, domain.split('.')))}"


def email_spellings(text: str) -> list[str]:
    """Return the spellings under which an address may be stored, the domain readable and in ASCII; none if it is not a
    whole address. To compare them, the SQL function `lookup_key` is needed: PostgreSQL lowers letters differently.
    """
    try:
        mailbox, _at, domain = whole_email(text).rpartition("@")
    except PydanticCustomError:
        return []
    labels = [_spellings_of_label(label) for label in domain.lower().split(".")]
    domains = [".".join(one) for one, _number in zip(product(*labels), range(_MAX_SPELLINGS), strict=False)]
    return list(dict.fromkeys(f"{mailbox}@{one}" for one in domains))


def ascii_domain(domain: str) -> str:
    """Return a domain as mail servers need it (`xn--kbmand-bya.dk`), by IDNA 2008.

    Raises:
        ValueError: it is not a domain.
    """
    return ".".join(map(_ascii_label, _mapped(_cleaned(domain)).split(".")))


def _cleaned(text: str) -> str:
    return drop_invisible(text).strip().translate(_FULL_STOPS)


def _not_an_address() -> PydanticCustomError:
    return PydanticCustomError("email", "Is not an e-mail address.")


def _mapped(domain: str) -> str:
    """Return a domain in lower case and normal width, and with full stops between its labels (UTS 46,
    non-transitional). Labels in ASCII are not validated further, because some names have an underscore."""
    return domain.lower() if domain.isascii() else idna.uts46_remap(domain, std3_rules=False, transitional=False)


def _readable_domain(domain: str) -> str:
    return ".".join(map(_readable_label, _mapped(domain).split(".")))


def _readable_label(label: str) -> str:
    encoded = _ascii_label(label)
    return idna.ulabel(encoded) if encoded.startswith(_PUNYCODE) else label


def _decoded_label(label: str) -> str:
    if not label.lower().startswith(_PUNYCODE):
        return label
    try:
        return _readable_label(label.lower())
    except ValueError:
        return label


def _ascii_label(label: str) -> str:
    encoded = label if label.isascii() else idna.alabel(label).decode("ascii")
    if not 1 <= len(encoded) <= _LONGEST_LABEL:
        raise ValueError("a label has 1 to 63 characters")
    return encoded


def _spellings_of_label(label: str) -> list[str]:
    try:
        readable = _readable_label(_mapped(label))
        return [label, readable, _ascii_label(readable)]
    except ValueError:
        return [label]


def _is_lookalike(part: str) -> bool:
    """Whether a mailbox or label mixes alphabets, has compatibility forms of letters, or only looks like a Latin
    word."""
    if part.isascii():
        return False
    if unicodedata.normalize("NFKC", part) != part or _OTHER_LOOKALIKES.search(part.lower()):
        return True
    letters = [char for char in part.lower() if char.isalpha()]
    scripts = {unicodedata.name(char, "").partition(" ")[0] for char in letters} - _BESIDE_LATIN
    return len(scripts) > 1 or (bool(letters) and _LATIN_LOOKALIKES.issuperset(letters))


def _has_unusual_signs(mailbox: str) -> bool:
    """Whether a mailbox has punctuation, symbols, spaces or format characters other than those of ASCII."""
    return any(not char.isascii() and unicodedata.category(char)[0] in "PSZC" for char in mailbox)


Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=LONGEST),
    AfterValidator(drop_invisible),
    AfterValidator(canonical_line),
    AfterValidator(refuse_cpr),
    AfterValidator(canonical_email),
]
"""One address in canonical form."""
KnownEmail = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=LONGEST),
    AfterValidator(drop_invisible),
    AfterValidator(canonical_line),
    AfterValidator(whole_email),
    MayLookLikeCpr("an address that is looked up and never stored; what was stored before must be found"),
]
"""A whole address to look up, which may have been stored under earlier rules."""
