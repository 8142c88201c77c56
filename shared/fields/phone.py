"""Telephone numbers. They are stored with their country code (E.164); one that is typed without is Danish."""

from __future__ import annotations

import re
from typing import Annotated, Final

import phonenumbers
from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError

from shared.fields.cpr import MayLookLikeCpr, refuse_cpr
from shared.fields.text import canonical_line, drop_invisible

# A Danish number as most people write it: too short for a CPR number, and always a possible number.
_EIGHT_DIGITS = re.compile(r"[2-9][0-9](?: ?[0-9][0-9]){3}")
# The same in the form in which it is stored. A list of contacts shows dozens, and parsing one takes 0.1 ms.
_STORED_DANISH = re.compile(r"(?:\+45)?([2-9][0-9]{7})")
_BEGINS_AN_EXTENSION = re.compile(r"[^\W\d_]|[#,;]")
_DENMARK: Final = 45


def parse_phone(text: str) -> phonenumbers.PhoneNumber | None:
    """Return the number if its length and country code are possible, or None."""
    try:
        number = phonenumbers.parse(text, "DK")
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_possible_number(number) else None


def canonical_phone(text: str) -> str:
    """Return a number in the form in which it is stored: E.164 (`+4597850000`), then ` ext. 12` where it has an
    extension.

    Raises the validation error `phone` where it is not a telephone number of a possible length.
    """
    typed = drop_invisible(text).strip()
    if _EIGHT_DIGITS.fullmatch(typed):
        return f"+{_DENMARK}{typed.replace(' ', '')}"
    number = parse_phone(typed)
    if number is None:
        raise PydanticCustomError("phone", "Is not a telephone number.")
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{e164} ext. {number.extension}" if number.extension else e164


def phone_spellings(text: str) -> list[str]:
    """Return the digits under which the SQL function `phone_key` may know a stored number: with the country code, with
    and without the zero of "+46 (0)8 …"; none for what is not a whole number."""
    number = parse_phone(drop_invisible(text))
    if number is None:
        return []
    national = phonenumbers.national_significant_number(number)
    return [f"{number.country_code}{national}", f"{number.country_code}0{national}"]


def refuse_cpr_but_foreign(text: str) -> str:
    """Return the text. Raises `cpr_shape` where it looks like a CPR number.

    A valid number of another country may look like one: "+49 30 12345678". An extension may not.
    """
    number = parse_phone(text)
    if number is not None and text.startswith(("+", "00")) and phonenumbers.is_valid_number(number):
        extension = _BEGINS_AN_EXTENSION.search(text)
        if extension is not None:
            refuse_cpr(text[extension.start() :])
        return text
    return refuse_cpr(text)


def read_phone(text: str) -> str:
    """Return the number in canonical form. Raises the validation error `phone` or `cpr_shape`."""
    if _EIGHT_DIGITS.fullmatch(text):
        return canonical_phone(text)
    return canonical_phone(refuse_cpr_but_foreign(text))


_FOREIGN = MayLookLikeCpr("telephone numbers of other countries may; any other such number is refused")
Phone = Annotated[
    str,
    StringConstraints(max_length=40),
    AfterValidator(drop_invisible),
    AfterValidator(canonical_line),
    AfterValidator(read_phone),
    _FOREIGN,
]
"""A number that can be called, in canonical form."""
TypedPhone = Annotated[str, AfterValidator(drop_invisible), AfterValidator(refuse_cpr_but_foreign), _FOREIGN]
"""A form's field that is not judged as a `Phone` yet; never a CPR number."""


def phone_uri(text: str) -> str | None:
    """Return `tel:+4597850000`, or None for what is not a telephone number."""
    if danish := _STORED_DANISH.fullmatch(text):
        return f"tel:+{_DENMARK}{danish[1]}"
    number = parse_phone(text)
    if number is None:
        return None
    return "tel:" + phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def phone_text(text: str) -> str:
    """Return the number in pairs, `97 85 00 00`, with its country code unless it is Danish; or the text as it is."""
    if danish := _STORED_DANISH.fullmatch(text):
        return " ".join(re.findall("..", danish[1]))
    number = parse_phone(text)
    if number is None:
        return text
    if number.country_code != _DENMARK:
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    # A range that is not assigned has no format of its own.
    return " ".join(re.findall("..", national)) if re.fullmatch(r"\d{8}", national) else national
