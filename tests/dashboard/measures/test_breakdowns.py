"""Figures by municipality, industry and member company: the parts add up, and the largest come first."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from services.dashboard.measures.breakdowns import LARGEST, break_down
from services.dashboard.measures.selection import Filters, Times
from tests.dashboard.messages import apply_messages, company, hire, pledge

if TYPE_CHECKING:
    from shared.db.database import Database

NIGHT = Times(date(2026, 12, 1))


async def test_the_parts_add_up_and_the_largest_come_first(dashboard_database: Database, taskforce_id: UUID) -> None:
    members = [
        company(company_id=UUID(int=number), name=f"Nr. {number}", industry="107110", member=True)
        for number in range(LARGEST + 2)
    ]
    guest = company(company_id=UUID(int=99), name="Gæst", industry="412000")
    pledges = [
        pledge(positions=number + 1, company_id=one.company_id, municipality="0671")
        for number, one in enumerate(members)
    ]
    of_guest = pledge(positions=50, company_id=guest.company_id, municipality="0661", job_type="praktik")
    unknown = pledge(positions=4)
    await apply_messages(dashboard_database, *members, guest, *pledges, of_guest, unknown, hire(company_id=UUID(int=1)))
    async with dashboard_database.read(taskforce_id) as conn:
        found = await break_down(conn, NIGHT)
        of_one_type = await break_down(conn, NIGHT, job_type="smaajob")
        narrow = await break_down(conn, NIGHT, Filters(industry="F"), job_type="praktik")

    def pledged(dimension: str, job_type: str = "smaajob") -> dict[str | None, int]:
        return {part.key: part.counts["pledged_positions"][job_type] for part in found[dimension].parts}  # type: ignore[index]

    all_of_members = sum(range(1, LARGEST + 3))
    assert pledged("municipality") == {"0671": all_of_members, "0661": 0, None: 4}
    assert pledged("industry") == {"C": all_of_members, "F": 0, None: 4}
    assert pledged("industry", "praktik") == {"C": 0, "F": 50, None: 0}
    companies = found["company"]
    assert [part.name for part in companies.parts] == [f"Nr. {number}" for number in range(LARGEST + 1, 1, -1)]
    assert companies.rest is not None
    assert companies.rest.counts["pledged_positions"]["smaajob"] == 1 + 2 + 4
    assert companies.rest.counts["hires"]["smaajob"] == companies.rest.counts["hires_current"]["smaajob"] == 1
    assert companies.in_rest == 3
    assert [part.key for part in of_one_type["industry"].parts] == ["C", None]
    assert [(part.key, part.counts["pledged_positions"]) for part in narrow["municipality"].parts] == [
        ("0661", {"praktik": 50})
    ]
