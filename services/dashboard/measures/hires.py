"""Measures of confirmed hires."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from services.dashboard.measures.measure import ALL_SCOPES, Measure, Scope, Unit
from services.dashboard.read_model import deltas
from shared.i18n.translations import N_
from shared.product.vocabulary import END_REASONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.dashboard.read_model.ladder import Outcome


class Hires(Measure):
    """All hires, by their first day of work."""

    code = "hires"
    unit: ClassVar[Unit] = "hires"
    label = N_("Hires")
    definition = N_(
        "Hires that a case worker has confirmed, from the day the work starts, all of them added up over time: also "
        "those that have ended since, and also those without a pledge. They are hires, not citizens: whoever is hired "
        "twice counts twice. A hire that changes its job type, for example from praktik to småjob, counts once under "
        "each, from the first day of that type."
    )
    adds = (deltas.HIRES_FROM_PLEDGES, deltas.HIRES_WITHOUT_PLEDGE)
    scopes = ALL_SCOPES
    notes: ClassVar[dict[Scope, str]] = {
        "taskforce": "hires, not citizens: confirmed, first day of work reached; all of them over time",
        "event": "hires on positions pledged at the event",
    }


class HiresFromPledges(Measure):
    """Hires on pledged positions: the last step of the funnel."""

    code = "hires_from_pledges"
    unit: ClassVar[Unit] = "hires"
    label = N_("Hires on pledged positions")
    definition = N_("Of the hires, those that fill a position a company had pledged.")
    adds = (deltas.HIRES_FROM_PLEDGES,)
    notes: ClassVar[dict[Scope, str]] = {"taskforce": "of `hires`, those on pledged positions"}


class HiresWithoutPledge(Measure):
    """Hires without a pledge. They are not in the funnel."""

    code = "hires_without_pledge"
    unit: ClassVar[Unit] = "hires"
    label = N_("Hires without a pledge")
    definition = N_(
        "Of the hires, those that came about without a pledge before. They are counted apart and are not in the funnel."
    )
    adds = (deltas.HIRES_WITHOUT_PLEDGE,)
    notes: ClassVar[dict[Scope, str]] = {"taskforce": "of `hires`, the others"}


class HiresCurrent(Measure):
    """Hires that have begun and not ended."""

    code = "hires_current"
    unit: ClassVar[Unit] = "hires"
    label = N_("Employed now")
    definition = N_(
        "Of the hires, those that have not ended: the person is employed on the day the figures are for. Each counts "
        "under the job type it has on that day."
    )
    adds = tuple(deltas.CURRENT_BY_HOURS.values())
    notes: ClassVar[dict[Scope, str]] = {
        "taskforce": "of `hires`, those that have not ended, by the job type of that day"
    }


class HiresCurrentByHours(Measure):
    """Current hires by the paid hours a week."""

    code = "hires_current_by_hours"
    unit: ClassVar[Unit] = "hires"
    label = N_("Employed now, by paid hours a week")
    definition = N_(
        "Those employed on the day the figures are for, by the paid hours a week they have on it. Praktik alone has no "
        "paid hours. A group reaches up to the next one: 15.5 hours is in the group 10–15."
    )
    groups = deltas.CURRENT_BY_HOURS
    group_labels: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "0": N_("No paid hours"),
            "1-4": N_("1–4 hours"),
            "5-9": N_("5–9 hours"),
            "10-15": N_("10–15 hours"),
            "16-20": N_("16–20 hours"),
            "21-29": N_("21–29 hours"),
            "30+": N_("30 hours or more"),
        }
    )
    notes: ClassVar[dict[Scope, str]] = {"taskforce": "`hires_current` by paid weekly hours; `0` is praktik alone"}


class HiresCurrentByLadder(Measure):
    """Current hires by their paid hours against those of their first day."""

    code = "hires_current_by_ladder"
    unit: ClassVar[Unit] = "hires"
    label = N_("Employed now, by the hours ladder")
    definition = N_(
        "Those employed on the day the figures are for, by whether their paid hours a week are more than on their "
        "first day of work, the same, or fewer. Praktik alone has no paid hours, so whoever began with it and has paid "
        "hours since has more. Whoever is on the first step has the same."
    )
    groups = deltas.CURRENT_BY_LADDER
    group_labels: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "more": N_("More hours than on the first day"),
            "same": N_("The same hours as on the first day"),
            "fewer": N_("Fewer hours than on the first day"),
        }
    )
    notes: ClassVar[dict[Scope, str]] = {
        "taskforce": "`hires_current` by paid weekly hours against those of the first day: `more`, `same` or `fewer`; "
        "praktik alone counts as none"
    }


class HiresEndedByReason(Measure):
    """Hires that have ended, by the reason."""

    code = "hires_ended_by_reason"
    unit: ClassVar[Unit] = "hires"
    label = N_("Ended, by reason")
    definition = N_(
        "Hires that have ended by the day the figures are for, by the reason the case worker has given, under the job "
        "type they had at the end."
    )
    groups = deltas.ENDED_BY_REASON
    group_labels: ClassVar[Mapping[str, str]] = MappingProxyType(
        dict(END_REASONS) | {deltas.UNKNOWN: N_("No reason given")}
    )
    notes: ClassVar[dict[Scope, str]] = {
        "taskforce": "hires that have ended; `unknown`: without a reason. Only coordinators, case workers and "
        "administrators see `health`: for all others, such hires are among `other`"
    }


class StillEmployed(Measure):
    """Whether people were employed some months after their start."""

    code = "still_employed"
    unit: ClassVar[Unit] = "hires"
    label = N_("Still employed after 3, 6 and 12 months")
    definition = N_(
        "Of the hires whose day 3, 6 or 12 months after the start has come, those of whom somebody has answered that "
        "the person is employed, at the same company or elsewhere, and those who had left before for more hours or an "
        "ordinary job. A hire that had ended for another reason counts as no. All others are unknown. Each counts "
        "under the job type it began with."
    )
    groups: ClassVar[dict[str, str]] = {
        f"{months}_{outcome}": code
        for months, codes in deltas.EMPLOYED_AFTER.items()
        for outcome, code in codes.items()
    }
    notes: ClassVar[dict[Scope, str]] = {
        "taskforce": "by months since the start; of the hires whose day has come, so many are employed (`yes`), not "
        "(`no`), or nobody has said so (`unknown`)"
    }

    group_labels: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "3_yes": N_("Employed after 3 months"),
            "3_no": N_("Not employed after 3 months"),
            "3_unknown": N_("Unknown after 3 months"),
            "6_yes": N_("Employed after 6 months"),
            "6_no": N_("Not employed after 6 months"),
            "6_unknown": N_("Unknown after 6 months"),
            "12_yes": N_("Employed after 12 months"),
            "12_no": N_("Not employed after 12 months"),
            "12_unknown": N_("Unknown after 12 months"),
        }
    )

    @staticmethod
    def group(months: int, outcome: Outcome) -> str:
        """Return the group of the hires with this outcome after so many months."""
        return f"{months}_{outcome}"


class HiresStartingLater(Measure):
    """Hires between their confirmation and their first day of work."""

    code = "hires_starting_later"
    unit: ClassVar[Unit] = "hires"
    label = N_("Confirmed, starting later")
    definition = N_(
        "Hires a case worker has confirmed whose first day of work is still to come. They are not among the hires "
        "before that day."
    )
    adds = (deltas.STARTING_LATER_FROM_PLEDGES, deltas.STARTING_LATER_WITHOUT_PLEDGE)
    scopes = ("taskforce", "event")
    notes: ClassVar[dict[Scope, str]] = {
        "taskforce": "confirmed, and not among `hires` before their first day",
        "event": "confirmed hires on them that have not begun",
    }


class StartingLaterFromPledges(Measure):
    """The part of the hires starting later that the funnel shows."""

    code = "starting_later_from_pledges"
    unit: ClassVar[Unit] = "hires"
    adds = (deltas.STARTING_LATER_FROM_PLEDGES,)
    listed = False
