"""The words of meetings, by code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shared.i18n.translations import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.contracts.events import AgendaView

VIEWS: Final[Mapping[AgendaView, str]] = {
    "changes": N_("What has changed"),
    "figures": N_("The figures"),
    "events": N_("Events and their goals"),
    "lasting": N_("Still in work after 3, 6 and 12 months"),
    "targets": N_("Targets"),
    "decisions": N_("Decisions"),
}
"""What the projector can show during an item."""
