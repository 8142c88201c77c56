"""Whose job a hire is, on the pages that confirm and show it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest_asyncio

from services.pledges.participants.access import disclose_participants
from services.pledges.participants.matches import Match, record_match
from shared.contracts.pledges import position_id
from shared.privacy.access_log import PLACEMENT
from tests.pledges.browsing import HTML, hidden, text_of
from tests.pledges.conftest import TODAY, Caller, hire_body, pledge_body
from tests.pledges.hires.test_case_page import Case
from tests.pledges.participants.conftest import (
    HOLSTEBRO,
    STRUER,
    add,
    participant,
    participants_database,
    struer,
)

if TYPE_CHECKING:
    from services.pledges.participants.access import ParticipantsDatabase, Reader
    from services.pledges.participants.domain import Participant
    from shared.product.roles import Role

__all__ = ["matched", "participants_database", "struer"]

CARRIED = ("id", "version", "position", "citizen", "start_date", "weekly_hours", "job_type")
PERSON = ("contact_person.name", "contact_person.phone", "contact_person.email")


async def match_with(
    caller: Caller,
    participants_database: ParticipantsDatabase,
    struer: Reader,
    one: Participant,
    **pledge: Any,
) -> UUID:
    """Log a pledge of one position and match it with a participant. Returns the pledge's id."""
    body = pledge_body(positions=1, **pledge)
    await caller.log(body, "coordinator")
    pledge_id = UUID(body["id"])
    position = position_id(pledge_id, 1)
    headers = caller.headers("caseworker", municipality=STRUER) | {"idempotency-key": str(uuid4())}
    answer = await caller.client.post(f"/api/pledges/v1/positions/{position}/match", json={}, headers=headers)
    assert answer.status_code == 200, answer.text
    async with disclose_participants(participants_database, struer, purpose=PLACEMENT, action="change") as disclosure:
        await record_match(disclosure, Match(uuid4(), one.id, position, pledge_id, None, datetime.now(UTC)))
    return pledge_id


@pytest_asyncio.fixture
async def matched(participants_database: ParticipantsDatabase, struer: Reader, taskforce_id: UUID) -> Participant:
    """A participant of Struer."""
    one = participant(taskforce_id, case_reference="S-1234")
    await add(participants_database, struer, one)
    return one


async def test_a_matched_position_is_confirmed_with_its_citizen_who_counts_once(
    caller: Caller, participants_database: ParticipantsDatabase, struer: Reader, matched: Participant
) -> None:
    earlier = hire_body(company={"name": "Bageren"}, participant_id=str(matched.id))
    await caller.confirm(earlier, municipality=STRUER)
    pledge_id = await match_with(caller, participants_database, struer, matched)
    place, headers = f"/queue/{pledge_id}/hire", caller.headers("caseworker", municipality=STRUER) | HTML

    form = (await caller.client.get(place, headers=headers)).text
    fields = {"citizen": hidden(form, "citizen")} | {name: hidden(form, name) for name in (*CARRIED, *PERSON)}
    confirmed = await caller.client.post(place, data=fields | {"step": "confirm"}, headers=headers)
    page = text_of((await caller.client.get(confirmed.headers["location"], headers=headers)).text)

    assert "Er det rigtigt?" in text_of(form)
    assert "Borger S-1234 Tæller som den samme borger: 2 ansættelser, 1 borger" in text_of(form)
    assert "Borger S-1234 Tæller som den samme borger: 2 ansættelser, 1 borger" in page
    path = f"/api/pledges/v1{confirmed.headers['location']}"
    hire = (await caller.get(path, "caseworker", municipality=STRUER)).json()
    assert hire["citizen_id"] == str(matched.citizen_id)


async def test_whoever_confirms_somebody_else_than_was_matched_is_warned(
    caller: Caller,
    participants_database: ParticipantsDatabase,
    struer: Reader,
    matched: Participant,
    taskforce_id: UUID,
) -> None:
    await add(participants_database, struer, participant(taskforce_id, case_reference="S-7"))
    await caller.confirm(hire_body(company={"name": "Bageren"}), municipality=STRUER)
    pledge_id = await match_with(caller, participants_database, struer, matched)
    place, headers = f"/queue/{pledge_id}/hire", caller.headers("caseworker", municipality=STRUER) | HTML
    form = (await caller.client.get(place, headers=headers)).text
    fields = {name: hidden(form, name) for name in (*CARRIED, *PERSON)}

    async def checked(reference: str) -> str:
        sent = await caller.client.post(place, data=fields | {"citizen": reference, "step": "check"}, headers=headers)
        cookie = {"cookie": sent.headers["set-cookie"].partition(";")[0]}
        return text_of((await caller.client.get(sent.headers["location"], headers=headers | cookie)).text)

    warning = "Pladsen er matchet med S-1234"
    assert warning not in text_of(form)
    assert warning not in await checked("s 1234")
    assert f"{warning} Ansættelsen bekræftes for en anden borger." in await checked("S-7")
    assert f"{warning} Ansættelsen bekræftes uden borger." in await checked("")


async def test_the_citizen_of_another_municipalitys_match_is_not_shown(
    caller: Caller, participants_database: ParticipantsDatabase, struer: Reader, matched: Participant
) -> None:
    await caller.confirm(hire_body(company={"name": "Bageren"}), municipality=HOLSTEBRO)
    pledge_id = await match_with(caller, participants_database, struer, matched)
    headers = caller.headers("caseworker", municipality=HOLSTEBRO) | HTML

    check = text_of((await caller.client.get(f"/queue/{pledge_id}/hire", headers=headers)).text)

    assert "Borger Uden borger: ansættelsen tæller som én borger" in check
    assert "S-1234" not in check


async def test_a_case_reference_that_is_nobodys_is_refused_beside_the_field(
    caller: Caller, participants_database: ParticipantsDatabase, struer: Reader, matched: Participant
) -> None:
    pledge_id = await match_with(caller, participants_database, struer, matched)
    place, headers = f"/queue/{pledge_id}/hire", caller.headers("caseworker", municipality=STRUER) | HTML
    form = (await caller.client.get(place, headers=headers)).text
    assert 'value="S-1234"' in form  # no contact person is known yet, so the form is shown first
    fields = {
        "id": hidden(form, "id"),
        "version": hidden(form, "version"),
        "position": "1",
        "start_date": TODAY.isoformat(),
        "weekly_hours": "7,5",
        "job_type": "smaajob",
        "contact_person.name": "Jonas Tangaa",
        "contact_person.phone": "96 84 84 84",
        "step": "confirm",
    }

    async def refused_page(reference: str) -> str:
        """Return the page that the refused form leads to, with the answers in a cookie."""
        sent = await caller.client.post(place, data=fields | {"citizen": reference}, headers=headers)
        cookie = {"cookie": sent.headers["set-cookie"].partition(";")[0]}
        page = await caller.client.get(sent.headers["location"], headers=headers | cookie)
        assert page.status_code == 422
        return text_of(page.text)

    unknown = await refused_page("S-9")
    cpr = await caller.client.post(place, data=fields | {"citizen": "010190-1234"}, headers=headers)
    async with disclose_participants(participants_database, struer, purpose=PLACEMENT, action="delete") as erasure:
        await erasure.conn.execute("delete from participants.participants where id = $1", matched.id)
    erased = await refused_page("S-1234")
    without = await caller.client.post(place, data=fields | {"citizen": ""}, headers=headers)

    assert cpr.status_code == 422
    for refused in (unknown, erased):
        assert "Din kommune har ingen sådan borger; måske er borgeren blevet slettet." in refused
    assert "010190-1234" not in cpr.headers.get("set-cookie", "")
    assert without.status_code == 303


async def test_the_citizen_is_changed_on_the_page_and_the_change_undone(
    caller: Caller, participants_database: ParticipantsDatabase, struer: Reader, matched: Participant
) -> None:
    other = participant(struer.taskforce_id, case_reference="S-77")
    await add(participants_database, struer, other)
    body = hire_body(company={"name": "Bageren"}, participant_id=str(matched.id))
    await caller.confirm(body, municipality=STRUER)
    case = Case(caller, body["id"], municipality=STRUER)

    first = await case.open()
    assert f"/participants/{matched.id}" in case.page
    changed = await case.do("citizen", citizen__reference="s 77")
    undone = await case.do("citizen", citizen__reference=hidden(case.page, "citizen.reference"))
    removed = await case.do("citizen", citizen__reference="")
    unknown = await case.send("citizen", citizen__reference="S-9")

    assert "Borger S-1234 " in first
    assert "Borgeren er gemt Fortryd" in changed
    assert "Borger S-77 " in changed
    assert "S-1234 → S-77" in changed
    assert "Borger S-1234 " in undone
    assert "Borger Tæller som én borger" in removed
    assert unknown.status_code == 422
    elsewhere = Case(caller, body["id"], subject=f"person:{uuid4()}", municipality=HOLSTEBRO)
    seen = await elsewhere.open()
    assert "En anden borger" in seen
    assert "S-77" not in elsewhere.page
    assert "S-1234" not in elsewhere.page
    assert str(other.citizen_id) not in elsewhere.page


async def test_others_see_that_a_citizen_is_named_and_no_more(caller: Caller, matched: Participant) -> None:
    body = hire_body(company={"name": "Bageren"}, participant_id=str(matched.id))
    await caller.confirm(body, municipality=STRUER)

    pages = [
        (await caller.get(f"/hires/{body['id']}", "caseworker", municipality=HOLSTEBRO)).text,
        (await caller.get(f"/hires/{body['id']}", "coordinator")).text,
    ]

    for page in pages:
        assert "Borger En borger" in text_of(page)
        for secret in ("S-1234", str(matched.id), str(matched.citizen_id)):
            assert secret not in page


async def test_only_their_municipality_finds_a_citizen_by_the_case_reference(
    caller: Caller, matched: Participant
) -> None:
    await caller.confirm(hire_body(company={"name": "Bageren"}, participant_id=str(matched.id)), municipality=STRUER)

    async def found(typed: str, role: Role, municipality: str) -> str:
        headers = caller.headers(role, municipality=municipality) | HTML
        answer = await caller.client.post("/queue/search", data={"q": typed}, headers=headers)
        return text_of(answer.text)

    assert "Borgere S-1234 1 ansættelse" in await found("s+1234", "caseworker", STRUER)
    assert "S-1234" not in await found("S-123", "caseworker", STRUER)
    assert "S-1234" not in await found("s+1234", "caseworker", HOLSTEBRO)
    assert "S-1234" not in await found("s+1234", "coordinator", STRUER)
