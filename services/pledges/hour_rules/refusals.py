"""Why a change of the rules about hours is refused: one class for each rule."""

from __future__ import annotations

from shared.i18n.translations import N_
from shared.refusals import Refusal


class RuleNotFound(Refusal):
    """There is no such rule."""

    code = "hour-rule-not-found"
    kind = "not_found"
    title = N_("The rule does not exist")
    detail = N_("Look at the list of rules again.")


class NationalRuleStays(Refusal):
    """A law is not changed here."""

    code = "national-hour-rule"
    kind = "conflict"
    title = N_("This rule holds everywhere")
    detail = N_("It comes with the product and cannot be changed here.")


class RuleHasAnEnd(Refusal):
    """What a rule was measured by must not change later."""

    code = "hour-rule-has-an-end"
    kind = "conflict"
    title = N_("The rule has an end already")
    detail = N_("Its last day is %(last)s. If that is wrong, withdraw the rule and add it again.")


class RuleWithdrawn(Refusal):
    """Somebody has withdrawn it."""

    code = "hour-rule-withdrawn"
    kind = "conflict"
    title = N_("The rule has been withdrawn")
    detail = N_("Add it again if it holds after all.")


class RulesOverlap(Refusal):
    """On a day only one version of a rule can be in force."""

    code = "hour-rules-overlap"
    kind = "conflict"
    title = N_("Another version of the rule is in force then")
    detail = N_("It is in force from %(first)s to %(last)s. End it first, or choose other days.")
    field = "/valid_from"


class EndsBeforeItBegins(Refusal):
    """The last day lies before the first one."""

    code = "hour-rule-ends-before-it-begins"
    kind = "invalid"
    title = N_("The last day lies before the first one")
    detail = N_("Choose a later last day.")
    field = "/valid_until"


class RulesFull(Refusal):
    """A list that nobody can read helps nobody."""

    code = "hour-rules-full"
    kind = "conflict"
    title = N_("There are too many rules")
    detail = N_("Use one that there is.")


class PlanInThePast(Refusal):
    """What has been is in the hires, where it is corrected."""

    code = "planned-step-in-the-past"
    kind = "invalid"
    title = N_("The planned step begins in the past")
    detail = N_("Choose today or a later day. What has been is corrected on the hire.")
    field = "/from"


class UnknownHireOfPlan(Refusal):
    """The citizen has no such hire."""

    code = "hire-of-plan-not-found"
    kind = "invalid"
    title = N_("The citizen has no such hire")
    detail = N_("Choose one of the citizen's hires, or a new job.")
    field = "/hire_id"
