"""HTML forms: reading into a model, and showing errors."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Annotated, Any

import pytest
from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from shared.fields.text import FreeText
from shared.fields.validation import FieldError, sentence
from shared.i18n.translations import use_language
from shared.ui.forms import Form, blank, read_form

if TYPE_CHECKING:
    import httpx


class Hours(BaseModel):
    """From and to."""

    low: int = Field(ge=1, alias="from")
    high: int | None = Field(None, alias="to")


class Sample(BaseModel):
    """Something of everything."""

    company: str
    tasks: list[str] = []
    days: set[int] | None = None
    hours: Hours
    note: str | None = None


async def _read(*pairs: tuple[str, str | UploadFile]) -> Form[Sample]:
    request = Request({"type": "http", "headers": []})
    request._form = FormData(list(pairs))  # what parsing would have left
    return await read_form(request, Sample)


async def test_dotted_names_lists_and_empty_fields_become_the_model() -> None:
    form = await _read(
        ("company", " B&O "), ("tasks", "stock"), ("days", "1"), ("hours.from", "5"), ("hours.to", ""), ("note", "")
    )
    assert form.data == Sample.model_validate({"company": "B&O", "tasks": ["stock"], "days": {1}, "hours": {"from": 5}})


async def test_a_text_like_a_cpr_number_is_refused_in_every_field_that_is_not_marked() -> None:
    with use_language("da"):
        form = await _read(
            ("company", "Ring 010170-1234"), ("tasks", "stock"), ("tasks", "0101701234"), ("hours.from", "5")
        )
    assert form.data is None
    assert form.errors == dict.fromkeys(
        ("company", "tasks"), "Ligner et CPR-nummer (en dato og fire cifre); det må ikke stå her"
    )


async def test_a_file_named_like_a_cpr_number_is_refused() -> None:
    upload = UploadFile(io.BytesIO(b"x"), filename="010170-1234.png")
    with use_language("en"):
        form = await _read(("company", "B&O"), ("hours.from", "5"), ("photo", upload))
    assert form.data is None
    assert form.errors["photo"].startswith("The file's name looks like a CPR number.")


async def test_an_invalid_form_keeps_its_values_and_shows_its_errors() -> None:
    with use_language("en"):
        form = await _read(("tasks", "a"), ("tasks", "b"), ("hours.from", "0"))
    assert form.data is None
    assert form.errors == {"company": "Must be filled in.", "hours.from": "Must be at least 1."}
    assert form.value("hours.from") == "0"
    assert form.chosen("tasks", "b")
    assert not form.chosen("tasks", "c")


async def test_field_names_that_contradict_each_other_are_ignored() -> None:
    form = await _read(("hours", "5"), ("hours.from", "5"), ("company", "x"), ("company.name", "y"))
    assert form.data is None
    assert set(form.errors) == {"hours"}


def test_refusals_of_a_command_are_shown_at_their_fields() -> None:
    form = blank(contact__name="Eva").refused_by(
        [FieldError("/contact/phone", "phone", "Wrong"), FieldError("/tasks/0", "unknown", "Unknown")]
    )
    assert form.value("contact.name") == "Eva"
    assert form.error("contact.phone") == "Wrong"
    assert form.error("tasks") == "Unknown"


def test_error_messages_never_contain_the_value() -> None:
    with use_language("en"):
        assert sentence("uuid_parsing", {}, "Input should be a valid UUID, invalid character: found `J` at 1") == (
            "Is not a valid identifier."
        )
        assert sentence("some_future_kind_of_pydantic's", {}, "Please leave it out") == "Please leave it out"
        assert sentence("value_error", {"error": ValueError("Do not")}) == "Do not"


def test_a_length_is_counted_in_characters_of_a_text_and_in_choices_of_a_list() -> None:
    text = TypeAdapter(Annotated[FreeText, Field(min_length=1, max_length=20)])
    choices = TypeAdapter(Annotated[list[str], Field(min_length=1, max_length=20)])
    with use_language("en"):
        assert _sentence(text, "x" * 21) == "Must have at most 20 characters."
        assert _sentence(text, "") == "Must be filled in."
        assert _sentence(choices, ["x"] * 21) == "Choose at most 20."
        assert _sentence(choices, []) == "Choose at least 1."


def _sentence(field: TypeAdapter[Any], value: object) -> str:
    with pytest.raises(ValidationError) as refused:
        field.validate_python(value)
    [error] = refused.value.errors()
    return sentence(error["type"], error["ctx"])


async def test_the_page_shows_errors_at_fields_and_in_a_summary_with_their_labels(
    sample_app: httpx.AsyncClient,
) -> None:
    posted: dict[str, Any] = {
        "company": '"><script>alert(1)</script>',
        "positions": "0",
        "hours": "10",
        "tasks": "stock",
    }
    answer = await sample_app.post("/sample/intake", data=posted, headers={"accept": "text/html"})
    assert answer.status_code == 422
    html = answer.text
    assert "<script>alert" not in html
    assert 'value="&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"' in html
    assert '<a href="#field-positions">Antal pladser: Skal være mindst 1.</a>' in html
    assert 'aria-describedby="field-positions-error" aria-invalid="true"' in html
    assert '<a href="#field-contact-name">Hvem skal vi ringe til? Skal udfyldes.</a>' in html
    assert html.index("error-summary") < html.index('id="field-company"')
    assert 'value="stock" checked' in html


async def test_a_valid_form_is_accepted(sample_app: httpx.AsyncClient) -> None:
    posted = {"company": "B&O", "positions": "2", "hours": "10", "tasks": ["stock", "pack"], "contact.name": "Eva"}
    answer = await sample_app.post("/sample/intake", data=posted, headers={"accept": "text/html"})
    assert answer.status_code == 200
    assert "stock, pack" in answer.text
