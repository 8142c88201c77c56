"""Every table is isolated or listed here with the reason, and the policies apply to every role of a service."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

import asyncpg
import pytest

from deploy.services import SERVICES, app_role, connections, owner_role, participants_role
from tests.support.infrastructure import fresh_databases
from tests.tenancy.more_rights import DEFINERS, OF_ALL_TASKFORCES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.infrastructure import Databases, Installation

OWN: Final = "(taskforce_id = current_taskforce())"
OWN_OR_NOBODYS: Final = f"({OWN} OR (taskforce_id = '00000000-0000-0000-0000-000000000000'::uuid))"
OTHER_POLICIES: Final = {"retention_runs": OWN_OR_NOBODYS, "retention_confirmations": OWN_OR_NOBODYS}
"""Tables with another policy than that of `isolate`. The time of a job that concerns no taskforce is visible to all."""

_TABLES: Final = """
    select oid::regclass::text as name, relkind::text as kind, relrowsecurity as bound,
           array(select attname::text
                   from pg_index
                   join pg_attribute on attrelid = indrelid and attnum = any(indkey)
                  where indrelid = pg_class.oid
                    and indisprimary
                  order by array_position(indkey::int2[], attnum)) as key
      from pg_class
     where relnamespace = any (array(select oid from pg_namespace where nspname in ('public', 'participants')))
       and relkind in ('r', 'p', 'f', 'v', 'm')
"""
_POLICIES: Final = """
    select format('%I.%I', schemaname, tablename)::regclass::text as tablename,
           permissive = 'PERMISSIVE' as widens, cmd, roles::text[] as roles, qual, with_check
      from pg_policies
     where schemaname in ('public', 'participants')
"""
_ROLES: Final = """
    select rolname as name, rolsuper or rolbypassrls as escapes,
           (select count(*) from pg_class where relowner = pg_roles.oid)
             + (select count(*) from pg_proc where proowner = pg_roles.oid) as owned,
           array(select pg_get_userbyid(roleid)::text from pg_auth_members where member = pg_roles.oid) as member_of
      from pg_roles
     where rolname = any($1)
"""
_DEFINERS: Final = """
    select proname as name,
           pg_get_functiondef(oid) as definition
      from pg_proc
     where pronamespace = any (array(select oid from pg_namespace where nspname in ('public', 'participants')))
       and prosecdef
"""


@pytest.fixture(scope="module", params=SERVICES)
def service(request: pytest.FixtureRequest) -> str:
    """Each service in turn."""
    return str(request.param)


@pytest.fixture(scope="module")
def databases(installation: Installation, service: str) -> Iterator[Databases]:
    """The migrated database of the service; nothing here changes it."""
    with fresh_databases(installation, [service]) as databases:
        yield databases


async def _fetch(databases: Databases, service: str, query: str, *arguments: Any) -> list[Any]:
    conn = await asyncpg.connect(databases.superuser_dsn(service))
    try:
        return list(await conn.fetch(query, *arguments))
    finally:
        await conn.close()


async def test_every_table_is_isolated_or_listed_with_the_reason(databases: Databases, service: str) -> None:
    tables = await _fetch(databases, service, _TABLES)
    assert {row["kind"] for row in tables} == {"r"}, "a view would show what its owner sees"
    assert {row["name"] for row in tables if not row["bound"]} == OF_ALL_TASKFORCES[service].keys()
    for row in tables:
        if row["bound"]:
            # Otherwise `on conflict` finds another taskforce's row with the same id. Keys of a read model begin with a
            # generation.
            key = [column for column in row["key"] if column != "generation"]
            assert key[:1] in ([], ["taskforce_id"]), row["name"]


async def test_every_isolated_table_has_only_the_standard_policy(databases: Databases, service: str) -> None:
    bound = {row["name"] for row in await _fetch(databases, service, _TABLES) if row["bound"]}
    found = defaultdict(list)
    for row in await _fetch(databases, service, _POLICIES):
        if row["widens"]:
            found[row["tablename"]].append((row["cmd"], row["roles"], row["qual"], row["with_check"]))
    standard = {name: OTHER_POLICIES.get(name, OWN) for name in bound}
    assert found == {name: [("ALL", ["public"], rows, rows)] for name, rows in standard.items()}


async def test_policies_apply_to_the_roles_of_services_which_own_nothing(databases: Databases, service: str) -> None:
    names = [role for role in connections(service) if role != owner_role(service)]
    roles = await _fetch(databases, service, _ROLES, names)
    assert {row["name"] for row in roles} == set(names)
    for row in roles:
        # What concerns a participant and a hire is changed in one transaction.
        members = [app_role("pledges")] if row["name"] == participants_role() else []
        assert (row["escapes"], row["owned"], row["member_of"]) == (False, 0, members), row["name"]


async def test_every_function_with_its_owners_rights_is_listed_and_limited_to_one_taskforce(
    databases: Databases, service: str
) -> None:
    found = {row["name"]: row["definition"].lower() for row in await _fetch(databases, service, _DEFINERS)}
    assert found.keys() == DEFINERS[service].keys()
    for name, definition in found.items():
        # A reason says why a function is not limited to one taskforce.
        assert DEFINERS[service][name] or "current_taskforce()" in definition, name
        # The caller must not be able to choose its tables by search_path.
        assert "set search_path to 'pg_catalog', 'public', 'pg_temp'" in definition, name
