"""The last meetings of the Struer scenario, with agendas, minutes and decisions, and the meeting ahead.

What was held is always the same, like the scenario. The meeting ahead is in the week after the day of loading.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5

from deploy.scenarios.struer import TASKFORCE_ID
from services.events.calendar.meetings.domain import AgendaItem
from shared.fields.copenhagen import local_moment
from shared.product.roles import Role

if TYPE_CHECKING:
    from deploy.scenarios.model import Event, Scenario
    from shared.contracts.events import AgendaView

PersonOf = Callable[[Role], UUID]
"""The id of the scenario's person with a role."""

AHEAD_ID: Final = uuid5(TASKFORCE_ID, "meeting:ahead")
_DAYS_AHEAD: Final = 8
_START, _END = time(15), time(17)


@dataclass(frozen=True, slots=True)
class Item:
    """An item of an agenda; `presenter` is the role of a person of the scenario."""

    title: str
    minutes: int
    shows: AgendaView | None
    presenter: Role
    notes: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision; the days are counted from its meeting. `done_after` None: it is open."""

    text: str
    owner: Role
    item: int
    due_after: int
    done_after: int | None = None

    def id(self, meeting_id: UUID) -> UUID:
        """Return its id."""
        return uuid5(meeting_id, f"decision:{self.text}")


@dataclass(frozen=True, slots=True)
class Meeting:
    """What was written about a meeting of the scenario.

    Attributes:
        held_on: the day of the scenario's meeting.
        fixed_after: how long after its start its figures were fixed.
    """

    held_on: date
    items: tuple[Item, ...]
    decisions: tuple[Decision, ...]
    fixed_after: timedelta = timedelta(minutes=15)

    def event(self, scenario: Scenario) -> Event:
        """Return the scenario's meeting."""
        return next(
            event
            for event in scenario.events
            if event.kind == "taskforce_meeting" and event.starts_at.date() == self.held_on
        )


HELD: Final = (
    Meeting(
        date(2026, 5, 13),
        (
            Item("Hvad er ændret siden februar", 10, "changes", "coordinator", "Tallene blev gennemgået."),
            Item("Evaluering af forårets aften", 20, "events", "member", "God stemning; flere vil være med igen."),
            Item("Beslutninger", 15, "decisions", "coordinator", None),
        ),
        (
            Decision("Ring til de virksomheder fra forårets aften, som ikke har hørt fra os", "caseworker", 1, 14, 12),
            Decision("Lav en folder om småjob til erhvervsforeningens nyhedsbrev", "member", 1, 90, 160),
        ),
    ),
    Meeting(
        date(2026, 9, 9),
        (
            Item("Hvad er ændret siden maj", 10, "changes", "coordinator", "Enighed om, at tallene er rigtige."),
            Item(
                "Tallene: fra tilsagn til job, der varer",
                20,
                "lasting",
                "caseworker",
                "Vi følger op igen til næste møde.",
            ),
            Item("Mål for året", 15, "targets", "coordinator", "Målet på 200 kan nås inden jul."),
            Item("Arrangementer: efterårets aften", 15, "events", "member", "B&O lægger hus til igen."),
            Item("Beslutninger", 15, "decisions", "coordinator", None),
            Item("Eventuelt", 5, None, "coordinator", None),
        ),
        (
            Decision("Aftal dato og sted for efterårets aften", "coordinator", 3, 14, 10),
            Decision("Inviter de tre største virksomheder på havnen til efterårets aften", "member", 3, 35),
            Decision(
                "Skriv til alle, der har været ansat i tre måneder, og spørg, hvordan det går", "caseworker", 1, 60
            ),
        ),
    ),
)
"""The last meetings that were held, the earliest first."""

AHEAD: Final = (
    Item("Hvad er ændret siden sidste møde", 10, "changes", "coordinator"),
    Item("Tallene", 15, "figures", "caseworker"),
    Item("Arrangementer: holdt og kommende", 15, "events", "member"),
    Item("Hvem er der endnu?", 15, "lasting", "caseworker"),
    Item("Mål", 10, "targets", "coordinator"),
    Item("Beslutninger: hvad er gjort, og hvad er det næste", 15, "decisions", "coordinator"),
    Item("Eventuelt", 5, None, "coordinator"),
)
"""The agenda of the meeting ahead."""


def times_ahead(today: date) -> tuple[datetime, datetime]:
    """Return the start and the end of the meeting ahead, seen from a day."""
    day = today + timedelta(days=_DAYS_AHEAD)
    return local_moment(day, _START), local_moment(day, _END)


def agenda(meeting_id: UUID, items: tuple[Item, ...], person_of: PersonOf) -> list[AgendaItem]:
    """Return the items of a meeting's agenda as the events service takes them."""
    return [
        AgendaItem(item_id(meeting_id, number), item.title, item.minutes, person_of(item.presenter), item.shows)
        for number, item in enumerate(items)
    ]


def item_id(meeting_id: UUID, number: int) -> UUID:
    """Return the id of an item; `number` counts from 0."""
    return uuid5(meeting_id, f"item:{number}")
