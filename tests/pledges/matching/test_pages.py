"""What a case worker is told when somebody was quicker, and about whom they may not know."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from services.pledges.participants.access import disclose_participants
from services.pledges.participants.domain import Availability
from services.pledges.participants.found_jobs.store import insert_found_job
from shared.contracts.pledges import position_id
from shared.privacy.access_log import PLACEMENT
from tests.pledges.browsing import HTML, text_of
from tests.pledges.matching.test_api import CASEWORKER, People, people, superuser
from tests.pledges.participants.conftest import HOLSTEBRO

if TYPE_CHECKING:
    import httpx

    from services.pledges.participants.domain import Participant

__all__ = ["people", "superuser"]


def _candidates(pledge_id: str, number: int = 1) -> str:
    return f"/queue/positions/{position_id(UUID(pledge_id), number)}/candidates"


async def _ask(
    people: People, method: str, path: str, *, headers: dict[str, str] = HTML, **data: Any
) -> httpx.Response:
    bearer = people.caller.headers("caseworker", **CASEWORKER)
    return await people.caller.client.request(method, path, data=data or None, headers=bearer | headers)


async def _match(people: People, pledge_id: str, one: Participant, number: int = 1) -> httpx.Response:
    return await _ask(people, "POST", f"{_candidates(pledge_id, number)}/{one.id}")


async def test_whoever_is_too_late_for_a_position_sees_who_has_it(people: People) -> None:
    quick, late = await people.register(case_reference="S-1"), await people.register(case_reference="S-2")
    pledge = await people.pledge()
    assert (await _match(people, pledge, quick)).headers["location"] == f"/pledges/{pledge}"
    answer = await _match(people, pledge, late)
    assert answer.status_code == 409
    assert "Pladsen blev matchet med S-1" in text_of(answer.text)
    assert "Find en anden plads til S-2" in text_of(answer.text)


async def test_whoever_is_too_late_for_a_citizen_sees_which_position_they_have(people: People) -> None:
    one = await people.register(case_reference="S-1")
    first = await people.pledge(company={"name": "Bageren"})
    second = await people.pledge(company={"name": "Smeden"})
    assert (await _match(people, first, one)).status_code == 303
    answer = await _match(people, second, one)
    assert answer.status_code == 409
    assert "S-1 blev matchet med plads 1 hos Bageren" in text_of(answer.text)
    # The form of a position that was found for them says the same, and has no button.
    page = await _ask(people, "GET", f"{_candidates(second)}/{one.id}")
    assert "allerede matchet" in text_of(page.text)
    assert "Match dem" not in text_of(page.text)


async def test_whoever_is_too_late_is_not_told_about_a_citizen_of_another_municipality(people: People) -> None:
    foreign = await people.register(case_reference="H-1", municipality=HOLSTEBRO)
    mine = await people.register(case_reference="S-1")
    pledge = await people.pledge()
    bearer = people.caller.headers("caseworker", **CASEWORKER | {"municipality": HOLSTEBRO})
    path = f"{_candidates(pledge)}/{foreign.id}"
    assert (await people.caller.client.post(path, headers=bearer | HTML)).status_code == 303
    answer = await _match(people, pledge, mine)
    assert answer.status_code == 409
    assert "en, du ikke kan se" in text_of(answer.text)
    assert "H-1" not in answer.text
    part = await _ask(
        people, "GET", f"/queue/positions/{position_id(UUID(pledge), 1)}/matched", headers=HTML | {"hx-request": "true"}
    )
    assert "en borger i en anden kommune" in text_of(part.text)
    assert "H-1" not in part.text
    assert "<html" not in part.text


@pytest.mark.parametrize("municipality", [HOLSTEBRO, None])
async def test_a_look_up_of_somebody_elsewhere_is_answered_as_if_there_were_nobody(
    people: People, municipality: str | None
) -> None:
    if municipality is not None:
        await people.register(case_reference="H-1", municipality=municipality)
    pledge = await people.pledge()
    await people.logged()
    answer = await _ask(people, "POST", _candidates(pledge), case_reference="H-1")
    assert answer.status_code == 200
    assert "Du har ingen sådan borger" in text_of(answer.text)
    assert await people.logged() == []


async def test_a_look_up_says_why_somebody_is_not_listed_and_is_logged(people: People) -> None:
    one = await people.register(case_reference="S-1", status="paused")
    pledge = await people.pledge(job_type="praktik")
    await people.logged()
    text = text_of((await _ask(people, "POST", _candidates(pledge), case_reference="s 1")).text)
    assert "Borgeren er på pause og er ikke med." in text
    assert "Søger: Småjob. Pladsen: Praktik." in text
    assert (one.id, "search", "placement") in await people.logged()


async def test_an_incomplete_answer_of_a_company_is_shown_again_and_not_saved(people: People) -> None:
    pledge = await people.pledge()
    path = _candidates(pledge).replace("/candidates", "/needs")
    answer = await _ask(people, "POST", path, days="certain", public_transport="yes")
    assert answer.status_code == 422
    assert "Sæt kryds ved de dage, der er brug for nogen." in text_of(answer.text)
    saved = await people.superuser.fetchval("select weekdays from pledge_needs where pledge_id = $1", UUID(pledge))
    assert saved == [2]


@pytest.mark.parametrize(("withdrawn", "shown"), [(None, True), ("now()", False)])
async def test_a_valid_card_is_shown_before_a_match_and_a_withdrawn_one_is_not(
    people: People, withdrawn: str | None, shown: bool
) -> None:
    one = await people.register()
    pledge = await people.pledge()
    await people.superuser.execute(
        f"""
        insert into participants.profile_cards
               (taskforce_id, participant_id, version, preferred_name, words, tasks, language, basis, valid_from,
                valid_until, changed_at, withdrawn_at)
        values ($1, $2, 1, 'Karla', 'Jeg kan lide orden.', '{{}}', 'da', 'public_task', current_date - 9,
                current_date + 9, now(), {withdrawn or "null"})
        """,
        one.taskforce_id,
        one.id,
    )
    page = await _ask(people, "GET", f"{_candidates(pledge)}/{one.id}")
    assert page.status_code == 200
    assert ("Karla" in page.text) == shown


async def test_whom_a_position_was_found_for_comes_first_with_what_is_not_known(people: People) -> None:
    fitting = await people.register(case_reference="S-1")
    intended = await people.register(case_reference="S-2", availability=Availability())
    pledge = await people.pledge()
    async with disclose_participants(people.db, people.reader, purpose=PLACEMENT, action="change") as disclosure:
        await insert_found_job(disclosure, UUID(pledge), intended.id, by=None, at=datetime.now(UTC))
    await people.logged()
    page = text_of((await _ask(people, "GET", _candidates(pledge))).text)
    assert "Pladsen er fundet til en bestemt borger S-2 Passer måske" in page
    assert page.index("S-2") < page.index("S-1")
    assert {fitting.id, intended.id} <= {key for key, _, _ in await people.logged()}
    # A colleague of another municipality is not told that there is somebody.
    bearer = people.caller.headers("caseworker", **CASEWORKER | {"municipality": HOLSTEBRO})
    elsewhere = await people.caller.client.get(_candidates(pledge), headers=bearer | HTML)
    assert "bestemt borger" not in elsewhere.text
