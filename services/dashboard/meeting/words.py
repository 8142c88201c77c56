"""The words about a meeting: whether it is ahead, and the pair of times of its figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.i18n.translations import gettext as _
from shared.ui.formats import date_text, moment_text

if TYPE_CHECKING:
    from services.dashboard.measures.selection import Times


def times_in_words(times: Times) -> str:
    """Say what figures are for, and what they include: the pair of times."""
    if times.known_at is None:
        return _("Figures for %(day)s, with everything recorded so far", day=date_text(times.as_of))
    return _(
        "Figures for %(day)s, with what was recorded by %(moment)s",
        day=date_text(times.as_of),
        moment=moment_text(times.known_at),
    )
