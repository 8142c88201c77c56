"""Text that a person types, e-mail addresses, telephone numbers, P-numbers and typed numbers."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.fields.email import Email, KnownEmail, ascii_domain, decoded_email, email_key, email_spellings
from shared.fields.numbers import TypedNumber
from shared.fields.p_number import PNumber
from shared.fields.phone import Phone, TypedPhone, phone_spellings, phone_text, phone_uri
from shared.fields.text import FreeText, Line, Name, NoneIfBlank, SearchText, text_key

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


@pytest.mark.parametrize("kind", [FreeText, Line, Name])
@pytest.mark.parametrize(
    ("text", "code"),
    [
        *((f"A{sign}S", "control_characters") for sign in "\x7f\x85\ue000\ufdd0\ufffe\U0001ffff\U000f0000\U0010fffd"),
        *((f"A{sign}S", "text_direction") for sign in "\u202a\u202d\u202e\u2066\u2069"),
        *(
            (text, "invisible_text")
            for text in ("\u200b", "\u2060\u00ad", "\u3164", "\u2800", "\ufe0f\u200d", "\ufeff ")
        ),
        ("A\ud800S", "control_characters"),
    ],
)
def test_text_that_cannot_be_seen_as_it_is_stored_is_refused(kind: Any, text: str, code: str) -> None:
    assert refusal(kind, text) in {code, "string_unicode"}


def test_free_text_keeps_line_breaks_and_tabs() -> None:
    assert TypeAdapter(FreeText).validate_python("en\n\tto\r\n") == "en\n\tto"
    assert refusal(FreeText, "en\u2028to") == "control_characters"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Sønderbæk\u00a0 ApS", "Sønderbæk ApS"),
        ("Andre\u0301 A\u030ase", "André Åse"),
        ("\ufeffStruer\u200b Va\u00adsk\u200e", "Struer Vask"),
        ("علی\u200cرضا", "علی\u200cرضا"),
        ("क्\u200dष", "क्\u200dष"),
        ("Lab 👩\u200d🔬", "Lab 👩\u200d🔬"),
        ("Me\u200dtte", "Mette"),
    ],
)
def test_a_name_has_one_canonical_form(typed: str, stored: str) -> None:
    assert TypeAdapter(Name).validate_python(typed) == stored


def test_names_are_compared_without_case_width_spaces_and_invisible_characters() -> None:
    assert text_key("ＳTRUER\u00a0  Va\u00adskeri A/S") == text_key("struer vaskeri a/s")
    assert text_key("Struer A/S") != text_key("Struer ApS")


@pytest.mark.parametrize("address", ["eva@firma.example", "Eva.Holm+job@mail.firma.dk", "ø@træ.dk", "eva@foo_bar.dk"])
def test_an_email_address_in_canonical_form_is_kept(address: str) -> None:
    assert TypeAdapter(Email).validate_python(f" {address} ") == address


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Eva@Firma.DK", "Eva@firma.dk"),
        ("eva@vask.example\u200b", "eva@vask.example"),
        ("\u202aeva@vask.example\u202c", "eva@vask.example"),
        ("rene\u0301@firma.dk", "rené@firma.dk"),
        ("eva@KØBMAND.dk", "eva@købmand.dk"),
        ("eva@xn--kbmand-bya.dk", "eva@købmand.dk"),
        ("eva@straße.de", "eva@straße.de"),
        ("eva@ｆirma。dk", "eva@firma.dk"),
        ("иван@почта.рф", "иван@почта.рф"),
        ("tanaka@会社tanakaカ.jp", "tanaka@会社tanakaカ.jp"),
        ("info@col·lecció.cat", "info@col·lecció.cat"),
    ],
)
def test_an_email_address_has_one_canonical_form(typed: str, stored: str) -> None:
    assert TypeAdapter(Email).validate_python(typed) == stored
    assert email_key(typed) == stored.lower()


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("Åse@xn--mller-vua.dk", "Åse@møller.dk"),
        ("eva@XN--KBMAND-BYA.dk", "eva@købmand.dk"),
        ("xn--a@mail.xn--strae-oqa.DK", "xn--a@mail.straße.DK"),
        *((unchanged, unchanged) for unchanged in ("eva@xn--a.dk", "eva@KØBMAND.dk", "eva@ｆirma。dk", "eva@", "")),
    ],
)
def test_the_domain_of_an_address_is_decoded_to_show_it(sent: str, shown: str) -> None:
    assert decoded_email(sent) == shown
    assert set(map(email_key, email_spellings(shown))) == set(map(email_key, email_spellings(sent)))


@pytest.mark.parametrize(
    "address",
    [
        *("", "eva", "eva@", "@", "eva@firma", "eva@firma.d", "a@b@firma.dk", "Eva <eva@firma.dk>", "eva,ib@firma.dk"),
        *("eva@xn--a.dk", "eva@☃.dk", "eva@æ..dk", "eva@firma..dk"),
    ],
)
def test_anything_else_is_not_an_email_address(address: str) -> None:
    assert refusal(Email, address) == "email"


@pytest.mark.parametrize(
    "address",
    [
        *("еva@firma.dk", "eva@fіrma.dk", "асе@firma.dk", "ｅva@firma.dk", "eνa@firma.dk"),
        # Letters of further scripts, and a Latin one of phonetic writing.
        *("հans@firma.dk", "eva@firmɑ.dk", "eva@ոordsø.dk"),
        # Marks in the place of ASCII ones, and one that makes an o look like an ø.
        *("o\u2019neill@firma.dk", "o\u02bcneill@firma.dk", "anne\u2010marie@firma.dk", "s\u006f\u0338ren@firma.dk"),
        # Signs that are not seen.
        "eva\U0001d173@firma.dk",
    ],
)
def test_an_email_address_that_looks_like_another_one_is_refused(address: str) -> None:
    assert refusal(Email, address) == "email_letters"
    assert TypeAdapter(KnownEmail).validate_python(address) == address


def test_a_domain_for_mail_servers_is_the_one_that_was_typed() -> None:
    assert ascii_domain("straße.de") == "xn--strae-oqa.de"
    assert ascii_domain("strasse.de") == "strasse.de"
    assert ascii_domain("KØBMAND.dk") == ascii_domain("xn--kbmand-bya.dk") == "xn--kbmand-bya.dk"
    with pytest.raises(ValueError, match="not allowed"):
        ascii_domain("☃.dk")


def test_an_email_address_is_looked_up_under_each_spelling_of_its_domain() -> None:
    both = {"eva@købmand.dk", "eva@xn--kbmand-bya.dk"}
    assert set(email_spellings("eva@KØBMAND.dk")) == set(email_spellings("eva@xn--kbmand-bya.dk")) == both
    assert email_spellings("eva@straße.de") == ["eva@straße.de", "eva@xn--strae-oqa.de"]
    assert [email_spellings(partial) for partial in ("", "@", "eva@", "@firma.dk", "eva")] == [[]] * 5


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        *((danish, "+4597850000") for danish in ("97850000", "97 85 00 00", "+45 97 85 00 00", "0045 97850000")),
        ("\u202a+45 97 85 00 00\u202c", "+4597850000"),
        ("９７ ８５ ００ ００", "+4597850000"),
        ("+31 20 123 4567", "+31201234567"),
        ("+46 (0)8 123 456 78", "+46812345678"),
        ("97850000 x12", "+4597850000 ext. 12"),
    ],
)
def test_a_telephone_number_has_one_canonical_form(typed: str, stored: str) -> None:
    assert TypeAdapter(Phone).validate_python(typed) == stored
    assert TypeAdapter(Phone).validate_python(stored) == stored


def test_a_telephone_number_is_looked_up_as_a_whole() -> None:
    assert phone_spellings("97 85 00 00") == ["4597850000", "45097850000"]
    assert [phone_spellings(partial) for partial in ("", "850000", "+45", "***")] == [[]] * 4


@pytest.mark.parametrize("number", ["", "12", "efter kl. 10", "9785000097850000"])
def test_anything_else_is_not_a_telephone_number(number: str) -> None:
    assert refusal(Phone, number) == "phone"


@pytest.mark.parametrize(
    "number",
    ["+45 97850000 ext. 0101901234", "+4597850000,,010190-1234", "+4597850000/x0101901234", "+46101209012 x0101901234"],
)
@pytest.mark.parametrize("kind", [Phone, TypedPhone])
def test_no_cpr_number_hides_behind_a_telephone_number(kind: Any, number: str) -> None:
    assert refusal(kind, number) == "cpr_shape"


def test_a_telephone_number_of_another_country_may_look_like_a_cpr_number() -> None:
    assert TypeAdapter(Phone).validate_python("+49 30 12345678") == "+493012345678"
    assert refusal(Phone, "30 12345678") == "cpr_shape"


def test_a_telephone_number_is_shown_in_pairs_and_can_be_called() -> None:
    for stored in ("97850000", "+4597850000", "0045 97850000"):
        assert phone_text(stored) == "97 85 00 00"
        assert phone_uri(stored) == "tel:+4597850000"
    assert phone_text("+31201234567") == "+31 20 123 4567"
    assert phone_text("none") == "none"
    assert phone_uri("97 85 00 00") == "tel:+4597850000"
    assert phone_uri("none") is None


def test_a_p_number_has_ten_digits() -> None:
    assert TypeAdapter(PNumber).validate_python("1.003.387 539") == "1003387539"
    assert TypeAdapter(PNumber).validate_python("\u202a1003387539\u202c") == "1003387539"
    assert refusal(PNumber, "100338753") == "p_number"
    assert refusal(PNumber, "١٠٠٣٣٨٧٥٣٩") == "p_number"


def test_a_typed_number_may_have_a_decimal_comma() -> None:
    hours: TypeAdapter[Decimal] = TypeAdapter(Annotated[Decimal, TypedNumber])
    assert hours.validate_python(" 7,5 ") == Decimal("7.5")
    assert hours.validate_python("\u200e7,5\u2069") == Decimal("7.5")
    assert hours.validate_python(12) == Decimal(12)
    with pytest.raises(ValidationError):
        hours.validate_python(True)
    with pytest.raises(ValidationError):
        hours.validate_python("1,5 timer")


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("1.000", "number_grouped"),
        ("1,000", "number_grouped"),
        ("7.500", "number_grouped"),
        ("1.234,5", "number_grouped"),
        ("12.345.678", "number_grouped"),
        ("1e1", "number_power"),
        ("1,00E+01", "number_power"),
        ("1_0", "number_underscore"),
        ("\uff11\uff10", "number_digits"),
        ("\u0661", "number_digits"),
    ],
)
def test_a_number_that_could_be_read_as_another_one_is_refused(typed: str, code: str) -> None:
    assert refusal(Annotated[Decimal, TypedNumber], typed) == code
    assert refusal(Annotated[int, TypedNumber], typed) == code


def test_a_blank_field_of_a_form_is_none() -> None:
    optional: TypeAdapter[str | None] = TypeAdapter(Annotated[Line | None, NoneIfBlank])
    assert optional.validate_python("  ") is None
    assert optional.validate_python("Struer") == "Struer"
