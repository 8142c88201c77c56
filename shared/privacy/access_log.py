"""The access log: each look at a person is recorded in the same transaction, with who, when, whom and why.

A query that reads people is marked with `discloses`. It takes a `Disclosure` instead of a connection, and only
`disclose` makes one, for a principal and a purpose with its legal basis:

    @discloses("participants.profile_cards", key=lambda card: card.id)
    async def cards(conn: Connection, taskforce_id: UUID, wanted: ...) -> list[Card]: ...

    async with disclose(db, principal.taskforce, who=principal.subject, purpose=CASEWORK) as disclosure:
        found = await cards(disclosure, principal.taskforce, ...)

The result may be shown only after the block, when the log entry has been committed.
"""

from __future__ import annotations

import functools
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Concatenate, Final, Literal, ParamSpec, TypeVar

import asyncpg

from shared.db.database import UNAVAILABLE_ERRORS
from shared.i18n.translations import N_
from shared.privacy.retention import Job
from shared.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
    from uuid import UUID

    from shared.db.database import Connection, Database

P = ParamSpec("P")
R = TypeVar("R")

Action = Literal["read", "search", "change", "export", "delete"]
OPERATOR: Final = "operator"
"""The subject of the operator's commands, which have no token."""
_LOG_SECONDS: Final = 3
"""How long a read waits for the log."""
_CANNOT_LOG: Final[tuple[type[BaseException], ...]] = (asyncpg.PostgresError, *UNAVAILABLE_ERRORS)


class AccessLogUnavailable(Refusal):
    """The access log cannot be written: its table is locked, or there is no room. Nothing may be shown."""

    code = "access-log-unavailable"
    kind = "unavailable"
    title = N_("The access log cannot be written")
    detail = N_("Every look at a person is logged, so nothing is shown. Try again in a moment, or tell the operator.")


@dataclass(frozen=True, slots=True)
class Purpose:
    """Why a person's data is accessed.

    Attributes:
        code: stored in the log.
        basis: the article of the General Data Protection Regulation that allows it, and the national rule.
    """

    code: str
    basis: str


CASEWORK: Final = Purpose("casework", "artikel 6, stk. 1, litra e; lov om en aktiv beskæftigelsesindsats")
PLACEMENT: Final = Purpose("placement", "artikel 6, stk. 1, litra e; lov om en aktiv beskæftigelsesindsats")
PROFILE_CARD: Final = Purpose("profile_card", "artikel 6, stk. 1, litra a eller e, som kortet siger")
SUBJECT_ACCESS: Final = Purpose("subject_access", "artikel 15, stk. 1")
SUBJECT_RECTIFICATION: Final = Purpose("subject_rectification", "artikel 16")
SUBJECT_ERASURE: Final = Purpose("subject_erasure", "artikel 17, stk. 1")
SUPERVISION: Final = Purpose("supervision", "artikel 58, stk. 1")
PURPOSES: Final = MappingProxyType(
    {
        one.code: one
        for one in (
            CASEWORK,
            PLACEMENT,
            PROFILE_CARD,
            SUBJECT_ACCESS,
            SUBJECT_RECTIFICATION,
            SUBJECT_ERASURE,
            SUPERVISION,
        )
    }
)
"""The purposes by code. `casework`: the record is kept; `placement`: a job is found for somebody; `profile_card`: a
company or the citizen sees the card."""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """A transaction in which queries marked with `discloses` may be used."""

    conn: Connection
    taskforce_id: UUID
    who: str
    purpose: Purpose
    action: Action

    async def log(self, table: str, keys: Sequence[UUID]) -> None:
        """Record that these rows are looked at.

        Raises:
            AccessLogUnavailable: it cannot be recorded. Nothing may be shown then.
        """
        if not keys:
            return
        try:
            await self.conn.execute(
                """
                insert into access_log (taskforce_id, who, action, what_table, what_key, why, basis)
                select $1, $2, $3, $4, key, $6, $7
                  from unnest($5::uuid[]) as key
                """,
                self.taskforce_id,
                self.who,
                self.action,
                table,
                list(dict.fromkeys(keys)),
                self.purpose.code,
                self.purpose.basis,
                timeout=_LOG_SECONDS,
            )
        except _CANNOT_LOG as error:
            raise AccessLogUnavailable from error


@asynccontextmanager
async def disclose(
    db: Database, taskforce_id: UUID, *, who: str, purpose: Purpose, action: Action = "read"
) -> AsyncIterator[Disclosure]:
    """Open a transaction in which one taskforce's people may be looked at; its log entries commit with the block."""
    async with db.change(taskforce_id) as conn:
        yield Disclosure(conn, taskforce_id, who, purpose, action)


def discloses(
    table: str, *, key: Callable[[Any], UUID]
) -> Callable[
    [Callable[Concatenate[Connection, P], Awaitable[Sequence[R]]]],
    Callable[Concatenate[Disclosure, P], Awaitable[Sequence[R]]],
]:
    """Mark a query that reads people: it takes a `Disclosure` instead of a connection, and its results are logged.

    Args:
        table: the table of the people, as the log names it.
        key: returns the key of a result.
    """

    def mark(
        query: Callable[Concatenate[Connection, P], Awaitable[Sequence[R]]],
    ) -> Callable[Concatenate[Disclosure, P], Awaitable[Sequence[R]]]:
        @functools.wraps(query)
        async def logged(disclosure: Disclosure, /, *args: P.args, **kwargs: P.kwargs) -> Sequence[R]:
            if not isinstance(disclosure, Disclosure):
                raise TypeError(f"{query.__name__} reads people: it takes a Disclosure, not a connection")
            found = await query(disclosure.conn, *args, **kwargs)
            await disclosure.log(table, [key(one) for one in found])
            return found

        return logged

    return mark


ACCESSES: Final = Job(
    name="accesses",
    overdue="""
        select id,
               since
          from accesses_before(current_date - make_interval(months => $1))
         where $2::uuid is not null
    """,
    remove="select forget_accesses(array(select id from overdue))",
)
"""The retention job of a database that has an `access_log`. `accesses_before` selects by the current taskforce;
`$2` is mentioned only because the job is called with it."""
