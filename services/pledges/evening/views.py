"""The charts and sentences of the live page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.i18n.translations import gettext as _
from shared.i18n.translations import ngettext
from shared.product.vocabulary import JOB_TYPES
from shared.ui.charts.bars import Bar, bar_chart
from shared.ui.charts.columns import Period, column_chart
from shared.ui.charts.palette import PROMISED
from shared.ui.formats import number_text, time_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from markupsafe import Markup

    from services.pledges.evening.domain import DoorCheck, Evening, Phone
    from shared.contracts.pledges import JobType

_BARS = 8
_NUMBERS = 12


def door_sentence(door: DoorCheck) -> str:
    """Return `51 af 51 er i hus, 1 telefon lagt til side`, or how many are not."""
    if not door.captured and not door.set_aside:
        return _("No phone has told of a pledge yet.")
    aside = len(door.set_aside)
    if not aside:
        return _arrived(door)
    return f"{_arrived(door)}, {ngettext('%(num)s phone set aside', '%(num)s phones set aside', aside)}"


def _arrived(door: DoorCheck) -> str:
    if door.all_safe:
        return _("%(safe)s of %(captured)s are safe", safe=number_text(door.safe), captured=number_text(door.captured))
    missing = door.captured - door.safe
    return ngettext(
        "%(safe)s of %(captured)s are safe, %(missing)s is still on a phone",
        "%(safe)s of %(captured)s are safe, %(missing)s are still on a phone",
        missing,
        safe=number_text(door.safe),
        captured=number_text(door.captured),
        missing=number_text(missing),
    )


def missing_text(phone: Phone) -> str:
    """Return `3, 4, 7`: the numbers that a phone still holds, the first twelve of them."""
    numbers = ", ".join(str(number) for number in phone.missing[:_NUMBERS])
    return f"{numbers} …" if len(phone.missing) > _NUMBERS else numbers


def in_words(positions_by_type: Mapping[JobType, int]) -> str:
    """Return `44 småjob · 3 praktik`: the parts of a sum over job types."""
    return " · ".join(
        f"{number_text(positions_by_type[code])} {_(label).lower()}"
        for code, label in JOB_TYPES.items()
        if positions_by_type.get(code)
    )


def by_period(evening: Evening) -> Markup:
    """Return the chart of positions over the evening."""
    step, sums = evening.by_period()
    minutes = int(step.total_seconds()) // 60
    return column_chart(
        "by-period",
        ngettext("Positions per minute", "Positions every %(number)s minutes", minutes),
        [Period(time_text(at), (positions,), short=time_text(at).removeprefix("kl. ")) for at, positions in sums],
        [_("Positions")],
        column=_("From"),
        series=[PROMISED],
        level=2,
    )


def by_company(evening: Evening) -> Markup:
    """Return the chart of the companies that have pledged most."""
    shares = evening.by_company
    more = len(shares) - _BARS
    return bar_chart(
        "by-company",
        _("Positions by company"),
        [Bar(share.name or _("Names that are not shown here"), share.positions) for share in shares[:_BARS]],
        columns=(_("Company"), _("Positions")),
        series=PROMISED,
        intro=ngettext("And %(number)s more company.", "And %(number)s more companies.", more) if more > 0 else None,
        level=2,
    )
