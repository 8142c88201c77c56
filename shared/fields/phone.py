"""Telephone numbers. They are stored as typed; one without a country code is Danish."""

from __future__ import annotations

import re
from typing import Annotated

import phonenumbers
from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError

from shared.fields.cpr import MayLookLikeCpr, refuse_cpr
from shared.fields.text import one_line

# A Danish number as most people write it: too short for a CPR number, and always a possible number.
_EIGHT_DIGITS = re.compile(r"[2-9][0-9](?: ?[0-9][0-9]){3}")
_DENMARK = 45


def parse_phone(text: str) -> phonenumbers.PhoneNumber | None:
    """Return the number if its length and country code are possible, or None."""
    try:
        number = phonenumbers.parse(text, "DK")
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_possible_number(number) else None


def refuse_cpr_but_foreign(text: str) -> str:
    """Return the text. Raises `cpr_shape` where it looks like a CPR number.

    A valid number of another country may look like one: "+31 12 34 5678".
    """
    number = parse_phone(text)
    if number is not None and text.startswith(("+", "00")) and phonenumbers.is_valid_number(number):
        return text
    return refuse_cpr(text)


def read_phone(text: str) -> str:
    """Return the text. Raises the validation error `phone` or `cpr_shape` where it is not a telephone number."""
    if _EIGHT_DIGITS.fullmatch(text):
        return text
    if parse_phone(refuse_cpr_but_foreign(text)) is None:
        raise PydanticCustomError("phone", "Is not a telephone number.")
    return text


_FOREIGN = MayLookLikeCpr("telephone numbers of other countries may; any other such number is refused")
Phone = Annotated[str, StringConstraints(max_length=40), AfterValidator(one_line), AfterValidator(read_phone), _FOREIGN]
"""A number that can be called, as typed."""
TypedPhone = Annotated[str, AfterValidator(refuse_cpr_but_foreign), _FOREIGN]
"""A form's field that is not judged as a `Phone` yet; never a CPR number."""


def phone_uri(text: str) -> str | None:
    """Return `tel:+4597850000`, or None for what is not a telephone number."""
    number = parse_phone(text)
    if number is None:
        return None
    return "tel:" + phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def phone_text(text: str) -> str:
    """Return the number in pairs, `97 85 00 00`, with its country code unless it is Danish; or the text as it is."""
    number = parse_phone(text)
    if number is None:
        return text
    if number.country_code != _DENMARK:
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    # A range that is not assigned has no format of its own.
    return " ".join(re.findall("..", national)) if re.fullmatch(r"\d{8}", national) else national
