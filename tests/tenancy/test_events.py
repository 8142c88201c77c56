"""Every function of the register's but for people's, in a transaction of another taskforce and of none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest_asyncio

from services.events import identity, privacy
from services.events.calendar import commands as calendar
from services.events.calendar import queries as calendar_queries
from services.events.calendar import store as calendar_store
from services.events.calendar.api import attendance
from services.events.calendar.domain import Attendance, EmployerEvent, EventPlan
from services.events.calendar.schemas import CheckInIn
from services.events.identity.api_keys import commands as api_keys
from services.events.identity.api_keys import queries as key_queries
from services.events.identity.api_keys import store as key_store
from services.events.identity.api_keys.domain import ApiKey, InvalidClient
from services.events.register import commands as register
from services.events.register import queries as register_queries
from services.events.register import store as register_store
from services.events.register.domain import Company
from shared.http.auth import Principal
from shared.refusals import Refusal
from tests.authorisation.register import Register, started
from tests.authorisation.removal import WHOLE_REMOVAL, without_taskforces
from tests.conftest import TASKFORCE
from tests.tenancy.bound import Cases, Exempt, functions, named, tried, unnoticed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.infrastructure import Installation


def now() -> datetime:
    return datetime.now(UTC)


class Prepared(Register):
    """The register with an event for every step."""

    async def fill(self) -> None:
        await super().fill()
        steps = {"publish": "draft", "open": "published", "close": "open", "cancel": "published", "save": "published"}
        self.to = {step: await self.new_event("own", status) for step, status in steps.items()}
        for step in ("check_in", "walk_in", "attend", "arrive", "revoke"):
            self.to[step] = await self.new_event("own", "open")
        self.nobody = uuid4()
        # What is to be exchanged is an administrator's; what nobody answers for stands still.
        makers = dict.fromkeys(("revoke_key", "take_over_key", "take_over", "still", "load", "revoke"), self.nobody)
        makers["exchange"] = self.people["own"].id
        self.keys = {
            use: await api_keys.make_key(self.db, TASKFORCE, name=use, scopes=["events:read"], days=30, made_by=maker)
            for use, maker in makers.items()
        }

    @property
    def ours(self) -> UUID:
        """A company of ours."""
        return self.companies["own"].id

    @property
    def evening(self) -> UUID:
        """An open event of ours, to which it has come."""
        return self.events["own", "open"]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(installation: Installation, signing_key: str) -> AsyncIterator[Prepared]:
    async with started(installation, signing_key, Prepared) as (world, _):
        assert isinstance(world, Prepared)
        yield world


def _company() -> Company:
    return Company(uuid4(), "Z ny")


def _event(id: UUID, version: int = 1) -> EmployerEvent:
    plan = EventPlan("employer_event", "Ny", None, now(), now() + timedelta(hours=1), None)
    return EmployerEvent(id, plan, status="published", version=version)


def _key() -> ApiKey:
    return ApiKey(uuid4(), "Byen", frozenset({"events:read"}), uuid4(), now(), now() + timedelta(days=30), uuid4())


def _arrive(world: Prepared, db: Any) -> Any:
    principal = Principal("person:x", frozenset({"member"}), TASKFORCE)
    return attendance.run_check_in(db, principal, world.to["arrive"], CheckInIn(company_id=world.ours))


CASES: Cases = {
    attendance.run_check_in: _arrive,
    register.register_company: lambda _, db: register.register_company(db, TASKFORCE, _company()),
    register.add_company: lambda _, conn: register.add_company(conn, TASKFORCE, _company(), now()),
    register.clear_company: lambda w, db: register.clear_company(db, TASKFORCE, w.companies["other company"].id),
    calendar.draft_event: lambda _, db: calendar.draft_event(
        db, TASKFORCE, id=uuid4(), title="Ny", starts_at=now(), ends_at=now() + timedelta(hours=1)
    ),
    calendar.publish_event: lambda w, db: calendar.publish_event(db, TASKFORCE, w.to["publish"]),
    calendar.open_event: lambda w, db: calendar.open_event(db, TASKFORCE, w.to["open"]),
    calendar.close_event: lambda w, db: calendar.close_event(db, TASKFORCE, w.to["close"]),
    calendar.cancel_event: lambda w, db: calendar.cancel_event(db, TASKFORCE, w.to["cancel"]),
    calendar.revoke_passes: lambda w, db: calendar.revoke_passes(db, TASKFORCE, w.to["revoke"]),
    calendar.check_in: lambda w, db: calendar.check_in(db, TASKFORCE, w.to["check_in"], w.ours, by="x"),
    calendar.check_in_walk_in: lambda w, db: calendar.check_in_walk_in(
        db, TASKFORCE, w.to["walk_in"], _company(), by="x"
    ),
    api_keys.make_key: lambda _, db: api_keys.make_key(
        db, TASKFORCE, name="Byen", scopes=["events:read"], days=30, made_by=uuid4()
    ),
    api_keys.revoke_key: lambda w, db: api_keys.revoke_key(db, TASKFORCE, w.keys["revoke_key"].key_id, by="test"),
    api_keys.take_over_key: lambda w, db: api_keys.take_over_key(
        db, TASKFORCE, w.keys["take_over_key"].key_id, by=w.people["own"].id
    ),
    api_keys.log_suspended_keys: lambda w, conn: api_keys.log_suspended_keys(conn, TASKFORCE, w.nobody),
    api_keys.exchange: lambda w, db: api_keys.exchange(
        db, w.keys["exchange"].client_id, w.keys["exchange"].client_secret
    ),
    key_queries.api_keys: lambda _, conn: key_queries.api_keys(conn, TASKFORCE, now()),
    key_store.insert: lambda _, conn: key_store.insert(conn, TASKFORCE, _key(), bytes(32)),
    key_store.load: lambda w, conn: key_store.load(conn, TASKFORCE, w.keys["load"].key_id),
    key_store.record_use: lambda w, conn: key_store.record_use(conn, TASKFORCE, w.keys["load"].key_id, now()),
    key_store.take_over: lambda w, conn: key_store.take_over(
        conn, TASKFORCE, w.keys["take_over"].key_id, uuid4(), now()
    ),
    key_store.revoke: lambda w, conn: key_store.revoke(conn, TASKFORCE, w.keys["revoke"].key_id, now()),
    register_queries.company: lambda w, conn: register_queries.company(conn, TASKFORCE, w.ours),
    register_queries.companies: lambda _, conn: register_queries.companies(conn, TASKFORCE, limit=10),
    calendar_queries.event: lambda w, conn: calendar_queries.event(conn, TASKFORCE, w.evening),
    calendar_queries.events: lambda _, conn: calendar_queries.events(conn, TASKFORCE, drafts=True, limit=10),
    calendar_queries.check_in: lambda w, conn: calendar_queries.check_in(conn, TASKFORCE, w.evening, w.ours),
    calendar_queries.check_ins: lambda w, conn: calendar_queries.check_ins(conn, TASKFORCE, w.evening, limit=10),
    calendar_queries.unpublished_names: lambda w, conn: calendar_queries.unpublished_names(
        conn, TASKFORCE, w.evening, limit=10
    ),
    calendar_queries.candidates: lambda w, conn: calendar_queries.candidates(conn, TASKFORCE, w.evening, "A", limit=10),
    register_store.insert_company: lambda _, conn: register_store.insert_company(conn, TASKFORCE, _company(), at=now()),
    register_store.load_company: lambda w, conn: register_store.load_company(conn, TASKFORCE, w.ours),
    register_store.lock_company: lambda w, conn: register_store.lock_company(conn, TASKFORCE, w.ours),
    register_store.save_ownership: lambda w, conn: register_store.save_ownership(
        conn, TASKFORCE, replace(w.companies["own"], personally_owned=False), version=7
    ),
    calendar_store.insert_event: lambda _, conn: calendar_store.insert_event(
        conn, TASKFORCE, _event(uuid4()), at=now()
    ),
    calendar_store.load_event: lambda w, conn: calendar_store.load_event(conn, TASKFORCE, w.evening),
    calendar_store.lock_event: lambda w, conn: calendar_store.lock_event(conn, TASKFORCE, w.evening),
    calendar_store.lock_event_shared: lambda w, conn: calendar_store.lock_event_shared(conn, TASKFORCE, w.evening),
    calendar_store.events_with_passes: lambda _, conn: calendar_store.events_with_passes(
        conn, TASKFORCE, ended_after=now()
    ),
    calendar_store.save_event: lambda w, conn: calendar_store.save_event(
        conn, TASKFORCE, _event(w.to["save"], version=3)
    ),
    calendar_store.insert_attendance: lambda w, conn: calendar_store.insert_attendance(
        conn, TASKFORCE, Attendance(uuid4(), w.to["attend"], w.ours, False, now(), "x")
    ),
}
_REGISTRY = "the registry of taskforces is read before anybody's is known, and holds nothing that is not public"
EXEMPT: Exempt = {
    register.register_taskforce: _REGISTRY,
    register_queries.taskforces: _REGISTRY,
    register_queries.taskforce: _REGISTRY,
    register_store.lock_taskforce: _REGISTRY,
    register_store.save_taskforce: _REGISTRY,
}


def test_every_function_is_tried() -> None:
    elsewhere = (f"{identity.__name__}.", f"{privacy.__name__}.")
    found = {
        one
        for one in functions("events")
        if not one.__module__.startswith(elsewhere) or one.__module__.startswith(f"{key_store.__package__}.")
    }
    assert named(found) == named({*CASES, *EXEMPT})


async def test_none_sees_or_changes_anything_as_another_taskforce_or_as_none(world: Prepared) -> None:
    assert await tried(world, CASES, (Refusal, InvalidClient)) == []


@WHOLE_REMOVAL
async def test_each_would_see_or_change_something_if_the_database_let_it(
    installation: Installation, signing_key: str
) -> None:
    async with started(installation, signing_key, Prepared) as (world, dsns):
        async with without_taskforces(world, dsns.superuser_dsn("events")):
            found = await tried(world, CASES, (Refusal, InvalidClient))
        assert unnoticed(CASES, found) == []
