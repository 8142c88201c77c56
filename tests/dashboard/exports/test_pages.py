"""Figures, lists and the half-yearly report as files, by role."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest_asyncio

from shared.contracts.pledges import HireEnded
from tests.dashboard.messages import apply_messages, company, hire, hire_again, pledge, taskforce
from tests.dashboard.overview.test_pages import PAGE, words
from tests.dashboard.pack.reading import sheets

if TYPE_CHECKING:
    from shared.db.database import Database
    from tests.dashboard.conftest import Caller

BEGAN = datetime(2026, 2, 1, 12, 0, tzinfo=UTC)


@pytest_asyncio.fixture(autouse=True)
async def figures(dashboard_database: Database) -> None:
    """Three hires in the first half of 2026, one of which ended in it and one later."""
    firm = company(name="=cmd|' /C calc'!A0")
    began: dict[str, Any] = {"start_date": date(2026, 2, 1), "recorded_at": BEGAN, "confirmed_at": BEGAN}
    citizen = uuid4()
    hires = [
        hire(pledge_id=uuid4(), company_id=firm.company_id, citizen_id=one, **began) for one in (citizen, citizen, None)
    ]
    ended = [
        hire_again(HireEnded, one, recorded_at=BEGAN, ended_on=day, end_reason="health")
        for one, day in zip(hires, (date(2026, 5, 1), date(2026, 8, 1)), strict=False)
    ]
    await apply_messages(
        dashboard_database,
        taskforce(),
        firm,
        pledge(positions=7, pledged_on=date(2026, 1, 5), company_id=firm.company_id, recorded_at=BEGAN),
        *hires,
        *ended,
    )


def table(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


async def test_a_list_has_its_rows_in_every_format(caller: Caller) -> None:
    url = "/dashboard/lists/pledged_positions"
    rows = table((await caller.get(f"{url}.csv", "member")).content)
    assert rows[1][:5] == ["05-01-2026", "'=cmd|' /C calc'!A0", "–", "Småjob", "7"]
    [row] = (await caller.get(f"{url}.json", "member")).json()
    assert (row["day"], row["company"], row["count"]) == ("2026-01-05", "=cmd|' /C calc'!A0", 7)
    assert row["case"].endswith(f"/pledges/{row['id']}")
    book = sheets((await caller.get(f"{url}.xlsx", "member")).content)
    assert book["pledged_positions"][1][:5] == [date(2026, 1, 5), "=cmd|' /C calc'!A0", "–", "Småjob", 7]


async def test_hires_one_by_one_are_for_those_who_may_see_them(caller: Caller) -> None:
    assert (await caller.get("/dashboard/lists/hires.csv", "member")).status_code == 403
    assert len((await caller.get("/dashboard/lists/hires.json", "caseworker")).json()) == 3
    assert (await caller.get("/dashboard/lists/no_such.csv", "coordinator")).status_code == 422
    assert (await caller.get("/dashboard/lists/hires.csv?colour=red", "coordinator")).status_code == 422


async def test_figures_are_exported_as_the_role_sees_them(caller: Caller) -> None:
    for role, health in (("coordinator", "2"), ("member", None)):
        rows = table((await caller.get("/dashboard/export.csv?as_of=2026-12-01", role)).content)  # type: ignore[arg-type]
        values = {(row[1], row[2], row[3]): row[4] for row in rows}
        assert values["Fordelt på jobtyper", "Småjob", "Lovede pladser"] == "7"
        assert values.get(("Ophørt, efter årsag", "Helbred", "Ophørt")) == health, role
    book = sheets((await caller.get("/dashboard/export.xlsx?as_of=2026-12-01", "coordinator")).content)
    assert ["Småjob", 7, 3] in [row[:3] for row in book["Hvor vi står"]]
    tables = (await caller.get("/dashboard/export.json?as_of=2026-12-01", "coordinator")).json()["tables"]
    assert tables[0]["rows"][0][:3] == ["Småjob", 7, 3]


async def test_a_member_may_not_narrow_exported_hires_to_a_company(caller: Caller) -> None:
    assert (await caller.get("/dashboard/export.csv?municipality=0671", "member")).status_code == 403
    assert (await caller.get("/dashboard/export.csv?municipality=0671", "coordinator")).status_code == 200


async def test_the_report_says_who_came_and_went_in_half_a_year(caller: Caller) -> None:
    for half, expected in (("2026-H1", [0, 7, 3, 2, 3, 0, 1, 2]), ("2026-H2", [2, 0, 0, 0, 0, 0, 1, 1])):
        book = sheets((await caller.get(f"/dashboard/report.xlsx?half={half}", "coordinator")).content)
        assert ["Småjob", *expected] in book["Rapport"], half
        assert ["Helbred", 1] in book["Rapport"]
    page = words((await caller.get("/dashboard/report?half=2026-H1", "coordinator", headers=PAGE)).text)
    assert "Småjob 0 7 3 2 3 0 1 2" in page
    for refused in ("2026", "2099-H1"):
        assert (await caller.get(f"/dashboard/report?half={refused}", "coordinator")).status_code == 422
    assert (await caller.get("/dashboard/report.csv", "member")).status_code == 403
