"""Requests addresses from the owning services, at the moment of sending.

No address is stored here, so erasing it in the owning service is enough.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Self, TypeVar

import httpx
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from services.notifications.outcomes import TransientError
from shared.contracts.pledges import JobType
from shared.http.tls import trusted_authorities
from shared.i18n.translations import DEFAULT_LANGUAGE, Language, as_language

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType
    from uuid import UUID

    from services.notifications.settings import NotificationsSettings

TIMEOUT_SECONDS = 5.0

_Language = Annotated[Language, BeforeValidator(lambda tag: as_language(tag) or DEFAULT_LANGUAGE)]


class PersonAddress(BaseModel):
    """The address of a person of the taskforce. `repr` does not show its values."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    email: str = Field(repr=False)
    name: str = Field(repr=False)
    language: _Language = DEFAULT_LANGUAGE


class MagicLink(PersonAddress):
    """A magic link's path, and the address of the person who requested it. `repr` does not show its values."""

    path: str = Field(repr=False, pattern=r"^/sign-in/link/[\w-]+$")


class PledgeContact(BaseModel):
    """The contact of a pledge, and the name of the company. `repr` does not show its values."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    email: str | None = Field(None, repr=False)
    name: str = Field("", repr=False)
    company: str = Field("", repr=False)
    language: _Language = DEFAULT_LANGUAGE


class CompanyLink(BaseModel):
    """The path of a company's own page. Whoever has it can answer for the company. `repr` does not show it."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    path: str = Field(repr=False, pattern=r"^/company/[\w-]+$")


class Call(BaseModel):
    """A call to a company about its pledge. `repr` does not show its values."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    company: str = Field(repr=False)
    contact: str | None = Field(None, repr=False)
    phone: str | None = Field(None, repr=False)
    email: str | None = Field(None, repr=False)
    job_type: JobType
    positions: int
    hours_from: Decimal
    hours_to: Decimal
    tasks: tuple[str, ...] = ()
    again_on: date | None = None


class CallList(BaseModel):
    """The calls that a person is to make after an event."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    event: str
    calls: tuple[Call, ...] = Field(repr=False)


_Schema = TypeVar("_Schema", bound=BaseModel)


class AddressBook:
    """A client of the owning services, without a cache. Use it as an async context manager.

    Every request takes 5 s at most. It raises `TransientError` if the service is unreachable, refuses the token or
    sends an unexpected response, and returns None if the service has no such person or contact (any more).
    """

    def __init__(self, settings: NotificationsSettings) -> None:
        self._settings = settings
        self._client = httpx.AsyncClient(
            headers={"authorization": f"Bearer {settings.service_token.get_secret_value()}"},
            verify=trusted_authorities(),
            timeout=TIMEOUT_SECONDS,
            # Neither a proxy from the environment nor another host may see the token.
            trust_env=False,
            follow_redirects=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def person(self, taskforce_id: UUID, person_id: UUID) -> PersonAddress | None:
        """Return the address that `events` has of a person, or None."""
        url = f"{self._settings.events_url}/internal/events/v1/people/{person_id}/address"
        return await self._request(url, taskforce_id, PersonAddress)

    async def coordinator(self, taskforce_id: UUID) -> PersonAddress | None:
        """Return the address of the coordinator who is written to about what concerns nobody in particular, or None."""
        url = f"{self._settings.events_url}/internal/events/v1/coordinator/address"
        return await self._request(url, taskforce_id, PersonAddress)

    async def keeper_of_signs(self, taskforce_id: UUID) -> PersonAddress | None:
        """Return the address of the person whom the settings name as keeper of the signs, else the coordinator's."""
        keeper = self._settings.sign_keepers.get(taskforce_id)
        found = await self.person(taskforce_id, keeper) if keeper else None
        return found or await self.coordinator(taskforce_id)

    async def sign_in_link(self, taskforce_id: UUID, request_id: UUID) -> MagicLink | None:
        """Let `events` make the requested link. Returns None if the request has expired or was withdrawn."""
        url = f"{self._settings.events_url}/internal/events/v1/sign-in-links/{request_id}"
        return await self._request(url, taskforce_id, MagicLink, method="POST")

    async def pledge_contact(self, taskforce_id: UUID, pledge_id: UUID) -> PledgeContact | None:
        """Return the contact that `pledges` has of a pledge, or None."""
        url = f"{self._settings.pledges_url}/internal/pledges/v1/pledges/{pledge_id}/contact"
        return await self._request(url, taskforce_id, PledgeContact)

    async def company_link(self, taskforce_id: UUID, pledge_id: UUID) -> CompanyLink | None:
        """Let `pledges` make or renew the link of the company for the contact of its pledge.

        Returns None if the contact may not have it, because nobody of the staff has had to do with the pledge yet.
        """
        url = f"{self._settings.pledges_url}/internal/pledges/v1/pledges/{pledge_id}/company-link"
        return await self._request(url, taskforce_id, CompanyLink, method="POST")

    async def call_list(
        self, taskforce_id: UUID, event_id: UUID, person_id: UUID | None, language: Language
    ) -> CallList | None:
        """Return the calls that a person is still to make after an event; for None those that nobody makes yet."""
        url = f"{self._settings.pledges_url}/internal/pledges/v1/call-lists/{event_id}"
        query = {"language": language} | ({"person": str(person_id)} if person_id else {})
        return await self._request(url, taskforce_id, CallList, query=query)

    async def _request(
        self,
        url: str,
        taskforce_id: UUID,
        schema: type[_Schema],
        *,
        method: str = "GET",
        query: Mapping[str, str] = MappingProxyType({}),
    ) -> _Schema | None:
        try:
            response = await self._client.request(method, url, params={"taskforce": str(taskforce_id), **query})
        except Exception as error:
            # httpx raises errors that it does not document: an AttributeError if the connection is reset while it opens
            # (with uvloop, whose closed transport has no socket).
            raise TransientError("address_unavailable") from error
        if response.status_code == httpx.codes.NOT_FOUND:
            return None
        if response.status_code != httpx.codes.OK:
            raise TransientError("address_unavailable")
        try:
            return schema.model_validate_json(response.content)
        except ValidationError:
            # Not chained: the response may hold a name.
            raise TransientError("address_unavailable") from None
