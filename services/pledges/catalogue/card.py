"""The printed card "Spot et småjob": the taskforce's tasks to tick, as PDF/UA on A5 or A4.

All texts are prepared here, in the card's language; `card.typ` only lays them out.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from services.pledges.catalogue.built_in import GROUPS
from shared.documents.typesetting import render_pdf
from shared.i18n.translations import gettext as _
from shared.i18n.translations import pgettext, use_language

if TYPE_CHECKING:
    from datetime import datetime

    from services.pledges.catalogue.domain import Catalogue
    from shared.i18n.translations import Language

LAYOUT: Final = Path(__file__).with_name("card.typ")
Size = Literal["a5", "a4"]
_ROOMY: Final = 24
"""So many tasks fit a card in large type."""
_PRESETS: Final = ("5", "10", "15", "20")


def card(catalogue: Catalogue, *, size: Size, language: Language, made_at: datetime) -> bytes:
    """Return the card with the tasks that are offered. Blocks for some tenths of a second: call it in a thread."""
    with use_language(language, service="pledges"):
        data = card_data(catalogue, size=size, language=language)
    return render_pdf(LAYOUT, data, made_at=made_at)


def card_data(catalogue: Catalogue, *, size: Size, language: Language) -> dict[str, Any]:
    """Return what is on the card, in the current language."""
    return {
        "size": size,
        "language": language,
        "title": _("Spot a småjob"),
        "lead": _("Could somebody do some of these tasks for you in a few hours a week? Tick what could be a småjob."),
        "columns": _halves(
            [
                {"label": _(GROUPS[group]), "tasks": [task.label for task in tasks]}
                for group, tasks in catalogue.by_group(catalogue.offered).items()
            ]
        ),
        "roomy": len(catalogue.offered) <= _ROOMY,
        "something_else": _("Something else:"),
        "fields": [_("Company"), _("Whom may we ring?"), _("Telephone or e-mail"), _("Number of positions")],
        "hours": _("Hours a week"),
        "presets": list(_PRESETS),
        "other": pgettext("hours a week", "Other"),
        "note": _("A pledge is not binding. Never write a CPR number anywhere."),
        "product": _("Tilsagn – from a pledged job to a real one"),
    }


def _halves(groups: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Return groups in two columns that are about as long as each other. A heading is as high as a task and a half."""

    def height(some: list[dict[str, Any]]) -> float:
        return sum(1.5 + len(group["tasks"]) for group in some)

    cut = min(range(len(groups) + 1), key=lambda place: abs(height(groups[:place]) - height(groups[place:])))
    return [groups[:cut], groups[cut:]]
