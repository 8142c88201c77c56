"""The forms with which a contact with a company is logged, corrected, removed and put back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest_asyncio

from tests.pledges.browsing import HTML, hidden, text_of
from tests.pledges.conftest import TODAY, Caller
from tests.pledges.participants.conftest import HOLSTEBRO, STRUER, add, participant, participants_database, struer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import httpx

    from services.pledges.participants.access import ParticipantsDatabase, Reader
    from shared.db.database import Database

__all__ = ["participants_database", "struer"]

ME, COLLEAGUE = uuid4(), uuid4()


class Pages:
    """The page of one company, as a person sees it."""

    def __init__(self, caller: Caller, company_id: UUID) -> None:
        self._caller, self.path = caller, f"/companies/{company_id}"

    async def get(self, path: str = "", *, person: UUID = ME) -> str:
        headers = self._caller.headers("caseworker", subject=f"person:{person}") | HTML
        answer = await self._caller.client.get(self.path + path, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def post(self, path: str, *, person: UUID = ME, **form: Any) -> httpx.Response:
        headers = self._caller.headers("caseworker", subject=f"person:{person}") | HTML
        return await self._caller.client.post(f"{self.path}/outreach{path}", data=form, headers=headers)


@pytest_asyncio.fixture
async def pages(caller: Caller, add_company: Callable[..., Awaitable[UUID]]) -> Pages:
    return Pages(caller, await add_company("Smeden A/S"))


async def test_a_visit_is_logged_corrected_removed_and_put_back(
    pages: Pages, pledges_database: Database, taskforce_id: UUID
) -> None:
    page = await pages.get()
    assert 'name="new_company" value="true" checked' in page
    form: dict[str, Any] = {"id": hidden(page, "id"), "made_on": TODAY.isoformat(), "new_company": "true"}
    for _ in range(2):  # a second click changes nothing
        answer = await pages.post("", kind="visit", note="Vil gerne høre mere til foråret", **form)
        assert answer.status_code == 303
    page = await pages.get(f"?changed={form['id']}")
    assert "Vil gerne høre mere til foråret" in text_of(page)
    assert "Ny virksomhed" in text_of(page)
    # Somebody has been there: the next contact is none with a new company.
    assert 'name="new_company" value="true" checked' not in page

    one = f"/{form['id']}"
    assert (await pages.post(one, kind="call", note="Ringede", version="1", **form)).status_code == 303
    stale = await pages.post(one, kind="card", note="Kort", version="1", **form)
    assert stale.status_code == 412
    assert "Gemt nu" in text_of(stale.text)
    assert "Ringede" in text_of(stale.text)
    assert hidden(stale.text, "version") == "2"

    assert (await pages.post(f"{one}/withdraw", version="2")).status_code == 303
    assert "Ringede" not in text_of(await pages.get())
    assert (await pages.post(f"{one}/restore", version="3")).status_code == 303
    assert "Ringede" in text_of(await pages.get())

    async with pledges_database.read(taskforce_id) as conn:
        published = await conn.fetch(
            "select type, payload from outbox where aggregatetype = 'pledges.outreach' order by version"
        )
    assert [row["type"].split(".")[2] for row in published] == [
        "OutreachLogged",
        "OutreachCorrected",
        "OutreachWithdrawn",
        "OutreachRestored",
    ]
    assert not any("note" in row["payload"] for row in published)


async def test_what_is_wrong_is_shown_at_the_form(pages: Pages) -> None:
    answer = await pages.post("", id=str(uuid4()), kind="visit", made_on="2199-01-01", note="Hej 010190-1234")
    assert answer.status_code == 422
    assert "CPR" in text_of(answer.text)
    answer = await pages.post("", id=str(uuid4()), kind="visit", made_on="2199-01-01")
    assert answer.status_code == 422
    assert "Notér kontakten, når den har fundet sted" in text_of(answer.text)


async def test_a_colleague_reads_it_and_may_not_change_it(pages: Pages) -> None:
    form: dict[str, Any] = {"id": str(uuid4()), "kind": "card", "made_on": TODAY.isoformat()}
    await pages.post("", note="Kort til chefen", **form)
    page = await pages.get(person=COLLEAGUE)
    assert "Kort til chefen" in text_of(page)
    assert f"/outreach/{form['id']}" not in page
    assert (await pages.post(f"/{form['id']}/withdraw", person=COLLEAGUE)).status_code == 403


async def test_the_list_counts_what_was_done_and_the_new_companies(
    caller: Caller, add_company: Callable[..., Awaitable[UUID]]
) -> None:
    smith, baker = [Pages(caller, await add_company(name)) for name in ("Smeden A/S", "Bageren")]
    logged = [
        (smith, "visit", 0, "true", ME),
        (smith, "call", 3, "", ME),
        (baker, "card", 40, "true", COLLEAGUE),
        (baker, "call", 200, "", ME),
    ]
    for company, kind, days, new, person in logged:
        made_on = (TODAY - timedelta(days=days)).isoformat()
        form = {"id": str(uuid4()), "kind": kind, "made_on": made_on, "new_company": new}
        assert (await company.post("", person=person, **form)).status_code == 303

    async def shown(query: str) -> str:
        headers = caller.headers("caseworker", subject=f"person:{ME}") | HTML
        return text_of((await caller.client.get(f"/companies/outreach{query}", headers=headers)).text)

    assert "2 nye virksomheder nået 2 virksomheder i kontakt 1 besøg 1 opkald 1 kort afleveret" in await shown("")
    assert "2 opkald" in await shown("?days=")
    assert "1 ny virksomhed nået 1 virksomhed i kontakt 1 besøg 0 opkald 0 kort afleveret" in await shown(
        "?mine=true&new=true"
    )
    only_cards = await shown("?kind=card")
    assert "Bageren" in only_cards
    assert "Smeden" not in only_cards
    assert "Ingen kontakter passer" in await shown("?kind=card&days=30")


async def test_whose_card_was_handed_over_only_their_municipality_sees(
    caller: Caller,
    pages: Pages,
    participants_database: ParticipantsDatabase,
    struer: Reader,
    pledges_database: Database,
    taskforce_id: UUID,
) -> None:
    await add(participants_database, struer, participant(taskforce_id, case_reference="S-1234"))

    async def log(citizen: str, kind: str = "card", **principal: Any) -> httpx.Response:
        form = {"id": str(uuid4()), "kind": kind, "made_on": TODAY.isoformat(), "citizen": citizen}
        headers = caller.headers("caseworker", **principal) | HTML
        return await caller.client.post(f"{pages.path}/outreach", data=form, headers=headers)

    refused = [
        await log("S-9", municipality=STRUER),
        await log("S-1234", municipality=HOLSTEBRO),
        await log("S-1234", "visit", municipality=STRUER),
    ]
    coordinator = await caller.client.post(
        f"{pages.path}/outreach",
        data={"id": str(uuid4()), "kind": "card", "made_on": TODAY.isoformat(), "citizen": "S-1234"},
        headers=caller.headers("coordinator") | HTML,
    )
    saved = await log("s 1234", municipality=STRUER)

    assert [answer.status_code for answer in (*refused, coordinator, saved)] == [422, 422, 422, 403, 303]
    assert "Din kommune har ingen sådan borger" in text_of(refused[0].text)
    assert "Din kommune har ingen sådan borger" in text_of(refused[1].text)
    async with pledges_database.read(taskforce_id) as conn:
        assert await conn.fetchval("select count(*) from outreach") == 1
    for municipality, sees in ((STRUER, True), (HOLSTEBRO, False)):
        page = await caller.get("/companies/outreach", "caseworker", municipality=municipality)
        assert ("kortet for S-1234" in text_of(page.text)) == sees
    assert "S-1234" not in (await caller.get("/companies/outreach", "coordinator")).text
