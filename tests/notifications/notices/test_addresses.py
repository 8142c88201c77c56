"""Requesting addresses from the owning services."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
import uvloop
from pydantic import SecretStr
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse

from services.notifications.notices.addresses import AddressBook
from services.notifications.outcomes import TransientError

ASKED_OF_WHO_HANGS_UP = 300
"""One reset in twenty comes at the very moment that is hard to tell from a mistake of ours."""

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from starlette.responses import Response

    from services.notifications.settings import NotificationsSettings
    from tests.notifications.owners import Owners


async def test_the_owner_is_requested_with_our_token_for_one_taskforce(
    notifications_settings: NotificationsSettings, owners: Owners, taskforce_id: UUID, other_taskforce_id: UUID
) -> None:
    person = uuid4()
    owners.people[taskforce_id, person] = {"email": "anne@medlem.example", "name": "Anne Holm", "language": "en"}
    async with AddressBook(notifications_settings) as addresses:
        found = await addresses.person(taskforce_id, person)
        assert found is not None
        assert (found.email, found.name, found.language) == ("anne@medlem.example", "Anne Holm", "en")
        assert await addresses.person(other_taskforce_id, person) is None
        assert await addresses.pledge_contact(taskforce_id, person) is None
    assert owners.requested[0] == f"/internal/events/v1/people/{person}/address"


async def test_the_signs_are_kept_by_whom_the_settings_name_and_else_by_the_coordinator(
    notifications_settings: NotificationsSettings, owners: Owners, taskforce_id: UUID, other_taskforce_id: UUID
) -> None:
    keeper = uuid4()
    owners.people[taskforce_id, keeper] = {"email": "vej@struer.example", "name": "Vejmand", "language": "da"}
    for taskforce in (taskforce_id, other_taskforce_id):
        owners.coordinators[taskforce] = {"email": "ko@struer.example", "name": "Koordinator", "language": "da"}
    settings = notifications_settings.model_copy(update={"sign_keepers": {taskforce_id: keeper}})
    async with AddressBook(settings) as addresses:
        found = [await addresses.keeper_of_signs(one) for one in (taskforce_id, other_taskforce_id)]
    assert [one.email for one in found if one] == ["vej@struer.example", "ko@struer.example"]


async def test_an_unknown_language_is_danish(
    notifications_settings: NotificationsSettings, owners: Owners, taskforce_id: UUID
) -> None:
    pledge = uuid4()
    owners.contacts[taskforce_id, pledge] = {"email": None, "name": "M", "company": "Firma", "language": "kl"}
    async with AddressBook(notifications_settings) as addresses:
        found = await addresses.pledge_contact(taskforce_id, pledge)
    assert found is not None
    assert found.language == "da"


@pytest.mark.parametrize(
    "answer",
    [
        PlainTextResponse("oops", 500),
        PlainTextResponse("who are you", 403),
        PlainTextResponse("not JSON"),
        JSONResponse({"email": 5, "name": "Anne Holm"}),
        RedirectResponse("http://127.0.0.1:9/"),
    ],
    ids=["broken", "refused", "no JSON", "other shape", "elsewhere"],
)
async def test_any_unexpected_answer_is_retried(
    notifications_settings: NotificationsSettings, owners: Owners, taskforce_id: UUID, answer: Response
) -> None:
    owners.broken = answer
    async with AddressBook(notifications_settings) as addresses:
        with pytest.raises(TransientError, match="address_unavailable") as later:
            await addresses.person(taskforce_id, uuid4())
    assert "Anne" not in repr(later.value.__cause__) + repr(later.value)


async def test_an_owning_service_that_is_away_is_retried(
    notifications_settings: NotificationsSettings, taskforce_id: UUID
) -> None:
    settings = notifications_settings.model_copy(update={"events_url": "http://127.0.0.1:9"})
    async with AddressBook(settings) as addresses:
        with pytest.raises(TransientError, match="address_unavailable"):
            await addresses.person(taskforce_id, uuid4())


def test_a_connection_that_is_reset_at_once_is_retried_with_uvloop_too(
    notifications_settings: NotificationsSettings, taskforce_id: UUID
) -> None:
    async def ask(settings: NotificationsSettings) -> None:
        async with AddressBook(settings) as addresses:
            for _ in range(ASKED_OF_WHO_HANGS_UP):
                with pytest.raises(TransientError, match="address_unavailable"):
                    await addresses.person(taskforce_id, uuid4())

    with socket.create_server(("127.0.0.1", 0), backlog=1000) as hangs_up:
        threading.Thread(target=_reset_everybody, args=(hangs_up,), daemon=True).start()
        settings = notifications_settings.model_copy(
            update={"events_url": f"http://127.0.0.1:{hangs_up.getsockname()[1]}"}
        )
        uvloop.run(ask(settings))


def _reset_everybody(listening: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while True:
            connection, _ = listening.accept()
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()


async def test_a_token_of_another_role_gets_nothing(
    notifications_settings: NotificationsSettings, owners: Owners, taskforce_id: UUID, token: Callable[..., str]
) -> None:
    person = uuid4()
    owners.people[taskforce_id, person] = {"email": "anne@medlem.example", "name": "Anne Holm", "language": "en"}
    settings = notifications_settings.model_copy(update={"service_token": SecretStr(token("admin"))})
    async with AddressBook(settings) as addresses:
        with pytest.raises(TransientError):
            await addresses.person(taskforce_id, person)


async def test_the_repr_of_an_address_hides_it(
    notifications_settings: NotificationsSettings, owners: Owners, taskforce_id: UUID
) -> None:
    person = uuid4()
    owners.people[taskforce_id, person] = {"email": "anne@medlem.example", "name": "Anne Holm", "language": "en"}
    async with AddressBook(notifications_settings) as addresses:
        found = await addresses.person(taskforce_id, person)
    assert "nne" not in repr(found)
    assert notifications_settings.service_token.get_secret_value() not in repr(notifications_settings)
