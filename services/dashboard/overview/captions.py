"""The captions of the charts: what is counted, of whom, of which time, and where the numbers come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from shared.i18n.translations import N_
from shared.i18n.translations import gettext as _
from shared.product.vocabulary import JOB_TYPES
from shared.ui.formats import date_text, moment_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from shared.contracts.pledges import JobType

PLEDGES: Final = N_("pledges as the companies made them")
HIRES: Final = N_("hires that case workers have confirmed")
PLEDGES_AND_HIRES: Final = N_("pledges of the companies, and hires that case workers have confirmed")
OUTREACH: Final = N_("contacts that the staff have logged")
"""The sources of the figures."""


@dataclass(frozen=True, slots=True)
class Population:
    """Which figures a page shows, for its captions.

    Attributes:
        filters: the words of each filter, such as the name of a municipality.
    """

    job_type: JobType
    as_of: date
    known_at: datetime | None = None
    filters: Sequence[str] = ()

    def caption(
        self, counted: str, source: str, *, all_types: bool = False, has_type: bool = True, shown: str = ""
    ) -> str:
        """Return the caption of a chart.

        Args:
            counted: what is counted, in words.
            source: one of the sources above.
            all_types: whether the numbers are totals of all job types.
            has_type: whether what is counted has a job type.
            shown: that only a part is drawn, as a sentence: the title is about all of it.
        """
        job_type = _("All job types together") if all_types else _(JOB_TYPES[self.job_type])
        whole = ", ".join((*([job_type] if has_type else []), *(self.filters or (_("the whole taskforce"),))))
        parts = [
            f"{counted}.",
            *([shown] if shown else []),
            f"{whole[:1].upper()}{whole[1:]}.",
            _("Up to %(day)s.", day=date_text(self.as_of)),
        ]
        if self.known_at:
            parts.append(_("As known on %(moment)s.", moment=moment_text(self.known_at)))
        return " ".join((*parts, _("Source: %(source)s.", source=_(source))))
