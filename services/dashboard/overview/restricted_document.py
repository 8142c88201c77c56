"""The figures as JSON for those who may not know of single persons. What is hidden is null."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from services.dashboard.measures import catalogue, waits
from services.dashboard.measures.figures import employed_after, is_close
from services.dashboard.measures.hires import (
    HiresCurrentByHours,
    HiresCurrentByLadder,
    HiresEndedByReason,
    StillEmployed,
)
from services.dashboard.overview.restricted import shown_counts, shown_employed, shows_hires
from services.dashboard.read_model.ladder import CHECKPOINT_MONTHS
from shared.product.vocabulary import JOB_TYPES

if TYPE_CHECKING:
    from services.dashboard.measures.figures import Figures

_OF_HIRES: Final = ("hires", "citizens", "days")
_PERSONS: Final = frozenset({"hires", "hires_current"})
_HIDDEN: Final[dict[str, int | None]] = dict.fromkeys(("yes", "no", "unknown", "of"))


def restrict(document: dict[str, Any], computed: Figures) -> dict[str, Any]:
    """Return a document of the figures without small counts of hires, and without those of one company or place."""
    if not shows_hires(computed.filters):
        document = _without_hires(document)
    elif computed.hides_groups:
        document |= {measure.code: None for measure in catalogue.listed() if is_close(measure)}
    else:
        for measure in (HiresCurrentByHours, HiresCurrentByLadder, HiresEndedByReason):
            document[measure.code] = _hidden_groups(document[measure.code])
        document[StillEmployed.code] = {str(months): _employed(computed, months) for months in CHECKPOINT_MONTHS}
    if document["breakdowns"]:
        document["breakdowns"] = _breakdowns(document["breakdowns"], by_municipality=not computed.filters)
    return document


def _without_hires(document: dict[str, Any]) -> dict[str, Any]:
    """A hire of a known company, or in a known place, may be somebody one knows."""
    hidden = {measure.code: None for measure in catalogue.listed() if measure.unit in _OF_HIRES}
    whole = document | {code: None for code in hidden if code in document}
    whole[waits.MedianDays.code] = {pair: {"days": None, "cases": None} for pair in waits.PAIRS}
    for parts in ("events", "quarters"):
        whole[parts] = [part | {code: None for code in hidden if code in part} for part in document[parts]]
    return whole


def _hidden_groups(groups: dict[str, dict[str, int]]) -> dict[str, dict[str, int | None]]:
    """Hide in each job type the small groups, and what with its total gives them away."""
    shown = {of: shown_counts({group: numbers[of] for group, numbers in groups.items()}) for of in JOB_TYPES}
    return {group: {of: shown[of][group] for of in JOB_TYPES} for group in groups}


def _employed(computed: Figures, months: int) -> dict[str, Any]:
    by_type = {of: shown_employed(employed_after(computed.counts, months, of)) for of in JOB_TYPES}
    whole = shown_employed(employed_after(computed.counts, months))
    # The total minus the other job types would be what is hidden.
    shown = whole if None not in by_type.values() else None
    return {
        **(_outcomes(shown) if shown else _HIDDEN),
        "by_job_type": {of: _outcomes(counts) if counts else _HIDDEN for of, counts in by_type.items()},
    }


def _outcomes(counts: Any) -> dict[str, int | None]:
    return {"yes": counts.yes, "no": counts.no, "unknown": counts.unknown, "of": counts.of}


def _breakdowns(breakdowns: dict[str, Any], *, by_municipality: bool) -> dict[str, Any]:
    """Leave only pledges; of municipalities also hires, the small counts hidden."""
    restricted = {
        dimension: breakdown
        | {
            "parts": [part | dict.fromkeys(_PERSONS) for part in breakdown["parts"]],
            "rest": breakdown["rest"] and breakdown["rest"] | dict.fromkeys(_PERSONS),
        }
        for dimension, breakdown in breakdowns.items()
    }
    if by_municipality:
        parts = breakdowns["municipality"]["parts"]
        for code in _PERSONS:
            shown = {of: shown_counts({str(n): part[code][of] for n, part in enumerate(parts)}) for of in JOB_TYPES}
            for number, part in enumerate(restricted["municipality"]["parts"]):
                part[code] = {of: shown[of][str(number)] for of in JOB_TYPES}
    return restricted
