"""Importing the file of a phone: every pledge as if the phone had sent it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from services.pledges.imports.columns import column_of
from services.pledges.imports.phone_file import read_phone_file
from services.pledges.imports.report import CellError, NotOfAPhone, Report, Row
from services.pledges.pledges.commands import BatchRefused, NewPledge, judge_all, log_all_or_none
from services.pledges.pledges.refusals import IdTaken
from services.pledges.pledges.schemas import PledgeIn
from shared.db.idempotency import IdempotencyKeyReused, idempotent_request
from shared.fields.cpr import contains_cpr_shape
from shared.i18n.translations import gettext as _
from shared.messaging import outbox
from shared.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from pydantic import SecretStr

    from services.pledges.imports.phone_file import CapturedPledge
    from services.pledges.pledges.commands import LoggedPledge
    from services.pledges.pledges.domain import Limits, Person
    from shared.db.database import Database

_COMPANY_SHOWN = 80


async def import_phone_file(
    db: Database,
    taskforce_id: UUID,
    content: bytes,
    *,
    by: Person,
    sender: str,
    dry_run: bool,
    without_refused: bool = False,
    limits: Limits,
    request_key: SecretStr,
) -> Report:
    """Log the pledges of a phone's file, all of them or none, with the phone's ids and running numbers.

    A pledge that has arrived before, from the phone or from another one, is recognised and stays as it is. The phone
    may send it later, too.

    Args:
        content: the file; see `phone_file`.
        by: who imports it.
        sender: the subject of the principal who imports it.
        dry_run: only return the verdicts.
        without_refused: log the others although some cannot be logged.
        limits: what this installation allows.
        request_key: the installation's (`PledgesSettings.request_key`).

    Returns:
        The report, in the current language. Nothing has changed unless it says `imported`. No file makes this raise.
    """
    try:
        captured = await asyncio.to_thread(read_phone_file, content)
    except NotOfAPhone as error:
        return Report(problem=_(error.message, **error.parameters), of_phone=True)
    real = [one for one in captured if not one.is_practice]
    practice = len(captured) - len(real)
    now = datetime.now(UTC)
    readable = {
        number: NewPledge(
            one.read.terms(),
            by,
            idempotent_request(str(one.body["id"]), one.body, sender=sender, key=request_key),
            limits,
            now,
            outbox.correlation_id(),
        )
        for number, one in enumerate(real)
        if isinstance(one.read, PledgeIn)
    }
    judged = await judge_all(db, taskforce_id, list(readable.values()))
    outcomes: dict[int, LoggedPledge | Refusal] = dict(zip(readable, judged, strict=True))
    accepted = {number: readable[number] for number in outcomes if not isinstance(outcomes[number], Refusal)}
    imported = False
    if not dry_run and accepted and (without_refused or len(accepted) == len(real)):
        try:
            logged = await log_all_or_none(db, taskforce_id, list(accepted.values()))
            outcomes |= zip(accepted, logged, strict=True)
            imported = True
        except BatchRefused as refused:
            # Something has changed since they were judged.
            places = list(accepted)
            outcomes |= {places[place]: refusal for place, refusal in refused.refusals.items()}
    rows = tuple(_row(one, outcomes.get(number)) for number, one in enumerate(real))
    return Report(rows=rows, imported=imported, of_phone=True, practice_left_out=practice)


def _row(captured: CapturedPledge, outcome: LoggedPledge | Refusal | None) -> Row:
    company = captured.company[:_COMPANY_SHOWN]
    if contains_cpr_shape(captured.company):
        company = ""
    if outcome is None or isinstance(outcome, Refusal):
        return Row(captured.number, "refused", None, 0, errors=tuple(_errors(captured, outcome)), company=company)
    pledge = outcome.pledge
    return Row(
        captured.number,
        "known" if outcome.repeated else "new",
        pledge.id,
        pledge.terms.positions,
        flags=() if outcome.repeated else pledge.flags,
        company=company,
    )


def _errors(captured: CapturedPledge, refusal: Refusal | None) -> Sequence[CellError]:
    if isinstance(refusal, IdTaken | IdempotencyKeyReused):
        words = _("Has arrived before with other content: it was corrected on the phone, or here.")
        return [CellError("", words)]
    if refusal is not None:
        return [CellError(column_of(refusal.field), f"{_(refusal.title)}. {_(refusal.detail, **refusal.values)}")]
    errors = captured.read if isinstance(captured.read, list) else []
    return [CellError(column_of(error.pointer), error.message) for error in errors]
