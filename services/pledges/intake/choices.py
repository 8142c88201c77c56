"""What the intake form offers to choose from, for everybody alike."""

from __future__ import annotations

from typing import Any, Final

from services.pledges.pledges.catalogue import TASKS
from shared.i18n.translations import gettext as _
from shared.i18n.translations import pgettext
from shared.product.vocabulary import JOB_TYPES

PRESETS: Final = ("5", "10", "15", "20")
"""Weekly hours that have a button."""
OWN: Final = "own"
"""The value of the button for other hours, which are typed."""


def form_choices(positions_max: int) -> dict[str, Any]:
    """Return the choices of the form's fields, in the current language."""
    return {
        "task_choices": [(code, _(label)) for code, label in TASKS.items()],
        "job_type_choices": [(code, _(label)) for code, label in JOB_TYPES.items()],
        "hour_choices": [(preset, preset) for preset in PRESETS] + [(OWN, pgettext("hours a week", "Other"))],
        "positions_max": positions_max,
    }
