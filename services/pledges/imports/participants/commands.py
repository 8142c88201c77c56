"""Importing a list of participants: give a verdict on every line, and save what is new in one transaction."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import asyncpg

from services.pledges.catalogue.store import load_catalogue
from services.pledges.imports.participants.columns import LIMITS, PARTICIPANTS
from services.pledges.imports.participants.lines import Importer, judge_participants
from services.pledges.imports.reading import BATCH, in_batches, no_progress, open_list, with_sheet
from services.pledges.imports.report import NotATable, Report, Verdicts
from services.pledges.participants.access import disclose_participants
from services.pledges.participants.queries import target_group_codes
from services.pledges.participants.refusals import NoMunicipality
from services.pledges.participants.store import (
    insert_changes,
    insert_participants,
    participants_with_references,
    update_participants,
)
from services.pledges.pledges.typed_words import task_words
from shared.fields.case_reference import case_reference_key
from shared.i18n.translations import gettext as _
from shared.privacy.access_log import CASEWORK
from shared.ui.formats import local_date

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from services.pledges.imports.layout import SizeLimits
    from services.pledges.imports.participants.lines import JudgedParticipant
    from services.pledges.imports.reading import Progress, Stage
    from services.pledges.imports.spreadsheet import Table
    from services.pledges.participants.access import ParticipantsDatabase, Reader
    from services.pledges.participants.domain import Participant
    from shared.privacy.access_log import Action, Disclosure


class _NothingIsImported(Exception):
    """A line was refused, so the transaction is rolled back."""


async def import_participants(
    db: ParticipantsDatabase,
    reader: Reader,
    content: bytes,
    *,
    by: UUID | None,
    dry_run: bool,
    size_limits: SizeLimits = LIMITS,
    progress: Progress = no_progress,
) -> Report:
    """Import participants of the reader's municipality from a workbook or a CSV file, all of it or nothing.

    The format is described in `columns`. The lines are judged and written a batch at a time, in one transaction, by the
    rules by which a case worker registers and changes a participant. Each participant whom a line names is logged as
    looked up, in a dry run, too.

    Args:
        content: the file.
        by: the importer's account.
        dry_run: only return the verdicts. They are those that the import would give now.
        size_limits: how large the file may be.
        progress: see `Progress`.

    Returns:
        The report, in the current language (`use_language`). Nothing has changed unless it says `imported`. No file
        makes this raise.

    Raises:
        NoMunicipality: the reader has none.
    """
    if reader.municipality is None:
        raise NoMunicipality
    table, report = await open_list(content, PARTICIPANTS, size_limits)
    if table is None:
        return report
    action: Action = "search" if dry_run else "change"
    try:
        async with disclose_participants(db, reader, purpose=CASEWORK, action=action) as disclosure:
            the_import = _Import(
                disclosure, await _importer(disclosure, reader.municipality, by), by, writes=not dry_run
            )
            await the_import.run(table, progress)
            if not dry_run and not the_import.writes:
                raise _NothingIsImported
    except NotATable as error:
        return replace(report, problem=with_sheet(_(error.message, **error.parameters), report))
    except asyncpg.UniqueViolationError:
        return replace(report, problem=_("Somebody has just registered one of these citizens. Check the file again."))
    except _NothingIsImported:
        # The entries of the access log have gone with what was not saved, and the verdicts say whom there is.
        return await import_participants(
            db, reader, content, by=by, dry_run=True, size_limits=size_limits, progress=progress
        )
    if the_import.lines == 0:
        return replace(report, problem=with_sheet(_("There are no lines below the header."), report))
    return replace(the_import.verdicts.on(report), imported=the_import.writes)


async def _importer(disclosure: Disclosure, municipality: str, by: UUID | None) -> Importer:
    now = datetime.now(UTC)
    conn, taskforce_id = disclosure.conn, disclosure.taskforce_id
    catalogue = await load_catalogue(conn, taskforce_id)
    codes = await target_group_codes(conn, taskforce_id)
    return Importer(taskforce_id, municipality, by, now, local_date(now), task_words(catalogue.own), codes)


@dataclass(slots=True)
class _Import:
    """One run over a file.

    Attributes:
        writes: whether the lines are saved. From the first refused line on none is, and the rest is only judged.
        lines: how many were judged.
    """

    disclosure: Disclosure
    importer: Importer
    by: UUID | None
    writes: bool
    lines: int = 0
    verdicts: Verdicts = field(default_factory=Verdicts)

    async def run(self, table: Table, progress: Progress) -> None:
        """Judge all lines, and save them. Raises `NotATable` where the file cannot be read further."""
        stage: Stage = "importing" if self.writes else "checking"
        # A plan that was made for the first lines, when the tables were small, reads them whole for each later line.
        await self.disclosure.conn.execute("set local plan_cache_mode = force_custom_plan")
        async for lines in in_batches(judge_participants(table.lines, self.importer), BATCH):
            keys = [line.key for line in lines if line.key]
            found = await participants_with_references(
                self.disclosure, self.importer.taskforce_id, self.importer.municipality, keys, lock=self.writes
            )
            known = {case_reference_key(one.case_reference): one for one in found}
            await asyncio.to_thread(self._apply, lines, known)
            self.writes = self.writes and not any(line.errors for line in lines)
            if self.writes:
                await self._save(lines)
            self.lines += len(lines)
            for line in lines:
                self.verdicts.add(line.row())
            progress(stage, self.lines, table.expected_lines)

    def _apply(self, lines: Sequence[JudgedParticipant], known: dict[str, Participant]) -> None:
        for line in lines:
            line.apply(known.get(line.key), self.importer)

    async def _save(self, lines: Sequence[JudgedParticipant]) -> None:
        new, changed = [], []
        changes: list[tuple[Participant, str, dict[str, Any] | None]] = []
        for line in lines:
            one = line.participant
            if one is not None and line.changes is None:
                new.append(one)
                changes.append((one, "registered", None))
            elif one is not None and line.changes:
                changed.append(one)
                changes += [(one, change.kind, change.before) for change in line.changes]
        if new:
            await insert_participants(self.disclosure, new)
        if changed:
            await update_participants(self.disclosure, changed)
        await insert_changes(self.disclosure, changes, by=self.by, at=self.importer.at)
