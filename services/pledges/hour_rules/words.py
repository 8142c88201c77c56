"""Rules about hours in words, in the current language."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from shared.i18n.translations import N_
from shared.i18n.translations import gettext as _
from shared.product.vocabulary import JOB_TYPES
from shared.ui.formats import number_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.pledges.hour_rules.domain import HourRule, State

STATES: Final[Mapping[State, str]] = MappingProxyType(
    {
        "in_force": N_("In force"),
        "expired": N_("No longer in force"),
        "coming": N_("Not in force yet"),
        "withdrawn": N_("Withdrawn"),
    }
)


def counts_text(rule: HourRule) -> str:
    """Return what counts for a rule: `Paid hours in: Småjob, Ordinary job`."""
    types = ", ".join(_(label) for code, label in JOB_TYPES.items() if code in rule.job_types)
    if rule.praktik_hours_count:
        return _("Paid hours and hours of work placement in: %(types)s", types=types)
    return _("Paid hours in: %(types)s", types=types)


def demand_text(rule: HourRule) -> str:
    """Return what a rule demands: `225 h within 12 calendar months`."""
    return _("%(hours)s h within %(months)s calendar months", hours=number_text(rule.hours), months=rule.months)
