"""Rules about hours in words, in the current language."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from shared.i18n.translations import N_
from shared.i18n.translations import gettext as _
from shared.product.vocabulary import JOB_TYPES
from shared.ui.formats import date_text, number_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.pledges.hour_rules.domain import HourRule, State
    from services.pledges.hour_rules.schemas import HoursOut, RuleHoursOut

STATES: Final[Mapping[State, str]] = MappingProxyType(
    {
        "in_force": N_("In force"),
        "expired": N_("No longer in force"),
        "coming": N_("Not in force yet"),
        "withdrawn": N_("Withdrawn"),
    }
)


def counts_text(rule: HourRule | RuleHoursOut) -> str:
    """Return what counts for a rule: `Paid hours in: Småjob, Ordinary job`."""
    types = ", ".join(_(label) for code, label in JOB_TYPES.items() if code in rule.job_types)
    if rule.praktik_hours_count:
        return _("Paid hours and hours of work placement in: %(types)s", types=types)
    return _("Paid hours in: %(types)s", types=types)


def met_words(rule: RuleHoursOut) -> list[str]:
    """Return in sentences how the hours compare with a rule, and what becomes of that."""
    if rule.state == "expired":
        counted = _(
            "On its last day %(counted)s of %(hours)s hours were counted.",
            counted=number_text(rule.counted),
            hours=number_text(rule.hours),
        )
        return [counted, _("The rule is no longer in force: nothing follows from it.")]
    words = [_of_today(rule)]
    if rule.met_until is not None:
        words.append(_("Met until %(day)s, even without any more work.", day=date_text(rule.met_until)))
    elif rule.met_on is not None:
        words.append(_("With the hours that are agreed it is met on %(day)s.", day=date_text(rule.met_on)))
    else:
        words.append(_("With the hours that are agreed it is not met."))
    if rule.state == "coming":
        words.append(_("It is not in force yet: this is how it would be measured today."))
    elif rule.valid_until is not None:
        words.append(_("The rule ends on %(day)s.", day=date_text(rule.valid_until)))
    return words


def _of_today(rule: RuleHoursOut) -> str:
    if rule.met:
        return _(
            "%(counted)s of %(hours)s hours: the rule is met.",
            counted=number_text(rule.counted),
            hours=number_text(rule.hours),
        )
    return _(
        "%(counted)s of %(hours)s hours: %(missing)s hours are missing.",
        counted=number_text(rule.counted),
        hours=number_text(rule.hours),
        missing=number_text(rule.missing),
    )


def what_if_words(rule: RuleHoursOut) -> str | None:
    """Return in a sentence what a planned step would change; None without one."""
    planned = rule.what_if
    if planned is None:
        return None
    if rule.state != "expired" and rule.met:
        return _("The rule is met already.")
    if not planned.counted_weekly_hours:
        return _("The planned hours do not count for this rule.")
    hours = number_text(planned.counted_weekly_hours)
    if planned.met_on is None:
        return _("With %(hours)s counted hours a week from then on the rule would never be met.", hours=hours)
    day = date_text(planned.met_on)
    if rule.state == "expired" or (rule.valid_until is not None and planned.met_on > rule.valid_until):
        return _("Counted as the rule did, it would be met on %(day)s; but it is not in force then.", day=day)
    return _("The rule would be met on %(day)s.", day=day)


def title_of_months(answer: HoursOut) -> str:
    """Return what the chart of the months shows, as a sentence."""
    if not answer.paid and not answer.praktik:
        return _("No hours in twelve months")
    if not answer.praktik:
        return _("%(paid)s paid hours in twelve months", paid=number_text(answer.paid))
    return _(
        "%(paid)s paid and %(praktik)s placement hours in twelve months",
        paid=number_text(answer.paid),
        praktik=number_text(answer.praktik),
    )
