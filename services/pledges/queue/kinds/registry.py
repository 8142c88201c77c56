"""All kinds of due work."""

from __future__ import annotations

from typing import Final

from services.pledges.queue.due import DueKind
from services.pledges.queue.kinds import calls, company_answers, hires, mails, notes, pledges, positions, targets

KINDS: Final[tuple[DueKind, ...]] = (
    company_answers.COMPANY_ANSWER,
    notes.MENTION,
    calls.CALL,
    notes.FOLLOW_UP,
    hires.CHECKPOINT,
    hires.LEFT,
    positions.TRIAL_ENDING,
    positions.CONFIRM,
    positions.LAPSE,
    positions.VACANT,
    pledges.HELD,
    pledges.DUPLICATE,
    mails.UNDELIVERED,
    targets.TARGET,
)
"""Work that is due on the same day comes in this order, except that some kinds come last. A page token holds places in
it."""
BY_CODE: Final = {kind.code: kind for kind in KINDS}
