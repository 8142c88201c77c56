"""Importing a file: give a verdict on every line, and log the new lines in one transaction."""

from __future__ import annotations

import asyncio
import hmac
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from services.pledges.imports.columns import COLUMNS, REQUIRED, meaning
from services.pledges.imports.lines import RegisterIndex, judge
from services.pledges.imports.report import Report
from services.pledges.imports.spreadsheet import NotATable, read_table
from services.pledges.pledges.events_out import pledge_state
from services.pledges.pledges.store import fingerprints_of_pledges, insert_pledge
from services.pledges.register.store import all_companies, all_events
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
    """Import old pledges from a CSV file, all of it or nothing. The format is described in `columns`.

    Args:
        content: the file.
        dry_run: only return the verdicts.
        limits: what this installation allows.
        request_key: the installation's (`PledgesSettings.request_key`).
        progress: called with the number of lines written and of all new lines. Nothing is committed before the end.

    Returns:
        The report, in the current language (`use_language`). Nothing has changed unless it says
        `imported`. No file makes this raise.
    """
    try:
        table = await asyncio.to_thread(read_table, content)
    except NotATable as error:
        return Report(problem=_(str(error)))
    ignored = tuple(name for name in table.columns if name and meaning(name) is None and not contains_cpr_shape(name))
    if problem := _wrong_columns(table):
        return Report(problem=problem, ignored_columns=ignored)
    now = datetime.now(UTC)
    async with db.read(taskforce_id) as conn:
        register = RegisterIndex(await all_events(conn, taskforce_id), await all_companies(conn, taskforce_id))
        judged = await asyncio.to_thread(
            judge, taskforce_id, table, register, now=now, limits=limits, request_key=request_key
        )
        await _mark_known(conn, taskforce_id, judged)
    if dry_run or any(line.errors for line in judged):
        return Report(rows=tuple(line.row() for line in judged), ignored_columns=ignored)
    async with db.change(taskforce_id) as conn:
        await _save(conn, [line for line in judged if not line.known], now, progress)
    return Report(rows=tuple(line.row() for line in judged), ignored_columns=ignored, imported=True)


def _wrong_columns(table: Table) -> str | None:
    if any(contains_cpr_shape(name) for name in table.columns):
        return _("The name of a column looks like a CPR number; please leave it out.")
    meanings = [column for name in table.columns if (column := meaning(name)) is not None]
    if missing := [name for name in REQUIRED if name not in meanings]:
        return _("These columns are missing: %(names)s.", names=", ".join(missing))
    if twice := [name for name in COLUMNS if meanings.count(name) > 1]:
        return _("Two columns mean the same: %(name)s.", name=twice[0])
    return None if table.lines else _("There are no lines below the header.")


async def _mark_known(conn: Connection, taskforce_id: UUID, judged: Sequence[JudgedLine]) -> None:
    """Mark the lines that were imported before, and refuse those whose content has changed since."""
    ids = [line.pledge_id for line in judged if line.pledge_id]
    fingerprints = await fingerprints_of_pledges(conn, taskforce_id, ids)
    for line in judged:
        stored = fingerprints.get(line.pledge_id) if line.pledge_id else None
        if stored is None or line.fingerprint is None or line.errors:
            continue
        line.known = True
        if not hmac.compare_digest(line.fingerprint, stored):
            words = _("This reference was imported before with other content. An import does not change a pledge.")
            line.refuse("reference", words)


async def _save(
    conn: Connection, new: Sequence[JudgedLine], now: datetime, progress: Callable[[int, int], None]
) -> None:
    for done, line in enumerate(new, start=1):
        assert line.pledge is not None
        assert line.fingerprint is not None
        if await insert_pledge(conn, line.pledge, line.fingerprint):
            await outbox.add(conn, pledge_state(PledgeLogged, line.pledge, recorded_at=now))
        else:
            # Another import of the same file was quicker.
            line.known = True
        progress(done, len(new))
