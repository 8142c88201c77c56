"""I7: no message has a field with personal data, except those with a written reason."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, ClassVar, Literal
from uuid import UUID

import pytest
from pydantic import AwareDatetime, BaseModel

from shared.contracts.catalogue import MESSAGES
from shared.contracts.message import Message, MunicipalityCode
from shared.contracts.register_facts import ALLOWED
from shared.privacy.vocabulary import personal_fields

if TYPE_CHECKING:
    from collections.abc import Iterator


def _declared(message: type[Message]) -> Iterator[tuple[str, str, str]]:
    """Return each field that looks personal, with the class that declares it and the reason."""
    for path, why in personal_fields(message):
        owner = next(one for one in reversed(message.__mro__) if path.split(".")[0] in _own_fields(one))
        yield owner.__name__, path, why


def _own_fields(kind: type) -> set[str]:
    return set(kind.model_fields) if issubclass(kind, BaseModel) else set()


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.__name__)
def test_a_message_contains_no_personal_data(message: type[Message]) -> None:
    unexplained = [
        f"{owner}.{path}: {why}. Leave it out, or say in shared/contracts/register_facts.py why it may travel."
        for owner, path, why in _declared(message)
        if (owner, path) not in ALLOWED
    ]
    assert not unexplained, "\n".join(unexplained)


def test_every_reason_has_a_field() -> None:
    found = {(owner, path) for message in MESSAGES for owner, path, _why in _declared(message)}
    assert found == set(ALLOWED)


class _Message(Message):
    aggregate: ClassVar[str] = "pledges.pledge"


class _Inner(BaseModel):
    telephone: str
    size: int


class _Named(_Message):
    contact_name: UUID


class _Described(_Message):
    whatever: str | None = None


class _Listed(_Message):
    lines: tuple[_Inner, ...] = ()


class _Mapped(_Message):
    facts: dict[str, str]


class _Harmless(_Message):
    status: Literal["open", "closed"]
    company_id: UUID
    municipality: MunicipalityCode | None = None
    begins: date
    at: AwareDatetime
    positions: int
    hours: float


@pytest.mark.parametrize(
    ("message", "fields"),
    [
        (_Named, ["contact_name"]),
        (_Described, ["whatever"]),
        (_Listed, ["lines.telephone"]),
        (_Mapped, ["facts"]),
        (_Harmless, []),
    ],
)
def test_a_personal_field_is_recognised_by_its_name_or_as_free_text(message: type[Message], fields: list[str]) -> None:
    assert [path for path, _why in personal_fields(message)] == fields
