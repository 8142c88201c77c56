"""No text field accepts a CPR number: tests every field of every request body and form.

The fields are discovered: from the bodies that routes declare, and the models that `read_form` gets. New text fields
are included automatically.
"""

from __future__ import annotations

import ast
import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlencode

import pytest
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, SecretStr, TypeAdapter, ValidationError
from starlette.requests import Request

from services.dashboard.app import create_app as dashboard
from services.dashboard.settings import DashboardSettings
from services.events.app import create_app as events
from services.events.settings import EventsSettings
from services.notifications.app import create_app as notifications
from services.notifications.settings import NotificationsSettings
from services.pledges.app import create_app as pledges
from services.pledges.settings import PledgesSettings
from shared.fields.cpr import contains_cpr_shape, may_look_like_cpr
from shared.http.auth import new_private_jwk, public_jwks
from shared.ui.forms import read_form

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi import FastAPI
    from fastapi.dependencies.models import Dependant
    from pydantic.fields import FieldInfo

ROOT = Path(__file__).parents[2]
TRIED = ("010190-1234", "0101901234", "Hanne, 01 01 90 1234", "010190-1234@firma.example", "+0101901234")

READ_BY_HAND = {
    "services/events/identity/step_up/pages.py": "shown again to its sender, to be sent to the route that checks it",
    "services/pledges/imports/pages.py": "a file, whose cells, columns and name are searched (tests of imports)",
}
"""The places that read a body without a model, with the reasons."""


def _apps() -> Iterator[FastAPI]:
    key = new_private_jwk()
    shared: dict[str, Any] = {"token_jwks": public_jwks(key), "database_url": "postgresql://nobody@127.0.0.1:9/none"}
    yield pledges(
        PledgesSettings(
            **shared,
            intake_database_url="postgresql://nobody@127.0.0.1:9/none",
            request_key=SecretStr("the key of no installation, for tests"),
        )
    )
    yield events(EventsSettings(**shared, token_private_key=SecretStr(key)))
    yield dashboard(DashboardSettings(**shared))
    yield notifications(
        NotificationsSettings(
            **shared,
            service_token=SecretStr("none"),
            events_url="http://127.0.0.1:9",
            pledges_url="http://127.0.0.1:9",
            smtp_host="127.0.0.1",
            sender="tilsagn@struer.example",
        )
    )


def _dependants() -> Iterator[Dependant]:
    """Return the parameters of every route of every service, including those of its dependencies."""
    for app in _apps():
        for route in iter_route_contexts(app.routes):
            if (dependant := getattr(route, "dependant", None)) is not None:
                yield from _all(dependant)


def _bodies() -> dict[str, type[BaseModel]]:
    """Return the models that routes declare as their bodies."""
    return {
        f"{model.__module__}.{model.__qualname__}": model
        for dependant in _dependants()
        for field in dependant.body_params
        for model in _models(field.field_info.annotation)
    }


def _all(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for inner in dependant.dependencies:
        yield from _all(inner)


def _sources() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted((ROOT / "services").rglob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def _forms() -> dict[str, type[BaseModel]]:
    """Return the models that pages use for forms."""
    found = {}
    for path, tree in _sources():
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and getattr(call.func, "id", None) == "read_form":
                assert isinstance(call.args[1], ast.Name), f"{path}: read_form takes a model by its name"
                name = call.args[1].id
                module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
                model = getattr(module, name)
                found[f"{model.__module__}.{model.__qualname__}"] = model
    return found


def _fields(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Yield the fields of a model and its nested models, with the names used in requests."""
    for name, field in model.model_fields.items():
        path = f"{prefix}{field.alias or name}"
        inner = list(_models(field.annotation))
        if not inner:
            yield path, field
        for one in inner:
            yield from _fields(one, f"{path}.")


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        return
    for one in getattr(annotation, "__args__", ()):
        yield from _models(one)


def _let_through(field: FieldInfo) -> list[str]:
    """Return the texts that look like a CPR number and that a field accepts."""
    taken: list[str] = []
    annotation: Any = field.annotation
    for item in field.metadata:
        annotation = Annotated[annotation, item]
    adapter: TypeAdapter[Any] = TypeAdapter(annotation)
    for text in TRIED:
        for sent in (text, [text], {text: text}):
            try:
                value = adapter.validate_python(sent)
            except ValidationError:
                continue
            if not isinstance(value, int) and contains_cpr_shape(str(value)):
                taken.append(text)
    return taken


@pytest.mark.parametrize(("where", "model"), _bodies().items(), ids=str)
def test_no_text_of_a_body_accepts_a_cpr_number(where: str, model: type[BaseModel]) -> None:
    unguarded = [
        f"{where}: `{path}` takes {taken[0]!r}. Make it a FreeText, or mark it MayLookLikeCpr (shared/fields/cpr.py)."
        for path, field in _fields(model)
        if not may_look_like_cpr(field.annotation, field.metadata) and (taken := _let_through(field))
    ]
    assert not unguarded, "\n".join(unguarded)


@pytest.mark.parametrize(("where", "model"), _forms().items(), ids=str)
async def test_no_text_of_a_form_accepts_a_cpr_number(where: str, model: type[BaseModel]) -> None:
    for path, field in _fields(model):
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


def test_no_route_reads_a_body_without_a_model() -> None:
    found = {
        str(path.relative_to(ROOT))
        for path, tree in _sources()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in {"form", "json", "body", "stream"}
        and getattr(call.func.value, "id", None) == "request"
    }
    assert found == set(READ_BY_HAND)


def test_search_terms_accept_no_cpr_number() -> None:
    searched = [
        (dependant.path, field.field_info)
        for dependant in _dependants()
        for field in dependant.query_params
        if field.name in {"q", "text", "search", "name", "email"}
    ]
    assert len(searched) >= 5
    assert not [path for path, field in searched if _let_through(field)]


def test_the_marked_fields_are_listed() -> None:
    marked = {
        f"{where.rpartition('.')[2]}.{path}"
        for where, model in (_bodies() | _forms()).items()
        for path, field in _fields(model)
        if may_look_like_cpr(field.annotation, field.metadata)
    }
    assert marked == {
        "PledgeIn.company.p_number",
        "PledgeIn.contact.phone",
        "HireIn.company.p_number",
        "HireIn.contact_person.phone",
        "IntakeForm.id",
        "IntakeForm.event_id",
        "IntakeForm.contact.phone",
        "IntakeForm.company.phone",
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
    assert [path for path, field in _fields(_Unguarded) if _let_through(field)] == ["title", "lines", "facts"]
