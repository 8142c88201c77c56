"""The page of a company's agreements, without JavaScript."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

if TYPE_CHECKING:
    from uuid import UUID

    from shared.db.database import Database
    from tests.events.conftest import Caller


async def test_an_agreement_is_made_changed_and_ended(caller: Caller, db: Database, taskforce_id: UUID) -> None:
    company = await caller.company(name="Smeden A/S")
    path, agreement = f"/companies/agreements/{company['id']}", str(uuid4())
    headers = caller.headers("caseworker") | {"accept": "text/html"}

    async def send(to: str, **form: Any) -> int:
        answer = await caller.client.post(path + to, data=form, headers=headers)
        page.append(answer.text)
        return answer.status_code

    async def shown(query: str = "") -> str:
        answer = await caller.client.get(path + query, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.text

    page: list[str] = []
    terms = {"role": "both", "trainees": "2", "starts_on": "2026-01-01"}
    for _ in range(2):  # a second click changes nothing
        assert await send("", id=agreement, **terms) == 303
    assert "op til 2 praktikanter ad gangen" in await shown()
    assert 'name="version" value="1"' in await shown(f"?change={agreement}")

    assert await send(f"/{agreement}", version="1", **terms | {"trainees": "3"}) == 303
    # Somebody who saw the first version.
    assert await send(f"/{agreement}", version="1", **terms | {"trainees": "5"}) == 412
    assert "op til 3 praktikanter ad gangen" in page[-1]
    assert 'name="trainees" type="text" value="5"' in page[-1]
    assert 'name="version" value="2"' in page[-1]

    assert await send(f"/{agreement}", version="2", **terms | {"ends_on": "2025-12-31"}) == 422
    assert "Den sidste dag er den første eller en senere" in page[-1]

    assert await send(f"/{agreement}/end", version="2", ends_on="2026-06-30") == 303
    assert "til 30.06.2026" in await shown()

    async with db.read(taskforce_id) as conn:
        rows = await conn.fetch("select type from outbox where aggregatetype = 'events.agreement' order by version")
    assert [row["type"].split(".")[2] for row in rows] == ["AgreementMade", "AgreementChanged", "AgreementEnded"]
