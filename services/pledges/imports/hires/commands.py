"""Importing a list of hires: give a verdict on every line, and confirm the new hires in one transaction."""

from __future__ import annotations

import asyncio
import hmac
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from services.pledges.hires.confirmation import confirm_hire
from services.pledges.hires.events_out import hire_state
from services.pledges.hires.store import insert_hires
from services.pledges.imports.hires.columns import HIRES
from services.pledges.imports.hires.lines import judge_hires
from services.pledges.imports.hires.queries import (
    begin_alone,
    fingerprints_of_hires,
    first_days_confirmed_by_hand,
)
from services.pledges.imports.layout import OF_PAGE
from services.pledges.imports.lines import RegisterIndex
from services.pledges.imports.queries import count_rows
from services.pledges.imports.reading import BATCH, in_batches, no_progress, open_list, with_sheet
from services.pledges.imports.report import NotATable, Report, Verdicts
from services.pledges.pledges.events_out import pledge_state
from services.pledges.pledges.position import PositionStep
from services.pledges.pledges.position_changes import insert_position_change
from services.pledges.pledges.store import load_pledge, lock_pledge, save_state
from services.pledges.register.store import all_companies
from shared.contracts.pledges import HireConfirmed, PositionFilled
from shared.i18n.translations import gettext as _
from shared.messaging import outbox
from shared.refusals import Refusal
from shared.ui.formats import local_date

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from pydantic import SecretStr

    from services.pledges.hires.domain import Hire, HireEditor
    from services.pledges.imports.hires.lines import JudgedHire
    from services.pledges.imports.layout import SizeLimits
    from services.pledges.imports.reading import Progress, Stage
    from services.pledges.imports.spreadsheet import Table
    from services.pledges.pledges.domain import Limits, Pledge
    from shared.contracts.message import Message
    from shared.db.database import Connection, Database


class _NothingIsImported(Exception):
    """A line was refused, so the transaction is rolled back."""


async def import_hires(
    db: Database,
    taskforce_id: UUID,
    content: bytes,
    *,
    by: HireEditor,
    dry_run: bool,
    limits: Limits,
    request_key: SecretStr,
    size_limits: SizeLimits = OF_PAGE,
    progress: Progress = no_progress,
) -> Report:
    """Import old hires from a workbook or a CSV file, all of it or nothing. The format is described in `columns`.

    Each line is judged by the rules by which a case worker confirms a hire, and fills the first vacant position of its
    pledge. The lines are judged and written a batch at a time, in one transaction.

    Args:
        content: the file.
        by: who imports it, and so confirms the hires.
        dry_run: only return the verdicts. They are those that the import would give now.
        limits: what this installation allows.
        request_key: the installation's (`PledgesSettings.request_key`).
        size_limits: how large the file may be.
        progress: see `Progress`.

    Returns:
        The report, in the current language (`use_language`). Nothing has changed unless it says `imported`. No file
        makes this raise.
    """
    table, report = await open_list(content, HIRES, size_limits)
    if table is None:
        return report
    the_import = _Import(taskforce_id, by, datetime.now(UTC), limits, request_key, writes=not dry_run)
    try:
        if dry_run:
            async with db.read(taskforce_id) as conn:
                await the_import.run(conn, table, progress)
        else:
            async with db.change(taskforce_id) as conn:
                if not await begin_alone(conn, taskforce_id):
                    return replace(report, problem=_("Another import of hires is running. Wait for its end."))
                await the_import.run(conn, table, progress)
                if not the_import.writes:
                    raise _NothingIsImported
    except NotATable as error:
        return replace(report, problem=with_sheet(_(error.message, **error.parameters), report))
    except _NothingIsImported:
        pass
    if the_import.lines == 0:
        return replace(report, problem=with_sheet(_("There are no lines below the header."), report))
    return replace(the_import.verdicts.on(report), imported=the_import.writes)


@dataclass(slots=True)
class _Import:
    """One run over a file.

    Attributes:
        writes: whether the hires are saved. From the first refused line on none is, and the rest is only judged.
        lines: how many were judged.
    """

    taskforce_id: UUID
    by: HireEditor
    now: datetime
    limits: Limits
    request_key: SecretStr
    writes: bool
    lines: int = 0
    verdicts: Verdicts = field(default_factory=Verdicts)
    _filled: Counter[UUID] = field(default_factory=Counter)
    """How many positions of a pledge were filled by lines that were not saved."""

    async def run(self, conn: Connection, table: Table, progress: Progress) -> None:
        """Judge all lines, and save the hires. Raises `NotATable` where the file cannot be read further."""
        register = RegisterIndex([], await all_companies(conn, self.taskforce_id))
        stage: Stage = "importing" if self.writes else "checking"
        judged = judge_hires(self.taskforce_id, table.lines, self.request_key)
        async for lines in in_batches(judged, BATCH):
            await self._mark_repeats(conn, lines)
            pledges = await self._pledges(conn, lines)
            confirmed = await asyncio.to_thread(self._confirm, lines, pledges, register)
            await self._warn_of_confirmed(conn, confirmed)
            self.writes = self.writes and not any(line.errors for line in lines)
            if self.writes:
                await self._save(conn, confirmed)
                if self.lines == 0 and len(lines) == BATCH:
                    await count_rows(conn)
            else:
                self._filled.update(one.hire.pledge_id for one in confirmed if one.hire.pledge_id is not None)
            self.lines += len(lines)
            for line in lines:
                self.verdicts.add(line.row())
            progress(stage, self.lines, table.expected_lines)

    async def _mark_repeats(self, conn: Connection, lines: Sequence[JudgedHire]) -> None:
        """Mark the lines that were imported before, and refuse those whose reference has other content here."""
        ids = {line.confirmation.id for line in lines if line.confirmation}
        ids.update(*(line.likely_ids for line in lines))
        stored = await fingerprints_of_hires(conn, self.taskforce_id, ids)
        for line in lines:
            if line.confirmation is None:
                continue
            fingerprint = stored.get(line.confirmation.id)
            if fingerprint is not None and hmac.compare_digest(fingerprint, line.fingerprint):
                line.mark_known()
            elif fingerprint is not None:
                line.refuse(
                    "reference",
                    _(
                        "This reference was imported before with other content. An import does not change a hire:"
                        " change it on its page."
                    ),
                )
            else:
                _find_reference_with_other_zeros(line, stored)

    async def _pledges(self, conn: Connection, lines: Sequence[JudgedHire]) -> dict[UUID, Pledge]:
        """Return the pledges whose positions the new lines fill, as they are after the lines before."""
        ids = {
            line.confirmation.pledge_id
            for line in lines
            if line.is_new and line.confirmation and line.confirmation.pledge_id
        }
        pledges = {}
        for pledge_id in sorted(ids):
            if self.writes:
                pledge = await lock_pledge(conn, self.taskforce_id, pledge_id)
            else:
                found = await load_pledge(conn, self.taskforce_id, pledge_id)
                pledge = found[0] if found else None
            if pledge is not None:
                _fill_vacant(pledge, self._filled[pledge_id])
                pledges[pledge_id] = pledge
        return pledges

    def _confirm(
        self, lines: Sequence[JudgedHire], pledges: dict[UUID, Pledge], register: RegisterIndex
    ) -> list[_Confirmed]:
        """Apply the rules of hires to the new lines, and return their hires."""
        confirmed = []
        for line in lines:
            if not line.is_new or line.confirmation is None:
                continue
            company, pledge_id = line.confirmation.company, line.confirmation.pledge_id
            pledge = pledges.get(pledge_id) if pledge_id else None
            before = {position.id: position for position in pledge.positions} if pledge else {}
            try:
                hire = confirm_hire(
                    self.taskforce_id,
                    line.confirmation,
                    pledge=pledge,
                    register=register.companies_like(company) if company else (),
                    confirmed_by=self.by.id,
                    now=self.now,
                    limits=self.limits,
                    municipality=self.by.municipality,
                )
            except Refusal as refusal:
                line.refuse_by_rule(refusal)
                continue
            line.flags = hire.flags
            one = _Confirmed(line, hire)
            if pledge is not None and hire.position is not None:
                one.pledge = replace(pledge, positions=list(pledge.positions))
                one.step = PositionStep(
                    "filled", before[hire.position.id], hire.position, local_date(self.now), hire.id
                )
            confirmed.append(one)
        return confirmed

    async def _warn_of_confirmed(self, conn: Connection, confirmed: Sequence[_Confirmed]) -> None:
        """Point out the lines that may be hires which somebody has confirmed by hand."""
        hires = [one.hire for one in confirmed]
        found = await first_days_confirmed_by_hand(
            conn,
            self.taskforce_id,
            {hire.company_id for hire in hires if hire.company_id},
            {hire.company.cvr for hire in hires if hire.company.cvr},
            {hire.start_date for hire in hires},
        )
        for one in confirmed:
            companies = (one.hire.company_id, one.hire.company.cvr)
            if any((company, one.hire.start_date) in found for company in companies):
                one.line.warnings.append(
                    _("A hire at this company with the same first day was confirmed already. Is it the same one?")
                )

    async def _save(self, conn: Connection, confirmed: Sequence[_Confirmed]) -> None:
        correlation_id = outbox.correlation_id()
        await insert_hires(conn, [(one.hire, one.line.fingerprint) for one in confirmed])
        messages: list[tuple[Message, UUID | None]] = []
        last_states: dict[UUID, Pledge] = {}
        for one in confirmed:
            if one.pledge is not None and one.step is not None:
                last_states[one.pledge.id] = one.pledge
                await insert_position_change(conn, one.pledge, one.step, by=self.by.id, at=self.now)
                messages.append((pledge_state(PositionFilled, one.pledge, recorded_at=self.now), correlation_id))
            messages.append((hire_state(HireConfirmed, one.hire, recorded_at=self.now), correlation_id))
        for pledge in last_states.values():
            await save_state(conn, pledge)
        await outbox.add_all(conn, messages)


@dataclass(slots=True)
class _Confirmed:
    """The hire of a line.

    Attributes:
        pledge: its pledge, with the position filled.
        step: the step of the position.
    """

    line: JudgedHire
    hire: Hire
    pledge: Pledge | None = None
    step: PositionStep | None = None


def _fill_vacant(pledge: Pledge, count: int) -> None:
    """Fill positions of a pledge as earlier lines have."""
    for _number in range(count):
        pledge.fill(None, hire_id=pledge.id)


def _find_reference_with_other_zeros(line: JudgedHire, stored: dict[UUID, bytes]) -> None:
    found = next((id_ for id_ in line.likely_ids if id_ in stored), None)
    if found is None:
        return
    reference = line.likely_ids[found]
    if hmac.compare_digest(stored[found], line.fingerprint):
        line.mark_known()
        words = _(
            "Was imported under the reference %(reference)s: the spreadsheet has changed the zeros before it.",
            reference=reference,
        )
    else:
        words = _(
            "Another hire was imported under the reference %(reference)s. Has the spreadsheet changed the zeros?",
            reference=reference,
        )
    line.warnings.append(words)
