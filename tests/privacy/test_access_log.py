"""Every look-up of a person is logged: tested with the contacts of pledges, as the service's own role."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

import asyncpg
import pytest

from deploy.privacy import data_subjects
from services.pledges.privacy.retention import retention
from shared.privacy.access_log import CASEWORK, AccessLogUnavailable, disclose, discloses
from shared.privacy.subjects import SubjectIdentifiers
from tests.privacy.installation import Installation

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping

    from shared.db.database import Connection, Database
    from tests.support.infrastructure import Databases

ROOT = Path(__file__).parents[2]


@dataclass
class Contact:
    """A contact of a pledge."""

    id: UUID
    name: str


@discloses("pledge_contacts", key=lambda contact: contact.id)
async def contacts(conn: Connection, taskforce_id: UUID, name: str) -> list[Contact]:
    """Return the contacts with a name."""
    rows = await conn.fetch(
        "select id, name from pledge_contacts where taskforce_id = $1 and name = $2", taskforce_id, name
    )
    return [Contact(*row) for row in rows]


@pytest.fixture
async def superuser(pledges_dsns: Databases) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    """A superuser's connection to the same database."""
    conn = await asyncpg.connect(pledges_dsns.superuser_dsn("pledges"))
    # The pledge of the contact does not matter here.
    await conn.execute("alter table pledge_contacts drop constraint pledge_contacts_taskforce_id_id_fkey")
    yield conn
    await conn.close()


async def _contact(superuser: asyncpg.Connection[asyncpg.Record], taskforce_id: UUID, name: str) -> UUID:
    id_ = uuid4()
    await superuser.execute("insert into pledge_contacts values ($1, $2, $3)", taskforce_id, id_, name)
    return id_


async def test_a_look_up_is_logged_with_who_when_whom_and_why(
    superuser: asyncpg.Connection[asyncpg.Record], pledges_database: Database, taskforce_id: UUID
) -> None:
    looked_at = {await _contact(superuser, taskforce_id, "Eva") for _ in range(3)}
    await _contact(superuser, taskforce_id, "Ida")

    async with disclose(pledges_database, taskforce_id, who="person:1", purpose=CASEWORK) as disclosure:
        found = await contacts(disclosure, taskforce_id, "Eva")

    assert {contact.id for contact in found} == looked_at
    rows = await superuser.fetch("select * from access_log")
    assert {row["what_key"] for row in rows} == looked_at
    assert {(row["who"], row["action"], row["what_table"], row["why"]) for row in rows} == {
        ("person:1", "read", "pledge_contacts", "casework")
    }
    assert all(row["basis"].startswith("artikel 6, stk. 1, litra e") for row in rows)
    assert all(datetime.now(UTC) - row["looked_at"] < timedelta(minutes=1) for row in rows)


async def test_a_person_who_is_not_found_is_not_logged(
    superuser: asyncpg.Connection[asyncpg.Record], pledges_database: Database, taskforce_id: UUID
) -> None:
    async with disclose(pledges_database, taskforce_id, who="person:1", purpose=CASEWORK) as disclosure:
        assert await contacts(disclosure, taskforce_id, "Nobody") == []
    assert await superuser.fetchval("select count(*) from access_log") == 0


async def test_a_look_up_fails_if_the_log_cannot_be_written(
    superuser: asyncpg.Connection[asyncpg.Record], pledges_database: Database, taskforce_id: UUID
) -> None:
    await _contact(superuser, taskforce_id, "Eva")
    await superuser.execute("alter table access_log add constraint full_disk check (false) not valid")
    seen: list[Any] = []
    with pytest.raises(AccessLogUnavailable):
        async with disclose(pledges_database, taskforce_id, who="person:1", purpose=CASEWORK) as disclosure:
            seen += await contacts(disclosure, taskforce_id, "Eva")
    assert seen == []


async def test_a_look_up_for_another_taskforce_is_refused(
    superuser: asyncpg.Connection[asyncpg.Record],
    pledges_database: Database,
    taskforce_id: UUID,
    other_taskforce_id: UUID,
) -> None:
    await _contact(superuser, other_taskforce_id, "Eva")
    async with disclose(pledges_database, taskforce_id, who="person:1", purpose=CASEWORK) as disclosure:
        assert await contacts(disclosure, other_taskforce_id, "Eva") == []


async def test_a_query_of_people_does_not_accept_a_plain_connection(
    pledges_database: Database, taskforce_id: UUID
) -> None:
    async with pledges_database.read(taskforce_id) as conn:
        with pytest.raises(TypeError, match="contacts reads people: it takes a Disclosure"):
            await contacts(conn, taskforce_id, "Eva")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "statement",
    [
        "select * from access_log",
        "update access_log set who = 'somebody else'",
        "delete from access_log",
        "truncate access_log",
        "alter table access_log disable row level security",
    ],
)
async def test_the_service_can_only_insert_into_the_log(
    pledges_database: Database, taskforce_id: UUID, statement: str
) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with pledges_database.change(taskforce_id) as conn:
            await conn.execute(statement)


async def test_a_look_up_is_deleted_after_two_years_and_not_earlier(
    superuser: asyncpg.Connection[asyncpg.Record], subjects_database: Database, taskforce_id: UUID
) -> None:
    ages = {"recent": 30, "a year": 400, "two years": 800}
    ids = {}
    for name, days in ages.items():
        ids[name] = await superuser.fetchval(
            """
            insert into access_log (taskforce_id, who, action, what_table, what_key, why, basis, looked_at)
            values ($1, 'x', 'read', 'x', $1, 'x', 'x', now() - make_interval(days => $2))
            returning id
            """,
            taskforce_id,
            days,
        )
    await superuser.execute(
        """
        insert into outbox (id, taskforce_id, aggregatetype, aggregateid, version, type, payload, correlation_id)
        values ($1, $1, 'x', $1, 1, 'x', '{}', $1)
        """,
        taskforce_id,
    )
    assert (await retention().remove(subjects_database))["accesses"] == 1
    async with subjects_database.change(taskforce_id) as conn:
        forgotten = await conn.fetch("select forget_accesses($1)", list(ids.values()))
    assert [row[0] for row in forgotten] == [ids["a year"]]
    assert [row["id"] for row in await superuser.fetch("select id from access_log")] == [ids["recent"]]


async def test_a_subject_report_lists_who_has_looked(whole: Installation) -> None:
    identifiers = SubjectIdentifiers(emails=frozenset({"eva@firma.example"}))
    await data_subjects.find(whole.databases.subjects_dsn, whole.taskforce_id, identifiers)
    found = await data_subjects.find(whole.databases.subjects_dsn, whole.taskforce_id, identifiers)
    looks = await data_subjects.accesses(whole.databases.owner_dsn, whole.taskforce_id, found)
    assert {(look["service"], look["what_table"], look["what_key"]) for look in looks} == {
        ("events", "people", whole.eva),
        ("events", "person_roles", whole.eva),
        ("pledges", "pledge_contacts", whole.pledges["by mail"]),
    }
    assert len(looks) == 6
    assert {(look["who"], look["action"], look["why"]) for look in looks} == {("operator", "export", "subject_access")}


def _unmarked(source: str, imported: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield the functions whose SQL names a table of participants without being marked with `discloses`.

    A function that takes a `Disclosure` logs what it does with it. The SQL may be in the function or in a constant that
    it uses.

    Args:
        imported: constants of other modules with such SQL.
    """
    module = ast.parse(source)
    constants = _constants(module, imported)
    for function in ast.walk(module):
        if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        marks = {ast.unparse(mark).partition("(")[0].rpartition(".")[2] for mark in function.decorator_list}
        arguments = [one.annotation for one in function.args.args if one.annotation is not None]
        discloses = "discloses" in marks or any(ast.unparse(one) == "Disclosure" for one in arguments)
        if not discloses and (_names_participants(function) or constants & _names(function)):
            yield function.name


def _constants(module: ast.Module, imported: frozenset[str]) -> frozenset[str]:
    """Return the names in a module that stand for SQL with a table of participants."""
    found = set(imported)
    for statement in module.body:
        if isinstance(statement, (ast.Assign, ast.AnnAssign)) and (
            _names_participants(statement) or found & _names(statement)
        ):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return frozenset(found)


def _names(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


def _names_participants(node: ast.AST) -> bool:
    return any(
        isinstance(one, ast.Constant) and isinstance(one.value, str) and _OF_PARTICIPANTS.search(one.value)
        for one in ast.walk(node)
    )


# A constant may begin with the table, to stand behind a `from`.
_OF_PARTICIPANTS = re.compile(r"(\b(from|join|into|update)|\A)\s+participants\.|\Aparticipants\.\w+\s")
_MARK = "@discloses('participants.cards', key=id)\n"


@pytest.mark.parametrize(
    ("source", "unmarked"),
    [
        ("async def f(conn): await conn.fetch('select 1 from participants.cards')", ["f"]),
        ("CARDS = 'select 1 from participants.cards'\nasync def f(conn): await conn.fetch(CARDS)", ["f"]),
        ("PAIRS = 'participants.cards as card'\nasync def f(conn): await conn.fetch(f'select 1 from {PAIRS}')", ["f"]),
        (_MARK + "async def f(conn): await conn.fetch('select 1 from participants.cards')", []),
        ("async def f(one: Disclosure): await one.conn.execute('delete from participants.cards')", []),
        ("async def f(conn): await conn.fetch('select 1 from pledges')", []),
    ],
)
def test_a_query_of_participants_without_the_log_is_detected(source: str, unmarked: list[str]) -> None:
    assert list(_unmarked(source)) == unmarked


NOBODY_SHOWN: Final = {
    # They return ids and counts only, in the transaction of a disclosure: whoever is shown is read, and logged, by
    # `participants.store.participants`.
    "services/pledges/matching/queries.py": frozenset(
        {
            "candidates",
            "_fetch_pairs",
            "not_considered",
            "judge",
            "participant_by_reference",
            "openings",
        }
    ),
    # It returns a statement for `shared.privacy.subject_requests`, which logs what it finds.
    "services/pledges/privacy/participants.py": frozenset({"_of_known"}),
}
"""Functions that need no mark."""


def test_every_query_of_participants_is_logged() -> None:
    sources = {path: path.read_text(encoding="utf-8") for path in sorted((ROOT / "services" / "pledges").rglob("*.py"))}
    modules = {path: ast.parse(source) for path, source in sources.items()}
    imported: dict[Path, frozenset[str]] = dict.fromkeys(sources, frozenset())
    # A constant may be made of one of another module, which is made of a third one's.
    for _ in range(3):
        constants = {_dotted(path): _constants(modules[path], imported[path]) for path in sources}
        imported = {path: _imports(module, constants) for path, module in modules.items()}
    unmarked = {
        str(path.relative_to(ROOT)): frozenset(_unmarked(source, imported[path])) for path, source in sources.items()
    }
    found = [
        f"{path}: {name} reads participants: mark it with @discloses (shared/privacy/access_log.py)"
        for path, names in unmarked.items()
        for name in sorted(names - NOBODY_SHOWN.get(path, frozenset()))
    ]
    assert not found, "\n".join(found)
    assert [sorted(names - unmarked[path]) for path, names in NOBODY_SHOWN.items()] == [[]] * len(NOBODY_SHOWN)


def _dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def _imports(module: ast.Module, constants: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Return the names of a module that are constants of another one with SQL of participants."""
    return frozenset(
        one.name
        for statement in module.body
        if isinstance(statement, ast.ImportFrom) and statement.module and statement.module in constants
        for one in statement.names
        if one.name in constants[statement.module]
    )
