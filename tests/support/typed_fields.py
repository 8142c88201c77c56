"""What people and programs can send: every field of every body and form of the services, found by looking.

The fields are what routes declare as their bodies, and the models that `read_form` is given. A new field is found as
soon as it is there.
"""

from __future__ import annotations

import ast
import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, SecretStr, TypeAdapter, ValidationError

from services.dashboard.app import create_app as dashboard
from services.dashboard.settings import DashboardSettings
from services.events.app import create_app as events
from services.events.settings import EventsSettings
from services.notifications.app import create_app as notifications
from services.notifications.settings import NotificationsSettings
from services.pledges.app import create_app as pledges
from services.pledges.settings import PledgesSettings
from shared.http.auth import new_private_jwk, public_jwks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi import FastAPI
    from fastapi.dependencies.models import Dependant
    from pydantic.fields import FieldInfo

ROOT = Path(__file__).parents[2]


def _apps() -> Iterator[FastAPI]:
    key = new_private_jwk()
    shared: dict[str, Any] = {"token_jwks": public_jwks(key), "database_url": "postgresql://nobody@127.0.0.1:9/none"}
    yield pledges(
        PledgesSettings(
            **shared,
            intake_database_url="postgresql://nobody@127.0.0.1:9/none",
            participants_database_url="postgresql://nobody@127.0.0.1:9/none",
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


def dependants() -> Iterator[Dependant]:
    """Return the parameters of every route of every service, including those of its dependencies."""
    for app in _apps():
        for route in iter_route_contexts(app.routes):
            if (dependant := getattr(route, "dependant", None)) is not None:
                yield from _all(dependant)


def bodies() -> dict[str, type[BaseModel]]:
    """Return the models that routes declare as their bodies."""
    return {
        f"{model.__module__}.{model.__qualname__}": model
        for dependant in dependants()
        for field in dependant.body_params
        for model in _models(field.field_info.annotation)
    }


def _all(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for inner in dependant.dependencies:
        yield from _all(inner)


def sources() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted((ROOT / "services").rglob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def forms() -> dict[str, type[BaseModel]]:
    """Return the models that pages use for forms."""
    found = {}
    for path, tree in sources():
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and getattr(call.func, "id", None) in {"read_form", "read_query"}:
                assert isinstance(call.args[1], ast.Name), f"{path}: a form is read into a model by its name"
                name = call.args[1].id
                module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
                model = getattr(module, name)
                found[f"{model.__module__}.{model.__qualname__}"] = model
    return found


def fields(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Yield the fields of a model and its nested models, with the names used in requests."""
    for name, field in model.model_fields.items():
        path = f"{prefix}{field.alias or name}"
        inner = list(_models(field.annotation))
        if not inner:
            yield path, field
        for one in inner:
            yield from fields(one, f"{path}.")


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        return
    for one in getattr(annotation, "__args__", ()):
        yield from _models(one)


def adapter_of(field: FieldInfo) -> TypeAdapter[Any]:
    """Return what validates a field."""
    annotation: Any = field.annotation
    for item in field.metadata:
        annotation = Annotated[annotation, item]
    return TypeAdapter(annotation)


def accepted_values(field: FieldInfo, text: str) -> Iterator[Any]:
    """Yield what a field makes of a text, alone, in a list and in a dict, where it accepts it."""
    adapter = adapter_of(field)
    for sent in (text, [text], {text: text}):
        try:
            yield adapter.validate_python(sent)
        except ValidationError:
            continue
