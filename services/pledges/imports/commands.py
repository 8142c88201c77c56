"""Importing a file: give a verdict on every line, and log the new lines in one transaction."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from typing import TYPE_CHECKING, Final

from services.pledges.catalogue.store import load_catalogue
from services.pledges.imports.columns import PLEDGES
from services.pledges.imports.layout import OF_PAGE
from services.pledges.imports.lines import RegisterIndex, judge
from services.pledges.imports.queries import count_rows, pledges_of_days, pledges_with_ids
from services.pledges.imports.reading import in_batches, no_progress, open_list, with_sheet
from services.pledges.imports.repeats import mark_repeats
from services.pledges.imports.report import NotATable, Report, Verdicts
from services.pledges.pledges.events_out import pledge_state
from services.pledges.pledges.store import insert_pledges
from services.pledges.register.store import all_companies, all_events
from shared.contracts.pledges import PledgeLogged
from shared.i18n.translations import gettext as _
from shared.messaging import outbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from uuid import UUID

    from pydantic import SecretStr

    from services.pledges.imports.layout import SizeLimits
    from services.pledges.imports.lines import JudgedLine
    from services.pledges.imports.reading import Progress
    from services.pledges.imports.repeats import StoredPledge
    from services.pledges.pledges.domain import Limits
    from shared.db.database import Connection, Database

_SAVED_AT_A_TIME: Final = 200
_KEPT: Final = 5_000
"""Pledges that are kept from the check to the import. Those of a longer file are read again."""


async def import_pledges(
    db: Database,
    taskforce_id: UUID,
    content: bytes,
    *,
    event_id: UUID | None = None,
    dry_run: bool,
    limits: Limits,
    request_key: SecretStr,
    size_limits: SizeLimits = OF_PAGE,
    progress: Progress = no_progress,
) -> Report:
    """Import old pledges from a workbook or a CSV file, all of it or nothing. The format is described in `columns`.

    Args:
        content: the file.
        event_id: the event of the lines that name none. Their day may be left out, too: it is the event's.
        dry_run: only return the verdicts.
        limits: what this installation allows.
        request_key: the installation's (`PledgesSettings.request_key`).
        size_limits: how large the file may be.
        progress: see `Progress`.

    Returns:
        The report, in the current language (`use_language`). Nothing has changed unless it says
        `imported`. No file makes this raise.
    """
    optional = frozenset({"dato"}) if event_id is not None else frozenset[str]()
    table, report = await open_list(content, PLEDGES, size_limits, optional=optional)
    if table is None:
        return report
    now = datetime.now(UTC)
    judged: list[JudgedLine] = []
    stored: dict[UUID, StoredPledge] = {}
    try:
        async with db.read(taskforce_id) as conn:
            register = RegisterIndex(
                await all_events(conn, taskforce_id),
                await all_companies(conn, taskforce_id),
                (await load_catalogue(conn, taskforce_id)).own,
            )
            if event_id is not None and event_id not in register.events:
                return replace(report, problem=_("There is no such event."))
            read = partial(
                judge,
                taskforce_id,
                table.lines,
                register,
                event_id=event_id,
                now=now,
                limits=limits,
                request_key=request_key,
            )
            async for lines in in_batches(read()):
                ids = {id_ for line in lines for id_ in line.all_ids()}
                found = await pledges_with_ids(conn, taskforce_id, ids)
                for line in lines:
                    line.keep_likely_ids(found)
                    if len(judged) >= _KEPT:
                        line.forget_pledge()
                    judged.append(line)
                stored |= found
                progress("checking", len(judged), table.expected_lines)
            stored |= await pledges_of_days(conn, taskforce_id, _days_of_unknown(judged, stored))
    except NotATable as error:
        return replace(report, problem=with_sheet(_(error.message, **error.parameters), report))
    if not judged:
        return replace(report, problem=with_sheet(_("There are no lines below the header."), report))
    await asyncio.to_thread(mark_repeats, judged, list(stored.values()))
    imported = not dry_run and not any(line.errors for line in judged)
    if imported:
        total = sum(not line.known for line in judged)
        async with db.change(taskforce_id) as conn:
            done = 0
            async for lines in in_batches(_new_lines(judged, read), _SAVED_AT_A_TIME):
                await _save(conn, lines, now)
                if done == 0 and total > _SAVED_AT_A_TIME:
                    await count_rows(conn)
                for line in lines:
                    line.forget_pledge()
                done += len(lines)
                progress("importing", done, total)
    return replace(await asyncio.to_thread(_with_verdicts, report, judged), imported=imported)


def _with_verdicts(report: Report, judged: Sequence[JudgedLine]) -> Report:
    verdicts = Verdicts()
    for line in judged:
        verdicts.add(line.row())
    return verdicts.on(report)


def _days_of_unknown(judged: Sequence[JudgedLine], stored: Mapping[UUID, StoredPledge]) -> set[date]:
    """Return the days of the lines that no stored pledge has the id of: only they may resemble others."""
    return {
        date.fromisoformat(day)
        for line in judged
        if line.content is not None
        and (day := line.content["dato"])
        and not any(id_ in stored and stored[id_].imported for id_ in line.ids)
    }


def _new_lines(judged: Sequence[JudgedLine], read: Callable[[], Iterator[JudgedLine]]) -> Iterator[JudgedLine]:
    """Return the lines that were not imported before, with their pledges."""
    if all(line.pledge is not None for line in judged if not line.known):
        yield from (line for line in judged if not line.known)
        return
    for line, again in zip(judged, read(), strict=True):
        if not line.known:
            line.pledge = again.pledge
            yield line


async def _save(conn: Connection, new: Sequence[JudgedLine], now: datetime) -> None:
    lines = []
    for line in new:
        assert line.pledge is not None
        lines.append((line, line.pledge))
    saved = await insert_pledges(conn, [(pledge, line.fingerprints[0]) for line, pledge in lines])
    messages = []
    for line, pledge in lines:
        if pledge.id in saved:
            messages.append((pledge_state(PledgeLogged, pledge, recorded_at=now), outbox.correlation_id()))
        else:
            # Another import of the same file was quicker.
            line.mark_known()
    await outbox.add_all(conn, messages)
