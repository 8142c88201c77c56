"""Importing a file: give a verdict on every line, and log the new lines in one transaction."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from services.pledges.catalogue.store import load_catalogue
from services.pledges.imports.columns import COLUMNS, REQUIRED, meaning
from services.pledges.imports.encoding import has_misread_letters
from services.pledges.imports.lines import RegisterIndex, judge
from services.pledges.imports.queries import stored_pledges
from services.pledges.imports.repeats import mark_repeats
from services.pledges.imports.report import NotATable, Report
from services.pledges.imports.spreadsheet import read_table
from services.pledges.pledges.events_out import pledge_state
from services.pledges.pledges.store import insert_pledges
from services.pledges.register.store import all_companies, all_events
from shared.contracts.pledges import PledgeLogged
from shared.fields.cpr import contains_cpr_shape
from shared.i18n.translations import gettext as _
from shared.messaging import outbox

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date
    from uuid import UUID

    from pydantic import SecretStr

    from services.pledges.imports.lines import JudgedLine
    from services.pledges.imports.repeats import StoredPledge
    from services.pledges.imports.spreadsheet import Table
    from services.pledges.pledges.domain import Limits
    from shared.db.database import Connection, Database

_SAVED_AT_A_TIME: Final = 200


async def import_pledges(
    db: Database,
    taskforce_id: UUID,
    content: bytes,
    *,
    event_id: UUID | None = None,
    dry_run: bool,
    limits: Limits,
    request_key: SecretStr,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Report:
    """Import old pledges from a workbook or a CSV file, all of it or nothing. The format is described in `columns`.

    Args:
        content: the file.
        event_id: the event of the lines that name none. Their day may be left out, too: it is the event's.
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
        return Report(problem=_(error.message, **error.parameters))
    read = _read_of(table)
    if problem := _wrong_columns(table, has_event=event_id is not None) or _misread_letters(table):
        return replace(read, problem=_with_sheet(problem, read))
    now = datetime.now(UTC)
    async with db.read(taskforce_id) as conn:
        register = RegisterIndex(
            await all_events(conn, taskforce_id),
            await all_companies(conn, taskforce_id),
            (await load_catalogue(conn, taskforce_id)).own,
        )
        if event_id is not None and event_id not in register.events:
            return replace(read, problem=_("There is no such event."))
        judged = await asyncio.to_thread(
            judge, taskforce_id, table, register, event_id=event_id, now=now, limits=limits, request_key=request_key
        )
        stored = await _load_similar(conn, taskforce_id, judged)
    await asyncio.to_thread(mark_repeats, judged, stored)
    if dry_run or any(line.errors for line in judged):
        return replace(read, rows=tuple(line.row() for line in judged))
    async with db.change(taskforce_id) as conn:
        await _save(conn, [line for line in judged if not line.known], now, progress)
    return replace(read, rows=tuple(line.row() for line in judged), imported=True)


def _read_of(table: Table) -> Report:
    """Return a report of what was read, without verdicts. Names that look like a CPR number are left out."""
    return Report(
        ignored_columns=tuple(
            name for name in table.columns if name and meaning(name) is None and not contains_cpr_shape(name)
        ),
        sheet=table.sheet if table.sheet and not contains_cpr_shape(table.sheet) else "",
        other_sheets=tuple("…" if contains_cpr_shape(name) else name for name in table.other_sheets),
    )


def _with_sheet(problem: str, read: Report) -> str:
    """Return a problem with the name of the sheet that has it, if the list may be in another one."""
    if not (read.sheet and read.other_sheets):
        return problem
    words = _(
        "The sheet “%(name)s” was read, because it is the first one. If the list is in another sheet, move that to the"
        " front.",
        name=read.sheet,
    )
    return f"{problem} {words}"


def _misread_letters(table: Table) -> str | None:
    for line in table.lines:
        for name, cell in line.cells.items():
            if (column := meaning(name)) is not None and has_misread_letters(cell):
                return _(
                    "The letters in line %(line)s, %(column)s, look misread, like “BÃ¦k” for “Bæk”. Open the file"
                    " in the spreadsheet, check the letters, and save it as “CSV UTF-8 (semicolon separated)”.",
                    line=line.number,
                    column=column,
                )
    return None


def _wrong_columns(table: Table, *, has_event: bool) -> str | None:
    if any(contains_cpr_shape(name) for name in table.columns):
        return _("The name of a column looks like a CPR number; please leave it out.")
    meanings = [column for name in table.columns if (column := meaning(name)) is not None]
    required = [name for name in REQUIRED if not (has_event and name == "dato")]
    if missing := [name for name in required if name not in meanings]:
        return _("These columns are missing: %(names)s.", names=", ".join(missing))
    if twice := [name for name in COLUMNS if meanings.count(name) > 1]:
        return _("Two columns mean the same: %(name)s.", name=twice[0])
    return None if table.lines else _("There are no lines below the header.")


async def _load_similar(conn: Connection, taskforce_id: UUID, judged: Sequence[JudgedLine]) -> list[StoredPledge]:
    """Return the stored pledges that the lines may repeat or resemble."""
    days: set[date] = set()
    ids: set[UUID] = set()
    for line in judged:
        if line.content is not None and line.pledge is not None:
            days.add(line.pledge.pledged_on)
            ids.update(line.ids, *line.likely_ids.values())
    return await stored_pledges(conn, taskforce_id, days, ids) if days else []


async def _save(
    conn: Connection, new: Sequence[JudgedLine], now: datetime, progress: Callable[[int, int], None]
) -> None:
    for first in range(0, len(new), _SAVED_AT_A_TIME):
        lines = [(line, line.pledge) for line in new[first : first + _SAVED_AT_A_TIME] if line.pledge is not None]
        saved = await insert_pledges(conn, [(pledge, line.fingerprints[0]) for line, pledge in lines])
        messages = []
        for line, pledge in lines:
            if pledge.id in saved:
                messages.append((pledge_state(PledgeLogged, pledge, recorded_at=now), outbox.correlation_id()))
            else:
                # Another import of the same file was quicker.
                line.mark_known()
        await outbox.add_all(conn, messages)
        progress(first + len(lines), len(new))
