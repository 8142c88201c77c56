"""New companies reached and contacts with companies, counted by hand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from services.dashboard.measures.figures import compute
from services.dashboard.measures.outreach import Outreach
from services.dashboard.measures.selection import Filters
from shared.contracts.pledges import OutreachCorrected, OutreachWithdrawn
from tests.dashboard.messages import EVENING, apply_messages, company, employer_event, outreach

if TYPE_CHECKING:
    from uuid import UUID

    from shared.db.database import Database

SPRING, SUMMER, NIGHT = date(2026, 3, 2), date(2026, 6, 1), date(2026, 12, 1)
LATER = EVENING + timedelta(hours=1)


async def test_a_new_company_counts_once_from_the_day_of_its_first_contact(
    dashboard_database: Database, taskforce_id: UUID
) -> None:
    baker = uuid4()
    await apply_messages(
        dashboard_database,
        outreach(company_id=baker, made_on=SUMMER, kind="call"),
        outreach(company_id=baker, made_on=SPRING),
        outreach(made_on=SUMMER, kind="card", new_company=False),
    )

    on_days = [
        (await compute(dashboard_database, taskforce_id, as_of=day)).outreach
        for day in (SPRING - timedelta(days=1), SPRING, SUMMER)
    ]

    assert on_days == [
        Outreach(0, {"visit": 0, "call": 0, "card": 0}),
        Outreach(1, {"visit": 1, "call": 0, "card": 0}),
        Outreach(1, {"visit": 1, "call": 1, "card": 1}),
    ]


async def test_withdrawn_and_corrected_contacts_count_as_they_were_known(
    dashboard_database: Database, taskforce_id: UUID
) -> None:
    never, known = outreach(made_on=SPRING), outreach(made_on=SPRING)
    again = {"version": 2, "recorded_at": LATER}
    await apply_messages(
        dashboard_database,
        never,
        known,
        OutreachWithdrawn(**never.model_dump() | again | {"counted": False}),
        OutreachCorrected(**known.model_dump() | again | {"new_company": False, "kind": "call"}),
    )

    then = await compute(dashboard_database, taskforce_id, as_of=SPRING, known_at=EVENING)
    now = await compute(dashboard_database, taskforce_id, as_of=SPRING)

    assert then.outreach == Outreach(2, {"visit": 2, "call": 0, "card": 0})
    assert now.outreach == Outreach(0, {"visit": 0, "call": 1, "card": 0})
    assert now.updated_at == LATER


async def test_contacts_are_narrowed_by_the_facts_of_their_company_and_are_of_no_event(
    dashboard_database: Database, taskforce_id: UUID
) -> None:
    baker = company(municipality="0671", industry="107110")
    evening = employer_event()
    await apply_messages(dashboard_database, baker, evening, outreach(company_id=baker.company_id), outreach())

    async def narrowed(filters: Filters) -> Outreach | None:
        return (await compute(dashboard_database, taskforce_id, as_of=NIGHT, filters=filters)).outreach

    one = Outreach(1, {"visit": 1, "call": 0, "card": 0})
    for filters in (Filters(company_id=baker.company_id), Filters(municipality="0671"), Filters(industry="C")):
        assert await narrowed(filters) == one
    assert await narrowed(Filters(event_id=evening.event_id)) is None
