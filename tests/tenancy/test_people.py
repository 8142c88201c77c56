"""Every function about people but for passkeys' and providers', in a transaction of another taskforce and of none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import pytest_asyncio

from services.events import identity
from services.events.identity import api_keys, oidc, passkeys
from services.events.identity.administration import commands
from services.events.identity.magic_links import commands as link_commands
from services.events.identity.magic_links import store as link_store
from services.events.identity.magic_links.domain import LinkCode
from services.events.identity.magic_links.store import LinkRequest
from services.events.identity.people import queries, store
from services.events.identity.people.domain import Person
from services.events.identity.sessions import commands as session_commands
from services.events.identity.sessions import queries as session_queries
from services.events.identity.sessions import store as session_store
from services.events.identity.sessions.domain import MAX_LIFETIME, Session, SessionKey
from services.events.identity.step_up import queries as proof_queries
from services.events.register.commands import register_company
from services.events.register.domain import Company
from shared.refusals import Refusal
from tests.authorisation.register import Register, started
from tests.authorisation.removal import WHOLE_REMOVAL, without_taskforces
from tests.conftest import TASKFORCE
from tests.tenancy.bound import Cases, Exempt, functions, named, tried, unnoticed
from tests.tenancy.test_setup import CASES as SETUP

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from uuid import UUID

    from tests.support.infrastructure import Installation


def now() -> datetime:
    return datetime.now(UTC)


WAITED_FOR: Final = ("make_link", "open_link", "lock_valid", "add_secret", "secret_hashes", "mark_used")
SIGNED_IN: Final = ("renew", "end", "end_one", "load", "touch", "delete", "delete_of_passkey", "over")


class Prepared(Register):
    """The register with people who are signed in, and one who no longer takes part."""

    async def fill(self) -> None:
        await super().fill()
        await register_company(self.db, TASKFORCE, Company(uuid4(), "A Medlem", member=True))
        self.me = self.people["own"].id
        self.keys: dict[str, SessionKey] = {}
        # All of somebody's sessions are ended by two functions: each has somebody of its own.
        self.others = {use: await self._somebody() for use in ("end_others", "delete_all")}
        for use in (*SIGNED_IN, *self.others):
            self.keys[use], _ = await session_commands.start(
                self.db, TASKFORCE, self.others.get(use, self.me), proof="passkey", device=use, now=now()
            )
        self.waiting = self.people["other company"].id
        await self.ask_for_link("other company")
        self.links = {use: await self._link() for use in WAITED_FOR}
        over = self.keys["over"].session_id
        await self.superuser.execute("update sessions set used_at = $2 where id = $1", over, now() - MAX_LIFETIME)
        self.passkey, _name = await self.new_passkey(TASKFORCE, self.me, "Z")
        opened = self.keys["delete_of_passkey"].session_id
        await self.superuser.execute("update sessions set passkey_id = $2 where id = $1", opened, self.passkey)
        self.gone = await self._somebody()
        await commands.deactivate_person(self.db, TASKFORCE, self.gone)

    async def _link(self) -> LinkCode:
        id = await self.ask_for_link("own")
        return (await link_commands.make_link(self.db, TASKFORCE, id)).code

    async def _somebody(self) -> UUID:
        person = _person()
        await commands.add_person(self.db, TASKFORCE, person)
        return person.id


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(installation: Installation, signing_key: str) -> AsyncIterator[Prepared]:
    async with started(installation, signing_key, Prepared) as (world, _):
        assert isinstance(world, Prepared)
        yield world


def _person() -> Person:
    return Person(uuid4(), "Z Ny", f"{uuid4()}@example.dk", frozenset({"member"}))


def _new_session(world: Prepared, conn: Any) -> Any:
    key = SessionKey.new(TASKFORCE)
    session = Session(key.session_id, world.me, "passkey", "x", now(), now(), now() + MAX_LIFETIME)
    return session_store.insert(conn, key, session)


PEOPLE: Cases = {
    commands.add_person: lambda _, db: commands.add_person(db, TASKFORCE, _person()),
    commands.change_person: lambda w, db: commands.change_person(
        db, TASKFORCE, replace(w.people["other company"], name="Z Andet")
    ),
    commands.invite_person: lambda w, db: commands.invite_person(db, TASKFORCE, w.people["other company"].id),
    commands.reactivate_person: lambda w, db: commands.reactivate_person(db, TASKFORCE, w.gone),
    commands.deactivate_person: lambda w, db: commands.deactivate_person(
        db, TASKFORCE, w.people["other municipality"].id
    ),
    queries.people: lambda _, conn: queries.people(conn, TASKFORCE, limit=10),
    queries.person: lambda w, conn: queries.person(conn, TASKFORCE, w.me),
    queries.person_or_none: lambda w, conn: queries.person_or_none(conn, TASKFORCE, w.me),
    queries.member_companies: lambda _, conn: queries.member_companies(conn, TASKFORCE),
    queries.address: lambda w, conn: queries.address(conn, TASKFORCE, w.me),
    queries.filled_roles: lambda _, conn: queries.filled_roles(conn, TASKFORCE),
    store.insert_person: lambda _, conn: store.insert_person(conn, TASKFORCE, _person(), at=now()),
    store.save_person: lambda w, conn: store.save_person(conn, TASKFORCE, replace(w.people["own"], name="Z Tredje")),
    store.invited_at: lambda w, conn: store.invited_at(conn, TASKFORCE, w.people["other company"].id),
    store.set_invited: lambda w, conn: store.set_invited(conn, TASKFORCE, w.me, now()),
    store.set_deactivated: lambda w, conn: store.set_deactivated(conn, TASKFORCE, w.gone, now()),
    store.load_person: lambda w, conn: store.load_person(conn, TASKFORCE, w.me),
    store.load_active_person: lambda w, conn: store.load_active_person(conn, TASKFORCE, w.me),
    store.is_active: lambda w, conn: store.is_active(conn, TASKFORCE, w.me),
    store.find_by_email: lambda w, conn: store.find_by_email(conn, TASKFORCE, w.people["own"].email),
    store.first_in_role: lambda _, conn: store.first_in_role(conn, TASKFORCE, "admin"),
    store.administrators: lambda _, conn: store.administrators(conn, TASKFORCE),
}
SESSIONS: Cases = {
    # First, for whoever signs in clears away what is over.
    session_store.delete_ended: lambda _, conn: session_store.delete_ended(conn, TASKFORCE, now()),
    session_commands.start: lambda w, db: session_commands.start(db, TASKFORCE, w.me, proof="passkey", device="x"),
    session_commands.start_in: lambda w, conn: session_commands.start_in(
        conn, TASKFORCE, w.me, proof="passkey", device="x", now=now(), proved_at=now()
    ),
    session_commands.renew: lambda w, db: session_commands.renew(db, w.keys["renew"], by_person=True),
    session_commands.end: lambda w, db: session_commands.end(db, w.keys["end"]),
    session_commands.end_one: lambda w, db: session_commands.end_one(db, TASKFORCE, w.me, w.keys["end_one"].session_id),
    session_commands.end_others: lambda w, db: session_commands.end_others(
        db, TASKFORCE, w.others["end_others"], but=None
    ),
    proof_queries.step_up_methods: lambda w, conn: proof_queries.step_up_methods(
        conn, TASKFORCE, w.me, w.keys["load"].session_id
    ),
    session_queries.sessions: lambda w, conn: session_queries.sessions(conn, TASKFORCE, w.me),
    session_store.insert: _new_session,
    session_store.load: lambda w, conn: session_store.load(conn, w.keys["load"], now()),
    session_store.find_proof: lambda w, conn: session_store.find_proof(
        conn, TASKFORCE, w.me, w.keys["load"].session_id
    ),
    session_store.touch: lambda w, conn: session_store.touch(
        conn, TASKFORCE, w.keys["touch"].session_id, datetime.now(UTC)
    ),
    session_store.delete: lambda w, conn: session_store.delete(conn, TASKFORCE, w.me, w.keys["delete"].session_id),
    session_store.delete_of_passkey: lambda w, conn: session_store.delete_of_passkey(conn, TASKFORCE, w.me, w.passkey),
    session_store.delete_all: lambda w, conn: session_store.delete_all(conn, TASKFORCE, w.others["delete_all"]),
}
LINKS: Cases = {
    link_commands.make_link: lambda w, db: link_commands.make_link(db, TASKFORCE, w.links["make_link"].request_id),
    link_commands.open_link: lambda w, db: link_commands.open_link(
        db, w.links["open_link"], browser=bytes(32), device="x"
    ),
    link_store.insert: lambda w, conn: link_store.insert(
        conn, TASKFORCE, uuid4(), LinkRequest(w.me, bytes(32), "", datetime.now(UTC))
    ),
    link_store.count_of_person: lambda w, conn: link_store.count_of_person(
        conn, TASKFORCE, w.me, bytes(32), now() - MAX_LIFETIME
    ),
    link_store.delete_of_person: lambda w, conn: link_store.delete_of_person(conn, TASKFORCE, w.waiting),
    link_store.lock_valid: lambda w, conn: link_store.lock_valid(
        conn, TASKFORCE, w.links["lock_valid"].request_id, datetime.now(UTC)
    ),
    link_store.add_secret: lambda w, conn: link_store.add_secret(
        conn, TASKFORCE, w.links["add_secret"].request_id, bytes(32), most=5
    ),
    link_store.secret_hashes: lambda w, conn: link_store.secret_hashes(
        conn, TASKFORCE, w.links["secret_hashes"].request_id
    ),
    link_store.mark_used: lambda w, conn: link_store.mark_used(conn, TASKFORCE, w.links["mark_used"].request_id, now()),
}
CASES: Cases = {**PEOPLE, **SESSIONS, **LINKS}
EXEMPT: Exempt = {
    store.lock_people: "takes a lock, and neither reads nor writes",
    link_commands.request_links: "asks each taskforce for itself, by functions that are tried",
}


def test_every_function_is_tried() -> None:
    found = {
        one
        for one in functions("events")
        if one.__module__.startswith(f"{identity.__name__}.")
        and not one.__module__.startswith((f"{passkeys.__name__}.", f"{oidc.__name__}.", f"{api_keys.__name__}."))
    }
    assert named(found) == named({*CASES, *SETUP, *EXEMPT})


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
