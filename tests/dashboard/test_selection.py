"""What a URL says and what is made of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest

from services.dashboard.measures.selection import Filters
from services.dashboard.overview.filters import typed_moment
from services.dashboard.selection import Selection
from shared.fields.copenhagen import COPENHAGEN

if TYPE_CHECKING:
    from tests.dashboard.conftest import Caller

EVENT, COMPANY = UUID(int=1), UUID(int=2)
NARROW = Selection(
    date(2026, 1, 2),
    "praktik",
    everything=True,
    known_at=datetime(2025, 12, 1, 18, tzinfo=UTC),
    filters=Filters(EVENT, COMPANY, "0671", "C"),
)


def test_a_selection_is_all_in_its_url() -> None:
    assert parse_qs(urlsplit(NARROW.url("/dashboard/lists/hires", page_token="abc")).query) == {
        "as_of": ["2026-01-02"],
        "known_at": ["2025-12-01T18:00:00Z"],
        "job_type": ["praktik"],
        "event": [str(EVENT)],
        "company": [str(COMPANY)],
        "municipality": ["0671"],
        "industry": ["C"],
        "everything": ["true"],
        "page_token": ["abc"],
    }
    narrower = Selection(filters=Filters(company_id=COMPANY))
    assert narrower.url(company=None) == "/"
    assert narrower.url(filters=Filters(industry="F")) == "/?industry=F"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("?as_of=2.1.2026&known_at=2025-12-01T19:00&event=&company=&municipality=0671&industry=C&lang=da", 200),
        ("?known_at=2025-12-01T18:00:00Z", 200),
        ("?known_at=2025-12-01", 422),
        ("?known_at=9999-12-31T23:59", 422),
        ("?municipality=671", 422),
        ("?region=1", 422),
    ],
)
async def test_a_page_refuses_what_it_does_not_know(caller: Caller, query: str, status: int) -> None:
    assert (await caller.get(f"/{query}", "member")).status_code == status


async def test_a_refused_parameter_is_named(caller: Caller) -> None:
    page = await caller.get("/?branche=1", "member")
    assert "branche" in page.text


@pytest.mark.parametrize(
    ("moment", "typed"),
    [
        (datetime(2025, 12, 1, 18, tzinfo=UTC), "2025-12-01T19:00"),
        (datetime(2026, 7, 1, 22, 59, 59, 999_001, tzinfo=UTC), "2026-07-02T01:00"),
        (datetime(2026, 7, 1, 18, 0, 42, 123_456, tzinfo=UTC), "2026-07-01T20:00:42.124"),
    ],
)
def test_a_moment_in_the_form_leaves_nothing_out_that_was_known_at_it(moment: datetime, typed: str) -> None:
    assert typed_moment(moment) == typed
    sent = datetime.fromisoformat(typed).replace(tzinfo=COPENHAGEN)
    assert timedelta(0) <= sent - moment < timedelta(milliseconds=1)
