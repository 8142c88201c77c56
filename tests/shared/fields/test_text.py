"""Text that a person types, e-mail addresses, telephone numbers, P-numbers and typed numbers."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.fields.email import Email
from shared.fields.numbers import TypedNumber
from shared.fields.p_number import PNumber
from shared.fields.phone import Phone, phone_text, phone_uri
from shared.fields.text import FreeText, Line, Name, NoneIfBlank, SearchText

CPR = "010190-1234"


def refusal(kind: Any, value: Any) -> str | None:
    """Return the code of the error that a value is refused with; None: it is accepted."""
    try:
        TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        return str(error.errors()[0]["type"])
    return None


@pytest.mark.parametrize("kind", [FreeText, Line, Name, SearchText, Email, Phone])
def test_no_text_may_be_a_cpr_number(kind: Any) -> None:
    assert refusal(kind, f"karen {CPR}" if kind is not Phone else CPR) in {"cpr_shape"}


@pytest.mark.parametrize("kind", [FreeText, Line, Name])
def test_text_is_trimmed_and_has_no_control_characters(kind: Any) -> None:
    assert TypeAdapter(kind).validate_python("  Struer Trælast A/S ") == "Struer Trælast A/S"
    assert refusal(kind, "Struer\x00") == "control_characters"


@pytest.mark.parametrize("sign", ["\n", "\r", "\t", "\u2028", "\u2029"])
def test_a_line_has_no_line_break(sign: str) -> None:
    assert refusal(Line, f"Struer{sign}Trælast") == "one_line"
    assert refusal(Email, f"eva@firma.example{sign}bcc@firma.example") == "one_line"


def test_a_name_is_not_empty() -> None:
    assert refusal(Name, "") == "string_too_short"


@pytest.mark.parametrize("address", ["eva@firma.example", "Eva.Holm+job@mail.firma.dk", "ø@træ.dk"])
def test_an_email_address_is_kept_as_typed(address: str) -> None:
    assert TypeAdapter(Email).validate_python(f" {address} ") == address


@pytest.mark.parametrize(
    "address", ["", "eva", "eva@", "eva@firma", "eva@firma.d", "a@b@firma.dk", "Eva <eva@firma.dk>", "eva,ib@firma.dk"]
)
def test_anything_else_is_not_an_email_address(address: str) -> None:
    assert refusal(Email, address) == "email"


@pytest.mark.parametrize("number", ["97850000", "97 85 00 00", "+45 97 85 00 00", "+31 20 123 4567"])
def test_a_telephone_number_is_kept_as_typed(number: str) -> None:
    assert TypeAdapter(Phone).validate_python(number) == number


@pytest.mark.parametrize("number", ["", "12", "efter kl. 10", "9785000097850000"])
def test_anything_else_is_not_a_telephone_number(number: str) -> None:
    assert refusal(Phone, number) == "phone"


def test_a_telephone_number_is_shown_in_pairs_and_can_be_called() -> None:
    assert phone_text("97850000") == "97 85 00 00"
    assert phone_text("+31201234567") == "+31 20 123 4567"
    assert phone_text("none") == "none"
    assert phone_uri("97 85 00 00") == "tel:+4597850000"
    assert phone_uri("none") is None


def test_a_p_number_has_ten_digits() -> None:
    assert TypeAdapter(PNumber).validate_python("1.003.387 539") == "1003387539"
    assert refusal(PNumber, "100338753") == "p_number"
    assert refusal(PNumber, "١٠٠٣٣٨٧٥٣٩") == "p_number"


def test_a_typed_number_may_have_a_decimal_comma() -> None:
    hours: TypeAdapter[Decimal] = TypeAdapter(Annotated[Decimal, TypedNumber])
    assert hours.validate_python(" 7,5 ") == Decimal("7.5")
    assert hours.validate_python(12) == Decimal(12)
    with pytest.raises(ValidationError):
        hours.validate_python(True)
    with pytest.raises(ValidationError):
        hours.validate_python("1.234,5")


def test_a_blank_field_of_a_form_is_none() -> None:
    optional: TypeAdapter[str | None] = TypeAdapter(Annotated[Line | None, NoneIfBlank])
    assert optional.validate_python("  ") is None
    assert optional.validate_python("Struer") == "Struer"
