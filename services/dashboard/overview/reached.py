"""The new companies that the staff have reached and their contacts with companies, for the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.dashboard.measures.outreach import KINDS, OutreachContacts, OutreachNewCompanies
from services.dashboard.overview import captions, findings
from shared.i18n.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.dashboard.measures.figures import Figures
    from services.dashboard.measures.measure import Measure
    from services.dashboard.overview.captions import Population


@dataclass(frozen=True)
class Reached:
    """What the section shows.

    Attributes:
        numbers: each with its label; None: too few to be shown.
        measures: what is counted.
    """

    title: str
    caption: str
    numbers: Sequence[tuple[str, int | None]]
    measures: Sequence[type[Measure]] = (OutreachNewCompanies, OutreachContacts)


def reached(figures: Figures, population: Population) -> Reached | None:
    """Return what was reached by the day of the figures; None if there is nothing that the viewer may see."""
    outreach = figures.outreach
    if outreach is None or not outreach.has_contacts:
        return None
    return Reached(
        findings.outreach(outreach.new_companies),
        population.caption(_(OutreachContacts.label), captions.OUTREACH, has_type=False),
        [
            (_(OutreachNewCompanies.label), outreach.new_companies),
            *((_(label), outreach.contacts[kind]) for kind, label in KINDS.items()),
        ],
    )
