"""The pages of participants, as case workers and facilitators see and use them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest_asyncio

from services.pledges.participants.domain import TargetGroup
from shared.contracts.pledges import position_id
from tests.pledges.browsing import HTML, hidden, text_of
from tests.pledges.conftest import TODAY, Caller, hire_body, pledge_body
from tests.pledges.participants.conftest import HOLSTEBRO, STRUER, add, participant

if TYPE_CHECKING:
    import asyncpg
    import httpx

    from services.pledges.participants.access import ParticipantsDatabase, Reader
    from services.pledges.participants.domain import Participant

ME = uuid4()


@pytest_asyncio.fixture
async def one(participants_database: ParticipantsDatabase, struer: Reader, taskforce_id: UUID) -> Participant:
    """A participant of Struer."""
    found = participant(
        taskforce_id,
        case_reference="S-2041",
        programme="job_network",
        target_groups=(TargetGroup("6.2", TODAY - timedelta(days=30)),),
    )
    await add(participants_database, struer, found)
    return found


async def _send(
    caller: Caller, method: str, path: str, form: dict[str, Any] | None = None, **principal: Any
) -> httpx.Response:
    roles = principal.pop("roles", ("caseworker",))
    headers = caller.headers(*roles, **({"municipality": STRUER, "subject": f"person:{ME}"} | principal)) | HTML
    return await caller.client.request(method, f"/participants{path}", data=form, headers=headers)


async def _text(caller: Caller, path: str, **principal: Any) -> str:
    answer = await _send(caller, "GET", path, **principal)
    assert answer.status_code == 200, answer.text
    return text_of(answer.text)


async def test_a_citizen_is_registered_once_and_their_page_asks_what_is_not_known(caller: Caller) -> None:
    form: dict[str, Any] = {
        "id": hidden((await _send(caller, "GET", "/new")).text, "id"),
        "case_reference": "S-7",
        "caseworker_id": str(ME),
        "job_types": ["smaajob"],
        "hours_from": "7,5",
        "weekdays": ["1", "3"],
        "max_distance_km": "0",
        "can": ["packing"],
        "target_group": "6.2",
        "target_group_from": TODAY.isoformat(),
    }
    first = await _send(caller, "POST", "/new", form)
    assert first.status_code == 303, text_of(first.text)
    again = await _send(caller, "POST", "/new", form)  # a second click
    assert again.headers["location"] == first.headers["location"]
    text = text_of((await caller.client.get(first.headers["location"], headers=_me(caller))).text)
    for words in ("Borgeren er registreret", "7,5 timer om ugen", "mandag, onsdag", "Kun i kommunen", "Pakkeopgaver"):
        assert words in text, words
    assert "Hvordan kommer borgeren på arbejde?" in text
    assert "Hvilke dage kan borgeren arbejde?" not in text
    other = await _send(caller, "POST", "/new", form | {"id": str(uuid4())})
    assert other.status_code == 409
    assert "Find borgeren på listen" in text_of(other.text)


async def test_what_is_wrong_is_shown_at_the_form(caller: Caller, one: Participant) -> None:
    answer = await _send(caller, "POST", "/new", {"id": str(uuid4()), "case_reference": "010190-1234"})
    assert answer.status_code == 422
    assert "CPR" in text_of(answer.text)
    answer = await _send(caller, "POST", f"/{one.id}/edit", {"hours_from": "9", "hours_to": "5", "version": "1"})
    assert answer.status_code == 422
    assert 'href="#field-hours-from"' in answer.text
    answer = await _send(caller, "POST", f"/{one.id}/notes", {"id": str(uuid4()), "body": "Ring 010190-1234"})
    assert answer.status_code == 422
    assert "CPR" in text_of(answer.text)
    early = {"target_group": "6.3", "target_group_from": (TODAY - timedelta(days=40)).isoformat()}
    answer = await _send(caller, "POST", f"/{one.id}/target-group", early)
    assert answer.status_code == 422
    assert "Målgruppernes datoer" in text_of(answer.text) or "Hver målgruppe begynder" in text_of(answer.text)


async def test_two_who_change_one_at_once_see_both_versions(caller: Caller, one: Participant) -> None:
    form = {"version": "1", "programme": "job_network", "transport": "car"}
    assert (await _send(caller, "POST", f"/{one.id}/edit", form)).status_code == 303
    stale = await _send(caller, "POST", f"/{one.id}/edit", form | {"transport": "walk"})
    assert stale.status_code == 412
    assert "Kommer på arbejde I bil Til fods" in text_of(stale.text)
    assert hidden(stale.text, "version") == "2"
    assert (await _send(caller, "POST", f"/{one.id}/edit", form | {"transport": "walk", "version": "2"})).is_redirect


async def test_a_citizen_is_paused_leaves_and_returns(caller: Caller, one: Participant) -> None:
    for version, status, words in [(1, "paused", "På pause"), (2, "left", "Udskrevet den"), (3, "active", "Søger job")]:
        answer = await _send(caller, "POST", f"/{one.id}/status", {"version": str(version), "status": status})
        assert answer.status_code == 303
        assert words in await _text(caller, f"/{one.id}")
    assert "S-2041" in await _text(caller, "")
    assert "Ingen borger passer" in await _text(caller, "?who=mine")


async def test_a_citizen_is_found_by_the_beginning_of_the_case_reference_whatever_their_status(
    caller: Caller, one: Participant
) -> None:
    assert (await _send(caller, "POST", f"/{one.id}/status", {"version": "1", "status": "left"})).status_code == 303
    for typed, found in [("s20", True), ("S-2042", False)]:
        answer = await _send(caller, "POST", "", {"case_reference": typed})
        assert ("S-2041" in text_of(answer.text), typed in answer.text) == (found, True)
    assert "S-2041" not in (await _send(caller, "POST", "", {"case_reference": "s20"}, municipality=HOLSTEBRO)).text
    refused = await _send(caller, "POST", "", {"case_reference": "010190-1234"})
    assert refused.status_code == 422
    assert "CPR" in text_of(refused.text)
    assert (await _send(caller, "POST", "", {"case_reference": " "})).headers["location"] == "/participants"


async def test_a_search_is_logged_as_one_and_with_only_those_it_shows(
    caller: Caller, one: Participant, superuser: asyncpg.Connection[asyncpg.Record]
) -> None:
    await _send(caller, "POST", "", {"case_reference": "s-20"})
    await _send(caller, "POST", "", {"case_reference": "x-20"})
    looks = await superuser.fetch("select what_key from access_log where action = 'search'")
    assert [look["what_key"] for look in looks] == [one.id]


async def test_a_note_is_written_shown_to_the_facilitator_and_deleted(caller: Caller, one: Participant) -> None:
    form = {"id": str(uuid4()), "body": "Vil helst begynde tidligt"}
    for _ in range(2):  # a second click changes nothing
        assert (await _send(caller, "POST", f"/{one.id}/notes", form)).status_code == 303
    facilitator: dict[str, Any] = {"roles": ("facilitator",), "municipality": None, "programme": "job_network"}
    text = await _text(caller, f"/{one.id}", **facilitator)
    assert text.count("Vil helst begynde tidligt") == 1
    assert "Slet notatet" not in text
    assert "Ledige pladser" not in text, "a way to a page that only the case workers of the municipality may see"
    assert "Find en ledig plads" not in text
    refused = await _send(caller, "POST", f"/{one.id}/notes/{form['id']}/delete", **facilitator)
    assert refused.status_code == 403
    assert (await _send(caller, "POST", f"/{one.id}/notes/{form['id']}/delete")).status_code == 303
    assert "Vil helst begynde tidligt" not in await _text(caller, f"/{one.id}")


async def test_a_facilitator_who_is_a_case_worker_elsewhere_changes_nobody_of_the_programme(
    caller: Caller, one: Participant
) -> None:
    both: dict[str, Any] = {
        "roles": ("caseworker", "facilitator"),
        "municipality": HOLSTEBRO,
        "programme": "job_network",
    }
    seen = await _text(caller, f"/{one.id}", **both)
    assert "S-2041" in seen
    for word in ("Ret det, vi ved", "Ledige pladser", "Find en ledig plads"):
        assert word not in seen
    card = {"preferred_name": "Bo", "words": "Jeg", "language": "da", "basis": "public_task"}
    card |= {"valid_from": TODAY.isoformat(), "valid_until": TODAY.isoformat()}
    for path, form in [
        ("status", {"status": "left"}),
        ("edit", {"version": "1"}),
        ("notes", {"body": "x"}),
        ("card", card),
    ]:
        answer = await _send(caller, "POST", f"/{one.id}/{path}", {"id": str(uuid4())} | form, **both)
        assert answer.status_code == 404


async def test_the_page_shows_the_hires_and_who_has_looked(
    caller: Caller, one: Participant, superuser: asyncpg.Connection[asyncpg.Record]
) -> None:
    hire = hire_body(company={"name": "Struer Trælast A/S"}, job_type="smaajob")
    assert (await caller.confirm(hire, municipality=STRUER)).status_code == 201
    await superuser.execute("update hires set citizen_id = $1", one.citizen_id)
    text = await _text(caller, f"/{one.id}")
    assert "Struer Trælast A/S" in text
    assert "12,5 løntimer om ugen" in text
    facilitator: dict[str, Any] = {"roles": ("facilitator",), "municipality": None, "programme": "job_network"}
    told = await _text(caller, f"/{one.id}", **facilitator)
    assert "12,5 løntimer om ugen" in told
    assert "Struer Trælast A/S" not in told
    assert "Ingen før dig" not in text  # who registered them
    assert "Sagsbehandling" in text


async def test_a_facilitator_sees_that_a_position_was_found_and_not_at_which_company(
    caller: Caller, one: Participant, superuser: asyncpg.Connection[asyncpg.Record]
) -> None:
    await caller.log(pledge := pledge_body(company={"name": "Struer Trælast A/S"}))
    await superuser.execute(
        """
        insert into participants.matches (taskforce_id, id, participant_id, position_id, pledge_id, matched_at)
        values ($1, $2, $3, $4, $5, now())
        """,
        one.taskforce_id,
        uuid4(),
        one.id,
        position_id(UUID(pledge["id"]), 1),
        UUID(pledge["id"]),
    )
    facilitator: dict[str, Any] = {"roles": ("facilitator",), "municipality": None, "programme": "job_network"}
    for principal, named in (({}, True), (facilitator, False)):
        text = await _text(caller, f"/{one.id}", **principal)
        assert ("Der er fundet en plads" in text, "Struer Trælast A/S" in text) == (True, named)


async def test_nothing_is_shown_while_the_access_log_cannot_be_written(
    caller: Caller, one: Participant, superuser: asyncpg.Connection[asyncpg.Record]
) -> None:
    await superuser.execute("alter table access_log add constraint full_disk check (false) not valid")
    for path in ("", f"/{one.id}"):
        answer = await _send(caller, "GET", path)
        assert answer.status_code == 503
        assert "Adgangsloggen kan ikke skrives" in text_of(answer.text)
        assert "S-2041" not in answer.text
    await superuser.execute("alter table access_log drop constraint full_disk")
    async with superuser.transaction():
        await superuser.execute("lock table access_log in exclusive mode")
        answer = await _send(caller, "GET", f"/{one.id}")
    assert (answer.status_code, "S-2041" in answer.text) == (503, False)
    assert await superuser.fetchval("select count(*) from access_log where action = 'read'") == 0


def _me(caller: Caller) -> dict[str, str]:
    return caller.headers("caseworker", municipality=STRUER, subject=f"person:{ME}") | HTML


async def test_a_coordinator_extends_the_list_of_target_groups_and_ends_one(caller: Caller, one: Participant) -> None:
    coordinator: dict[str, Any] = {"roles": ("coordinator",), "municipality": None}
    form = {"code": "A", "danish": "Nærmest jobbet", "english": "Closest", "valid_from": TODAY.isoformat()}
    assert (await _send(caller, "POST", "/target-groups", form, **coordinator)).status_code == 303
    again = await _send(caller, "POST", "/target-groups", form, **coordinator)
    assert again.status_code == 409
    ended = await _send(caller, "POST", "/target-groups/6.3", {"valid_until": TODAY.isoformat()}, **coordinator)
    assert ended.status_code == 303
    never = await _send(caller, "POST", "/target-groups/6.3", {"valid_until": "2019-01-01"}, **coordinator)
    assert never.status_code == 422
    choices = (await _send(caller, "GET", f"/{one.id}")).text
    assert "A Nærmest jobbet</option>" in choices
    assert "§ 6, nr. 3</option>" not in choices
    assert "§ 6, nr. 2: fra" in text_of(choices)
