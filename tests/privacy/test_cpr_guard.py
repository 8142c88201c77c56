"""No text field accepts a CPR number: tests every field of every request body and form.

The fields are discovered: from the bodies that routes declare, and the models that `read_form` gets. New text fields
are included automatically.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from pydantic import BaseModel
from starlette.requests import Request

from shared.fields.cpr import contains_cpr_shape, may_look_like_cpr
from shared.ui.forms import read_form
from tests.support.typed_fields import ROOT, accepted_values, bodies, dependants, fields, forms, sources

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

TRIED = ("010190-1234", "0101901234", "Hanne, 01 01 90 1234", "010190-1234@firma.example", "+0101901234")

READ_BY_HAND = {
    "services/events/identity/step_up/pages.py": "shown again to its sender, to be sent to the route that checks it",
    "services/pledges/imports/pages.py": "a file, whose cells, columns and name are searched (tests of imports)",
    "services/pledges/participants/purposes.py": "one of three codes; the route reads the body with its model",
    "services/pledges/imports/hires/pages.py": "a file, whose cells, columns and name are searched (tests of imports)",
    "services/pledges/imports/participants/pages.py": "the same",
}
"""The places that read a body without a model, with the reasons."""


def _let_through(field: FieldInfo) -> list[str]:
    """Return the texts that look like a CPR number and that a field accepts."""
    return [
        text
        for text in TRIED
        for value in accepted_values(field, text)
        if not isinstance(value, int) and contains_cpr_shape(str(value))
    ]


@pytest.mark.parametrize(("where", "model"), bodies().items(), ids=str)
def test_no_text_of_a_body_accepts_a_cpr_number(where: str, model: type[BaseModel]) -> None:
    unguarded = [
        f"{where}: `{path}` takes {taken[0]!r}. Make it a FreeText, or mark it MayLookLikeCpr (shared/fields/cpr.py)."
        for path, field in fields(model)
        if not may_look_like_cpr(field.annotation, field.metadata) and (taken := _let_through(field))
    ]
    assert not unguarded, "\n".join(unguarded)


@pytest.mark.parametrize(("where", "model"), forms().items(), ids=str)
async def test_no_text_of_a_form_accepts_a_cpr_number(where: str, model: type[BaseModel]) -> None:
    for path, field in fields(model):
        if may_look_like_cpr(field.annotation, field.metadata):
            continue
        for text in TRIED:
            form = await read_form(_posting({path: text}), model)
            assert form.data is None or not contains_cpr_shape(str(form.data)), f"{where}: `{path}` takes {text!r}"


def _posting(form: dict[str, str]) -> Request:
    sent = urlencode(form).encode()

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": sent, "more_body": False}

    headers = [(b"content-type", b"application/x-www-form-urlencoded")]
    return Request({"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": headers}, receive)


def _reads_a_body(called: ast.expr) -> bool:
    if isinstance(called, ast.Attribute):
        return called.attr in {"form", "json", "body", "stream"} and getattr(called.value, "id", None) == "request"
    return getattr(called, "id", None) == "posted_form"


def test_no_route_reads_a_body_without_a_model() -> None:
    found = {
        str(path.relative_to(ROOT))
        for path, tree in sources()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and _reads_a_body(call.func)
    }
    assert found == set(READ_BY_HAND)


def test_search_terms_accept_no_cpr_number() -> None:
    searched = [
        (dependant.path, field.field_info)
        for dependant in dependants()
        for field in dependant.query_params
        if field.name in {"q", "text", "search", "name", "email"}
    ]
    assert len(searched) >= 5
    assert not [path for path, field in searched if _let_through(field)]


def test_the_marked_fields_are_listed() -> None:
    marked = {
        f"{where.rpartition('.')[2]}.{path}"
        for where, model in (bodies() | forms()).items()
        for path, field in fields(model)
        if may_look_like_cpr(field.annotation, field.metadata)
    }
    assert marked == {
        "HandOverIn.phone",
        "HireForm.training_hire_id",
        "HireForm.contact_person_id",
        "HireCorrectionForm.id",
        "HireCorrectionForm.training_hire_id",
        "ChangeForm.id",
        "ChangeForm.contact.person_id",
        "ChangeForm.contact.phone",
        "ChangeForm.support.id",
        "AdjustmentForm.id",
        "ContactPersonIn.phone",
        "CorrectionIn.company.p_number",
        "OnePledgeIn.company.p_number",
        "OnePledgeIn.contact.phone",
        "FoundJobForm.id",
        "FoundJobForm.company.phone",
        "FoundJobForm.contact.phone",
        "PledgePatch.company.p_number",
        "PledgePatch.contact.phone",
        "CorrectionForm.event_id",
        "CorrectionForm.contact.phone",
        "HireIn.company.p_number",
        "HireIn.contact_person.phone",
        "IntakeForm.id",
        "IntakeForm.event_id",
        "IntakeForm.contact.phone",
        "IntakeForm.company.phone",
        "PledgeBatchIn.pledges",
        "CapturedCheckInsIn.check_ins",
        "BatchForm.event_id",
        "BatchForm.rows.id",
        "SlipForm.id",
        "HireForm.id",
        "HireForm.contact_person.phone",
        "SubjectRequest.emails",
        "SubjectRequest.phones",
        "SubjectRequest.cvrs",
        "SubjectSearch.email",
        "SubjectSearch.phone",
        "ReportForm.email",
        "ReportForm.phone",
        "ErasureConfirmation.email",
        "ErasureConfirmation.phone",
        "LinkIn.email",
        "CredentialIn.credential",
        "SignInIn.credential",
        "SignInIn.next",
        "ProviderSignInForm.next",
    }


class _Unguarded(BaseModel):
    title: str
    lines: list[str] = []
    facts: dict[str, str] = {}
    size: int = 0


def test_a_text_without_a_guard_is_detected() -> None:
    assert [path for path, field in fields(_Unguarded) if _let_through(field)] == ["title", "lines", "facts"]
