"""What the events service keeps of a meeting: titles, presenters, minutes and decisions. Fetched when a pack is made.

It holds names and free text, which never travel as messages.
"""

from __future__ import annotations

import hashlib
from datetime import date
from typing import TYPE_CHECKING, Final
from uuid import UUID

import httpx
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from shared.http.tls import trusted_authorities

if TYPE_CHECKING:
    from services.dashboard.settings import DashboardSettings

TIMEOUT_SECONDS: Final = 5.0


class AgendaUnavailable(Exception):
    """The events service is unreachable, refuses the token or sends an unexpected response."""


class _Part(BaseModel):
    """A part of the response. `repr` does not show its values."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Item(_Part):
    """An item of the agenda.

    Attributes:
        minutes: how long it may take; None: not said.
        notes: what was said about it, if somebody has written it down.
    """

    title: str = Field(repr=False)
    minutes: int | None = None
    presenter: str | None = Field(None, repr=False)
    presenter_id: UUID | None = None
    notes: str | None = Field(None, repr=False)


class Decision(_Part):
    """A decision of this meeting or of an earlier one.

    Attributes:
        status: `open`, `done` or `dropped`; a later release may have others.
        reason: why it was dropped.
    """

    text: str = Field(repr=False)
    owner: str | None = Field(None, repr=False)
    owner_id: UUID | None = None
    due_on: date | None = None
    status: str
    reason: str | None = Field(None, repr=False)
    settled_at: AwareDatetime | None = None
    meeting_title: str = ""
    meeting_starts_at: AwareDatetime | None = None


class Agenda(_Part):
    """The agenda of a meeting, the decisions that come back at it, and those it has made."""

    items: tuple[Item, ...] = Field((), alias="agenda")
    decisions_before: tuple[Decision, ...] = ()
    decisions_made: tuple[Decision, ...] = ()

    @property
    def digest(self) -> str:
        """Equal for equal contents."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()

    @property
    def people(self) -> list[UUID]:
        """The accounts whose holders it names."""
        named = {item.presenter_id for item in self.items} | {one.owner_id for one in self._decisions}
        return sorted(one for one in named if one is not None)

    @property
    def texts(self) -> str:
        """All that somebody has written, in small letters: to find whom it mentions."""
        parts = [text for item in self.items for text in (item.title, item.notes)]
        parts += [text for one in self._decisions for text in (one.text, one.reason)]
        return "\n".join(filter(None, parts)).lower()

    @property
    def _decisions(self) -> tuple[Decision, ...]:
        return self.decisions_before + self.decisions_made


async def fetch_agenda(settings: DashboardSettings, taskforce_id: UUID, meeting_id: UUID) -> Agenda | None:
    """Return the agenda of a meeting; None if the events service has none, or may not be asked (no token is set).

    Takes 5 s at most.

    Raises:
        AgendaUnavailable: try again later.
    """
    token = settings.service_token.get_secret_value()
    if not (settings.events_url and token):
        return None
    url = f"{settings.events_url}/internal/events/v1/meetings/{meeting_id}"
    try:
        async with httpx.AsyncClient(
            headers={"authorization": f"Bearer {token}"},
            verify=trusted_authorities(),
            timeout=TIMEOUT_SECONDS,
            # Neither a proxy from the environment nor another host may see the token.
            trust_env=False,
            follow_redirects=False,
        ) as client:
            response = await client.get(url, params={"taskforce": str(taskforce_id)})
    except Exception as error:
        # httpx raises errors that it does not document: see notices/addresses.py of the notifications service.
        raise AgendaUnavailable from error
    if response.status_code == httpx.codes.NOT_FOUND:
        return None
    if response.status_code != httpx.codes.OK:
        raise AgendaUnavailable
    try:
        return Agenda.model_validate_json(response.content)
    except ValidationError:
        # Not chained: the response holds names.
        raise AgendaUnavailable from None
