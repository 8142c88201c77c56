"""What the intake form offers to choose from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from services.pledges.catalogue.built_in import TASKS
from shared.i18n.translations import gettext as _
from shared.i18n.translations import pgettext
from shared.product.vocabulary import JOB_TYPES

if TYPE_CHECKING:
    from services.pledges.catalogue.domain import Catalogue

PRESETS: Final = ("5", "10", "15", "20")
"""Weekly hours that have a button."""
OWN: Final = "own"
"""The value of the button for other hours, which are typed."""


def form_choices(positions_max: int, catalogue: Catalogue | None = None) -> dict[str, Any]:
    """Return the choices of the form's fields, in the current language.

    Args:
        catalogue: the taskforce's tasks; None: those that are built in.
    """
    return {
        "task_choices": catalogue.choices() if catalogue else [(code, _(label)) for code, label in TASKS.items()],
        "job_type_choices": [(code, _(label)) for code, label in JOB_TYPES.items()],
        "hour_choices": [(preset, preset) for preset in PRESETS] + [(OWN, pgettext("hours a week", "Other"))],
        "positions_max": positions_max,
    }
