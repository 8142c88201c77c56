"""Requests addresses from the owning services, at the moment of sending. Nothing is kept.

So an address that is erased in its owning service is erased here too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Self, TypeVar

import httpx
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from services.notifications.outcomes import TryLater
from shared.http.tls import trusted_authorities
from shared.i18n.translations import DEFAULT_LANGUAGE, Language, as_language

if TYPE_CHECKING:
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


class LinkToSend(PersonAddress):
    """A person who waits for a link to sign in with, and its path. `repr` does not show its values."""

    path: str = Field(repr=False, pattern=r"^/sign-in/link/[\w-]+$")


class PledgeContact(BaseModel):
    """The contact of a pledge, and the name of the company. `repr` does not show its values."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    email: str | None = Field(None, repr=False)
    name: str = Field("", repr=False)
    company: str = Field("", repr=False)
    language: _Language = DEFAULT_LANGUAGE


_Schema = TypeVar("_Schema", bound=BaseModel)


class AddressBook:
    """A client of the owning services, without a cache. Use it as an async context manager.

    Every question takes 5 s at most and raises `TryLater` where the service is away, refuses our token or
    answers something else than agreed; it answers None where the service knows of nobody (any more).
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

    async def sign_in_link(self, taskforce_id: UUID, request_id: UUID) -> LinkToSend | None:
        """Let `events` make the requested link; None where nobody waits for it any more."""
        url = f"{self._settings.events_url}/internal/events/v1/sign-in-links/{request_id}"
        return await self._request(url, taskforce_id, LinkToSend, method="POST")

    async def pledge_contact(self, taskforce_id: UUID, pledge_id: UUID) -> PledgeContact | None:
        """Return the contact that `pledges` has of a pledge, or None."""
        url = f"{self._settings.pledges_url}/internal/pledges/v1/pledges/{pledge_id}/contact"
        return await self._request(url, taskforce_id, PledgeContact)

    async def _request(
        self, url: str, taskforce_id: UUID, shape: type[_Schema], *, method: str = "GET"
    ) -> _Schema | None:
        try:
            answer = await self._client.request(method, url, params={"taskforce": str(taskforce_id)})
        except Exception as error:
            # Not only what httpx says it raises: of a connection that is reset while it is made it knows no better
            # than AttributeError (with uvloop, whose closed transport has no socket any more).
            raise TryLater("address_unavailable") from error
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        if answer.status_code != httpx.codes.OK:
            raise TryLater("address_unavailable")
        try:
            return shape.model_validate_json(answer.content)
        except ValidationError:
            # Not chained: the answer may hold a name.
            raise TryLater("address_unavailable") from None
