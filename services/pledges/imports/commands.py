"""The use case: judge a file, and make its new lines pledges in one transaction."""

from __future__ import annotations

import asyncio
import hmac
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from services.pledges.imports.columns import COLUMNS, REQUIRED, meaning
from services.pledges.imports.lines import Register, judge
from services.pledges.imports.report import Report
from services.pledges.imports.spreadsheet import NotATable, read_table
from services.pledges.pledges import idempotency, store
from services.pledges.pledges.events_out import pledge_state
from shared.contracts.pledges import PledgeLogged
from shared.fields.cpr import contains_cpr_shape
from shared.i18n.translations import gettext as _
from shared.messaging import outbox

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from pydantic import SecretStr

    from services.pledges.imports.lines import JudgedLine
    from services.pledges.imports.spreadsheet import Table
    from services.pledges.pledges.domain import Limits
    from shared.db.database import Connection, Database


async def import_pledges(
    db: Database,
    taskforce_id: UUID,
    content: bytes,
    *,
    dry_run: bool,
    limits: Limits,
    request_key: SecretStr,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Report:
    """Import old pledges from a CSV file, all of it or nothing. The package describes the format.

    Args:
        content: the file.
        dry_run: only say what would happen.
        limits: what this installation allows.
        request_key: the installation's (`PledgesSettings.request_key`).
        progress: told how many of how many new lines have been written; they count when the call returns.

    Returns:
        The report, in the current language (`shared.i18n.translations.speaking`). Nothing was changed unless it says
        `imported`. Nothing in a file makes this raise.
    """
    try:
        table = await asyncio.to_thread(read_table, content)
    except NotATable as why:
        return Report(problem=_(str(why)))
    ignored = tuple(name for name in table.columns if name and meaning(name) is None and not contains_cpr_shape(name))
    if problem := _wrong_columns(table):
        return Report(problem=problem, ignored_columns=ignored)
    now = datetime.now(UTC)
    async with db.read(taskforce_id) as conn:
        register = Register(await store.all_events(conn, taskforce_id), await store.all_companies(conn, taskforce_id))
        judged = await asyncio.to_thread(
            judge, taskforce_id, table, register, now=now, limits=limits, request_key=request_key
        )
        await _recognise(conn, taskforce_id, judged)
    if dry_run or any(one.errors for one in judged):
        return Report(rows=tuple(one.row() for one in judged), ignored_columns=ignored)
    async with db.change(taskforce_id) as conn:
        await _save(conn, [one for one in judged if not one.known], now, progress)
    return Report(rows=tuple(one.row() for one in judged), ignored_columns=ignored, imported=True)


def _wrong_columns(table: Table) -> str | None:
    if any(contains_cpr_shape(name) for name in table.columns):
        return _("The name of a column looks like a CPR number; please leave it out.")
    meanings = [column for name in table.columns if (column := meaning(name)) is not None]
    if missing := [name for name in REQUIRED if name not in meanings]:
        return _("These columns are missing: %(names)s.", names=", ".join(missing))
    if twice := [name for name in COLUMNS if meanings.count(name) > 1]:
        return _("Two columns mean the same: %(name)s.", name=twice[0])
    return None if table.lines else _("There are no lines below the header.")


async def _recognise(conn: Connection, taskforce_id: UUID, judged: Sequence[JudgedLine]) -> None:
    """Find the lines that are pledges already, and those that say something else than theirs."""
    ids = [one.pledge_id for one in judged if one.pledge_id]
    digests = await idempotency.request_digests(conn, taskforce_id, ids)
    for one in judged:
        kept = digests.get(one.pledge_id) if one.pledge_id else None
        if kept is None or one.digest is None or one.errors:
            continue
        one.known = True
        if not hmac.compare_digest(one.digest, kept):
            words = _("This reference was imported before with other content. An import does not change a pledge.")
            one.refuse("reference", words)


async def _save(
    conn: Connection, new: Sequence[JudgedLine], now: datetime, progress: Callable[[int, int], None]
) -> None:
    for done, one in enumerate(new, start=1):
        assert one.pledge is not None
        assert one.digest is not None
        if await store.insert_pledge(conn, one.pledge, one.digest):
            await outbox.add(conn, pledge_state(PledgeLogged, one.pledge, recorded_at=now))
        else:
            # Somebody else was importing the same file, and was quicker.
            one.known = True
        progress(done, len(new))
