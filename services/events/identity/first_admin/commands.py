"""Use cases of the first administrator: one function each, which owns its transaction."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from services.events.identity.first_admin import store
from services.events.identity.people import store as people
from services.events.identity.people.domain import AddressTaken
from services.events.identity.sessions import commands as sessions
from shared.i18n.translations import N_
from shared.refusals import Refusal
from shared.secrets import from_base64url, hash_secret, new_secret, to_base64url

if TYPE_CHECKING:
    from services.events.identity.people.domain import Person
    from services.events.identity.sessions.domain import SessionKey
    from shared.db.database import Connection, Database
    from shared.http.auth import Principal

LIFETIME: Final = timedelta(hours=24)
"""How long the link is valid: the operator who installs the product may not be the administrator."""
_CODE_BYTES: Final = 16 + 32


class SetupLinkExpired(Refusal):
    """The link has been used or replaced, is too old, or there is an administrator who can sign in."""

    code = "setup-over"
    kind = "conflict"
    title = N_("This link no longer works")
    detail = N_(
        "It has been used, replaced, or is more than a day old. The operator of the installation can make a new one."
    )
    next_step = ("/sign-in", N_("Sign in"))


async def make_first_admin_link(db: Database, taskforce_id: UUID, *, now: datetime | None = None) -> str | None:
    """Make the link that makes its opener the first administrator, and return its path.

    Returns None if an administrator can sign in. An administrator without a passkey cannot, because no other one could
    issue an enrolment code. A previous link stops working.
    """
    now = now or datetime.now(UTC)
    async with db.change(taskforce_id) as conn:
        await people.lock_people(conn, taskforce_id)
        if any((await people.administrators(conn, taskforce_id)).values()):
            return None
        secret = new_secret()
        await store.replace_link(conn, taskforce_id, hash_secret(secret), now)
    return f"/sign-in/setup/{to_base64url(taskforce_id.bytes + secret)}"


async def check_first_admin_link(db: Database, code: str, *, now: datetime | None = None) -> UUID:
    """Return the taskforce of a link's code. Raises `SetupLinkExpired`."""
    taskforce_id, secret = _read(code)
    async with db.read(taskforce_id) as conn:
        await _check(conn, taskforce_id, secret, now or datetime.now(UTC))
    return taskforce_id


async def become_first_administrator(
    db: Database, code: str, person: Person, *, device: str, now: datetime | None = None
) -> tuple[SessionKey, Principal]:
    """Make a person the first administrator and sign them in, once. The role opens after they have added a passkey.

    Args:
        person: their facts. An administrator with the same address who cannot sign in is used unchanged.

    Raises:
        SetupLinkExpired.
        AddressTaken: a person who is no administrator has the address.
    """
    now = now or datetime.now(UTC)
    taskforce_id, secret = _read(code)
    async with db.change(taskforce_id) as conn:
        await people.lock_people(conn, taskforce_id)
        await _check(conn, taskforce_id, secret, now)
        known = await people.find_by_email(conn, taskforce_id, person.email)
        if known is None:
            await people.insert_person(conn, taskforce_id, person, at=now)
        elif known.id not in await people.administrators(conn, taskforce_id):
            raise AddressTaken
        else:
            person = known
        await store.delete_link(conn, taskforce_id)
        return await sessions.start_in(
            conn, taskforce_id, person.id, proof="setup", device=device, now=now, proved_at=now
        )


def _read(code: str) -> tuple[UUID, bytes]:
    packed = from_base64url(code)
    if packed is None or len(packed) != _CODE_BYTES:
        raise SetupLinkExpired
    return UUID(bytes=packed[:16]), packed[16:]


async def _check(conn: Connection, taskforce_id: UUID, secret: bytes, now: datetime) -> None:
    known = await store.valid_hash(conn, taskforce_id, now - LIFETIME)
    if known is None or not hmac.compare_digest(known, hash_secret(secret)):
        raise SetupLinkExpired
    if any((await people.administrators(conn, taskforce_id)).values()):
        raise SetupLinkExpired
