"""Every function about passkeys, in a transaction of another taskforce and of none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest_asyncio

from services.events.identity import passkeys
from services.events.identity.administration.commands import add_person
from services.events.identity.passkeys import ceremony, commands, queries, store
from services.events.identity.passkeys.ceremony import NewCredential, RelyingParty
from services.events.identity.passkeys.domain import EnrolmentCode, Passkey
from services.events.identity.people.domain import Person
from services.events.identity.sessions import commands as sessions
from shared.http.auth import Principal
from shared.refusals import Refusal
from tests.authorisation.register import Register, started
from tests.authorisation.removal import WHOLE_REMOVAL, without_taskforces
from tests.conftest import TASKFORCE
from tests.events.identity.authenticator import Device
from tests.tenancy.bound import Cases, Exempt, functions, named, tried, unnoticed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from uuid import UUID

    from services.events.identity.sessions.domain import Proof
    from tests.support.infrastructure import Installation


def now() -> datetime:
    return datetime.now(UTC)


CODE = EnrolmentCode(bytes(32), now() + timedelta(days=1), 0)
PARTY = RelyingParty("localhost", "http://localhost:8080")


class Prepared(Register):
    """The register with people who have passkeys, and codes to add them."""

    async def fill(self) -> None:
        await super().fill()
        self.me = self.people["own"].id
        self.who = Principal(f"person:{self.me}", frozenset({"admin"}), TASKFORCE)
        self.by_link = await self._session("link")
        self.by_passkey = await self._session("passkey")
        self.device = Device(PARTY.origin, count=None)
        asked = PARTY.registration_options(ceremony.new_challenge(), TASKFORCE, self.people["own"], [])
        made = PARTY.verify_registration(ceremony.read_registration(self.device.make(asked)))
        self.mine = passkey(self.me, made)
        self.answer = ceremony.read_assertion(self.device.sign(PARTY.sign_in_options(ceremony.new_challenge())))
        self.others = [await self._somebody() for _ in range(4)]
        self.theirs = [passkey(person_id) for person_id in self.others]
        async with self.db.change(TASKFORCE) as conn:
            for one in (self.mine, *self.theirs):
                await store.insert(conn, TASKFORCE, one)
            for person_id in (self.me, *self.others):
                await store.save_code(conn, TASKFORCE, person_id, CODE, now())

    async def _session(self, proof: Proof) -> UUID:
        key, _ = await sessions.start(self.db, TASKFORCE, self.me, proof=proof, device="x")
        return key.session_id

    async def _somebody(self) -> UUID:
        person = Person(uuid4(), "Z Ny", f"{uuid4()}@example.dk", frozenset({"member"}))
        await add_person(self.db, TASKFORCE, person)
        return person.id


def passkey(person_id: UUID, made: NewCredential | None = None) -> Passkey:
    made = made or NewCredential(uuid4().bytes, b"", 0, backed_up=False)
    return Passkey(
        uuid4(), person_id, made.credential_id, made.public_key, made.sign_count, "x", made.backed_up, created_at=now()
    )


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(installation: Installation, signing_key: str) -> AsyncIterator[Prepared]:
    async with started(installation, signing_key, Prepared) as (world, _):
        assert isinstance(world, Prepared)
        yield world


def _asked_to_enrol(world: Prepared, db: Any) -> Any:
    return commands.registration_options(
        db, PARTY, world.app.state.settings, world.who, session_id=world.by_passkey, browser=b"", code=None, now=now()
    )


def _kept(world: Prepared, db: Any) -> Any:
    made = NewCredential(uuid4().bytes, b"", 0, backed_up=False)
    return commands.save_passkey(db, world.who, world.by_passkey, made, None, device="x", now=now())


CASES: Cases = {
    commands.complete_sign_in: lambda w, db: commands.complete_sign_in(db, PARTY, w.answer, device="x", now=now()),
    commands.registration_options: _asked_to_enrol,
    commands.required_code: lambda w, conn: commands.required_code(conn, TASKFORCE, w.me, w.by_link, now=now()),
    commands.make_code: lambda w, db: commands.make_code(
        db, w.app.state.settings, TASKFORCE, w.me, by="x", now=datetime.now(UTC)
    ),
    commands.rename: lambda w, db: commands.rename(db, TASKFORCE, w.me, w.mine.id, f"{uuid4()}"),
    commands.remove: lambda w, db: commands.remove(
        db, TASKFORCE, w.others[0], w.theirs[0].id, session_id=None, opened=frozenset({"member"})
    ),
    queries.passkeys: lambda w, conn: queries.passkeys(conn, TASKFORCE, w.me),
    queries.needs_enrolment_code: lambda w, conn: queries.needs_enrolment_code(conn, TASKFORCE, w.me, w.by_link),
    store.insert: lambda w, conn: store.insert(conn, TASKFORCE, passkey(w.me)),
    store.find_by_credential: lambda w, conn: store.find_by_credential(conn, TASKFORCE, w.mine.credential_id),
    store.record_use: lambda w, conn: store.record_use(
        conn, TASKFORCE, w.theirs[2].id, sign_count=1, backed_up=True, at=datetime.now(UTC)
    ),
    store.credential_ids: lambda w, conn: store.credential_ids(conn, TASKFORCE, w.me),
    store.rename: lambda w, conn: store.rename(conn, TASKFORCE, w.me, w.mine.id, f"{uuid4()}"),
    store.delete: lambda w, conn: store.delete(conn, TASKFORCE, w.others[1], w.theirs[1].id),
    store.save_code: lambda w, conn: store.save_code(
        conn, TASKFORCE, w.me, EnrolmentCode(bytes(32), datetime.now(UTC) + timedelta(days=1), 0), now()
    ),
    store.find_code: lambda w, conn: store.find_code(conn, TASKFORCE, w.me),
    store.count_wrong_try: lambda w, conn: store.count_wrong_try(conn, TASKFORCE, w.others[2]),
    store.delete_code: lambda w, conn: store.delete_code(conn, TASKFORCE, w.others[3]),
    # Last, for it ends the session.
    commands.save_passkey: _kept,
    # Last: it leaves none of them.
    store.delete_of_person: lambda w, conn: store.delete_of_person(conn, TASKFORCE, w.me),
}
_OF_NOBODY = "a challenge is of no taskforce: nobody knows yet who will answer it"
EXEMPT: Exempt = {
    store.insert_challenge: _OF_NOBODY,
    store.take_challenge: _OF_NOBODY,
    commands.sign_in_options: _OF_NOBODY,
    commands.step_up_options: _OF_NOBODY,
    commands.step_up: "uses up a challenge, and then does what `complete_sign_in` does",
    commands.sign_in: "uses up a challenge, and then does what `complete_sign_in` does",
    commands.add_passkey: "asks `required_code`, uses up a challenge, and then does what `keep` does",
}


def test_every_function_is_tried() -> None:
    found = {one for one in functions("events") if one.__module__.startswith(f"{passkeys.__name__}.")}
    assert named(found) == named({*CASES, *EXEMPT})


async def test_none_sees_or_changes_anything_as_another_taskforce_or_as_none(world: Prepared) -> None:
    assert await tried(world, CASES, (Refusal,)) == []


@WHOLE_REMOVAL
async def test_each_would_see_or_change_something_if_the_database_let_it(
    installation: Installation, signing_key: str
) -> None:
    async with started(installation, signing_key, Prepared) as (world, dsns):
        async with without_taskforces(world, dsns.superuser_dsn("events")):
            found = await tried(world, CASES, (Refusal,))
        assert unnoticed(CASES, found) == []
