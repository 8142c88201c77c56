"""What the forms of hires offer to choose from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.pledges.hires import queries
from shared.i18n.translations import gettext as _
from shared.product.vocabulary import JOB_TYPES
from shared.ui.formats import date_text

if TYPE_CHECKING:
    from datetime import date

    from services.pledges.hires.schemas import HireOut
    from shared.contracts.pledges import JobType
    from shared.db.database import Database
    from shared.http.auth import Principal

_MAX_TRAININGS: Final = 100


async def training_choices(db: Database, principal: Principal, *, hire: HireOut | None = None) -> list[tuple[str, str]]:
    """Return the trainings that may have led to a hire, as options of a field.

    Args:
        hire: one that is corrected: it is not offered itself, and its present training is.
    """
    taskforce = principal.taskforce
    async with db.read(taskforce) as conn:
        rows = await queries.trainings(conn, taskforce, municipality=principal.municipality, limit=_MAX_TRAININGS)
        choices = {row.id: _in_words(row.company, row.job_type, row.start_date) for row in rows}
        present = hire.training_hire_id if hire else None
        training = await queries.hire(conn, taskforce, present) if present and present not in choices else None
    if training is not None:
        choices[training.id] = _in_words(training.company.name, training.job_type, training.start_date)
    return [(str(id), words) for id, words in choices.items() if hire is None or id != hire.id]


def _in_words(company: str, job_type: JobType, first_day: date) -> str:
    words = {"company": company, "kind": _(JOB_TYPES[job_type]), "day": date_text(first_day)}
    return _("%(company)s, %(kind)s from %(day)s", **words)
