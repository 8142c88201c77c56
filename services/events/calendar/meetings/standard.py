"""The agenda that a meeting without one is offered. Imports no I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import uuid5

from services.events.calendar.meetings.domain import AgendaItem
from shared.i18n.translations import N_
from shared.i18n.translations import gettext as _

if TYPE_CHECKING:
    from uuid import UUID

    from shared.contracts.events import AgendaView

_ITEMS: Final[tuple[tuple[str, str, int, AgendaView | None], ...]] = (
    ("changes", N_("What has changed since the last meeting"), 10, "changes"),
    ("figures", N_("The figures"), 15, "figures"),
    ("events", N_("Events: held, and ahead"), 15, "events"),
    ("targets", N_("Targets"), 10, "targets"),
    ("decisions", N_("Decisions: what was done, and what is next"), 15, "decisions"),
    ("other", N_("Any other business"), 5, None),
)


def standard_agenda(meeting_id: UUID) -> list[AgendaItem]:
    """Return the items with titles in the current language. Their ids are the same each time."""
    return [
        AgendaItem(uuid5(meeting_id, f"agenda:{code}"), _(title), minutes, shows=shows)
        for code, title, minutes, shows in _ITEMS
    ]
