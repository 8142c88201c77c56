"""The company's page: what it shows and what it takes, and that nothing else opens it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.pledges.company_page.links import revoke_link
from services.pledges.company_page.tokens import write_token
from tests.pledges.browsing import HTML, text_of
from tests.pledges.conftest import NOW, REQUEST_KEY, TODAY, hire_body, pledge_body

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.pledges.company_page.conftest import CompanyVisitor
    from tests.support.infrastructure import Databases


async def test_the_page_shows_everything_of_the_company_and_no_names(
    visitor: CompanyVisitor,
    add_event: Callable[..., Awaitable[UUID]],
    add_company: Callable[..., Awaitable[UUID]],
) -> None:
    pledge_id = await visitor.log()
    hire = await visitor.caller.confirm(hire_body(pledge_id=pledge_id))
    assert hire.status_code == 201, hire.text
    await add_event(title="Fyraftensmøde", status="published", starts_at=NOW + timedelta(days=9))
    past = await add_event(title="Aften hos B&O")
    await add_company("Struer Trælast A/S", cvr="24256790", company_id=visitor.company_id, checked_in_at=past)
    async with visitor.database.change(visitor.taskforce_id) as conn:
        await conn.execute(
            "insert into agreements values ($1, $2, 1, $2, 'trains', 2, current_date - 9, null, now())",
            visitor.taskforce_id,
            visitor.company_id,
        )
    other = await add_company("Bageren")
    await visitor.caller.log(pledge_body(company={"name": "Bageren", "id": str(other)}))

    answer = await visitor.get()

    assert answer.status_code == 200
    page = text_of(answer.text)
    for words in (
        "Struer Trælast A/S",
        "2 af 3 pladser ledige",
        "Jonas Tangaa",
        "Fyraftensmøde",
        "Aften hos B&O",
        "I oplærer",
    ):
        assert words in page, words
    for words in ("Bageren", "Eva Holm"):
        assert words not in page, words
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-robots-tag"] == "noindex"


async def test_opening_the_page_changes_nothing(visitor: CompanyVisitor) -> None:
    pledge_id = await visitor.log()
    before = await visitor.rows("select * from company_links")
    outbox = await visitor.rows("select id from outbox")
    for path in ("", f"/pledges/{pledge_id}/affirm", f"/pledges/{pledge_id}/withdraw", f"/pledges/{pledge_id}/adjust"):
        assert (await visitor.get(path)).status_code == 200, path
    assert await visitor.rows("select * from company_links") == before
    assert await visitor.rows("select id from outbox") == outbox


async def test_a_forged_link_and_one_of_another_taskforce_are_answered_alike(
    visitor: CompanyVisitor, other_taskforce_id: UUID
) -> None:
    [link] = await visitor.rows("select id from company_links")
    pages = [
        await visitor.get(token=token)
        for token in (
            visitor.token[:-1] + ("A" if visitor.token[-1] != "A" else "B"),
            write_token(other_taskforce_id, link["id"], key=REQUEST_KEY),
        )
    ]
    assert [page.status_code for page in pages] == [404, 404]
    first, second = (text_of(page.text) for page in pages)
    assert first == second
    assert "Linket virker ikke" in first
    assert "The link does not work" in first


async def test_a_revoked_link_says_whom_to_write_to_and_the_next_one_is_another(visitor: CompanyVisitor) -> None:
    former = visitor.token
    await revoke_link(visitor.database, visitor.taskforce_id, visitor.company_id, by=uuid4())
    await visitor.receive_link()

    answer = await visitor.get(token=former)

    assert answer.status_code == 410
    page = text_of(answer.text)
    assert "Linket er trukket tilbage" in page
    assert "Svar på den mail, I fik det i" in page
    assert visitor.token != former
    assert (await visitor.get()).status_code == 200


async def test_an_answer_with_a_link_that_was_revoked_meanwhile_changes_nothing(visitor: CompanyVisitor) -> None:
    pledge_id = await visitor.log()
    await revoke_link(visitor.database, visitor.taskforce_id, visitor.company_id, by=uuid4())
    assert (await visitor.post(f"/pledges/{pledge_id}/withdraw", version=1)).status_code == 410
    assert (await visitor.pledge(pledge_id))["status"] == "logged"


async def test_a_company_affirms_its_pledge_once(visitor: CompanyVisitor) -> None:
    pledge_id = await visitor.log()
    answer_id = str(uuid4())

    for _ in range(2):
        answer = await visitor.post(f"/pledges/{pledge_id}/affirm", id=answer_id, version=1)
        assert answer.status_code == 303, answer.text

    assert "Tak. Jeres tilsagn er bekræftet." in text_of((await visitor.get(f"?answered={answer_id}")).text)
    pledge = await visitor.pledge(pledge_id)
    assert (pledge["status"], pledge["version"]) == ("affirmed", 2)
    [given] = await visitor.rows("select kind, version, seen_at from company_answers")
    assert given == {"kind": "affirmed", "version": 2, "seen_at": None}


async def test_a_company_adjusts_its_pledge_after_checking(visitor: CompanyVisitor) -> None:
    pledge_id = await visitor.log()
    form = {"version": 1, "positions": "2", "hours_from": "7,5", "hours_to": "12", "tasks": ["tidying"]}

    checked = await visitor.post(f"/pledges/{pledge_id}/adjust", step="check", **form)
    assert checked.status_code == 200
    assert (await visitor.pledge(pledge_id))["version"] == 1
    answer = await visitor.post(f"/pledges/{pledge_id}/adjust", step="confirm", note="Vi har fået en elev", **form)

    assert answer.status_code == 303, answer.text
    pledge = await visitor.pledge(pledge_id)
    assert (pledge["positions"], pledge["weekly_hours"], pledge["tasks"]) == (2, {"from": 7.5, "to": 12}, ["tidying"])
    page = await visitor.caller.client.get(
        f"/pledges/{pledge_id}", headers=visitor.caller.headers("coordinator") | HTML
    )
    assert "Vi har fået en elev" in text_of(page.text)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"positions": "0"}, "pladser"),
        ({"hours_from": "20", "hours_to": "5"}, "timer"),
        (
            {"positions": "3", "hours_from": "5", "hours_to": "10", "tasks": ["shelf_stocking", "tidying"]},
            "Intet er ændret",
        ),
        ({"note": "Spørg 010190-1234"}, "CPR"),
    ],
)
async def test_what_cannot_be_is_said_on_the_form(visitor: CompanyVisitor, wrong: dict[str, str], words: str) -> None:
    pledge_id = await visitor.log()
    form = {"version": 1, "positions": "2", "hours_from": "5", "hours_to": "10", "tasks": ["tidying"]} | wrong
    answer = await visitor.post(f"/pledges/{pledge_id}/adjust", step="confirm", **form)
    assert answer.status_code == 422
    assert words in text_of(answer.text)
    assert (await visitor.pledge(pledge_id))["version"] == 1


async def test_a_company_that_answers_about_a_changed_pledge_sees_both(visitor: CompanyVisitor) -> None:
    pledge_id = await visitor.log()
    await visitor.post(f"/pledges/{pledge_id}/affirm", version=1)
    form = {"version": 1, "positions": "2", "hours_from": "5", "hours_to": "10", "tasks": ["tidying"]}
    answer = await visitor.post(f"/pledges/{pledge_id}/adjust", step="confirm", **form)
    assert answer.status_code == 412
    assert 'name="version" value="2"' in answer.text
    assert (await visitor.pledge(pledge_id))["positions"] == 3


async def test_a_company_withdraws_its_pledge(visitor: CompanyVisitor) -> None:
    pledge_id = await visitor.log()
    answer = await visitor.post(f"/pledges/{pledge_id}/withdraw", version=1)
    assert answer.status_code == 303, answer.text
    pledge = await visitor.pledge(pledge_id)
    assert (pledge["status"], pledge["withdrawn_because"]) == ("withdrawn", "company_withdrew")
    assert "Tidligere tilsagn (1)" in text_of((await visitor.get()).text)


async def test_a_company_reaches_no_pledge_of_another(
    visitor: CompanyVisitor, add_company: Callable[..., Awaitable[UUID]]
) -> None:
    pledge_id = await visitor.log()
    other = await add_company("Bageren")
    mine, visitor.company_id = visitor.company_id, other
    await visitor.receive_link()
    for path in ("affirm", "withdraw", "adjust"):
        assert (await visitor.get(f"/pledges/{pledge_id}/{path}")).status_code == 404
        answer = await visitor.post(
            f"/pledges/{pledge_id}/{path}", version=1, step="confirm", positions="1", hours_from="5"
        )
        assert answer.status_code == 404, path
    visitor.company_id = mine
    assert (await visitor.pledge(pledge_id))["version"] == 1


async def test_a_company_asks_to_come_to_an_event_and_not_to(
    visitor: CompanyVisitor, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    event_id = await add_event(title="Fyraftensmøde", status="published", starts_at=NOW + timedelta(days=9))

    assert (await visitor.post(f"/events/{event_id}/register")).status_code == 303
    assert "Vi har jeres besked" in text_of((await visitor.get()).text)
    again = await visitor.post(f"/events/{event_id}/register")
    assert (await visitor.post(f"/events/{event_id}/unregister")).status_code == 303

    assert again.status_code == 422
    sent = await visitor.rows(
        "select version, payload->>'wanted' = 'true' as wanted from outbox "
        "where aggregatetype = 'pledges.registration_request' order by version"
    )
    assert [(row["version"], row["wanted"]) for row in sent] == [(1, True), (2, False)]
    queue = await visitor.caller.get("/api/pledges/v1/queue?view=all&due=all&kind=company_answer", "caseworker")
    assert len([item for item in queue.json()["items"] if "Fyraftensmøde" in item["reason"]]) == 2


async def test_a_company_asks_again_when_staff_have_decided_otherwise(
    visitor: CompanyVisitor, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    event_id = await add_event(title="Fyraftensmøde", status="published", starts_at=NOW + timedelta(days=9))
    await visitor.post(f"/events/{event_id}/register")
    async with visitor.database.change(visitor.taskforce_id) as conn:
        await conn.execute("update registration_requests set requested_at = now() - interval '2 hours'")
    assert "Vi har jeres besked" not in text_of((await visitor.get()).text)
    assert (await visitor.post(f"/events/{event_id}/register")).status_code == 303
    assert await visitor.rows("select wanted, version from registration_requests") == [{"wanted": True, "version": 2}]


async def test_a_company_cannot_register_for_an_event_that_has_begun(
    visitor: CompanyVisitor, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    event_id = await add_event()
    assert (await visitor.post(f"/events/{event_id}/register")).status_code == 409


async def test_staff_see_and_revoke_the_link(visitor: CompanyVisitor) -> None:
    caseworker = visitor.caller.headers("caseworker") | HTML
    path = f"/pledges/company-links/{visitor.company_id}"

    shown = await visitor.caller.client.get(path, headers=caseworker)
    assert visitor.token in shown.text
    assert (await visitor.caller.client.post(f"{path}/revoke", headers=caseworker)).status_code == 303
    assert (await visitor.get()).status_code == 410
    assert (await visitor.caller.client.post(path, headers=caseworker)).status_code == 303
    assert visitor.token not in (await visitor.caller.client.get(path, headers=caseworker)).text


async def test_a_mail_to_a_known_contact_gets_the_link_and_another_none(
    visitor: CompanyVisitor, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    known = await visitor.log()
    event_id = await add_event()
    unknown = str(uuid4())
    guest = pledge_body(id=unknown, event_id=str(event_id), contact={"name": "Ib", "email": "ib@fremmed.example"})
    pass_of: dict[str, Any] = {"subject": f"pass:{event_id}", "event_id": event_id, "pass_generation": 1}
    assert (await visitor.caller.log(guest, "event_pass", **pass_of)).status_code == 201
    service = visitor.caller.headers("service", taskforce_id=None, subject="service:notifications")

    answers = [
        await visitor.caller.client.post(
            f"/internal/pledges/v1/pledges/{pledge_id}/company-link?taskforce={visitor.taskforce_id}", headers=service
        )
        for pledge_id in (known, unknown)
    ]

    assert [answer.status_code for answer in answers] == [200, 404]
    assert answers[0].json() == {"path": f"/company/{visitor.token}"}


async def test_a_name_that_was_erased_is_not_shown_as_the_companys(
    visitor: CompanyVisitor, pledges_dsns: Databases
) -> None:
    await visitor.log()
    conn = await asyncpg.connect(pledges_dsns.owner_dsn("pledges"))
    await conn.execute("update companies set name = null")
    await conn.execute("update pledges set company_name = '(slettet)'")
    await conn.close()

    page = (await visitor.get()).text

    assert "(slettet)" not in page
    assert "Jeres virksomhed" in text_of(page)


async def _hired(visitor: CompanyVisitor, *, months_ago: int = 4) -> str:
    start = TODAY - timedelta(days=31 * months_ago)
    body = hire_body(company={"name": "Struer Trælast A/S", "cvr": "24256790"}, start_date=start.isoformat())
    answer = await visitor.caller.confirm(body, municipality="0671")
    assert answer.status_code == 201, answer.text
    return str(body["id"])


async def _checkpoints(visitor: CompanyVisitor) -> list[dict[str, Any]]:
    return await visitor.rows(
        "select months, answer, answered_from from hire_checkpoints where answer is not null order by months"
    )


async def test_a_company_says_whether_somebody_is_still_employed(visitor: CompanyVisitor) -> None:
    hire_id = await _hired(visitor)
    assert "Var medarbejderen stadig ansat" in text_of((await visitor.get()).text)
    path = f"/hires/{hire_id}/checkpoints/3"
    assert "Ja, stadig hos os" in text_of((await visitor.get(f"{path}?answer=same_company")).text)

    assert (await visitor.post(path, answer="same_company")).status_code == 303
    again = await visitor.post(path, answer="no")

    assert again.status_code == 409
    assert await _checkpoints(visitor) == [{"months": 3, "answer": "same_company", "answered_from": "company"}]
    case = await visitor.caller.client.get(
        f"/hires/{hire_id}", headers=visitor.caller.headers("caseworker", municipality="0671") | HTML
    )
    assert "af virksomheden på dens egen side" in text_of(case.text)
    assert "Var medarbejderen stadig ansat" not in text_of((await visitor.get()).text)


@pytest.mark.parametrize("months", [4, 6])
async def test_a_checkpoint_that_is_not_there_or_not_due_is_refused(visitor: CompanyVisitor, months: int) -> None:
    hire_id = await _hired(visitor)
    answer = await visitor.post(f"/hires/{hire_id}/checkpoints/{months}", answer="no")
    assert answer.status_code in {404, 409}
    assert await _checkpoints(visitor) == []


async def test_staff_undo_each_kind_of_answer_in_one_step(
    visitor: CompanyVisitor, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    event_id = await add_event(title="Fyraftensmøde", status="published", starts_at=NOW + timedelta(days=9))
    affirmed, adjusted, withdrawn = [await visitor.log() for _ in range(3)]
    hire_id = await _hired(visitor)
    before = [await visitor.pledge(one) for one in (affirmed, adjusted, withdrawn)]
    form = {"version": 1, "positions": "1", "hours_from": "7,5", "tasks": ["tidying"], "step": "confirm"}
    for answer in (
        await visitor.post(f"/pledges/{affirmed}/affirm", version=1),
        await visitor.post(f"/pledges/{adjusted}/adjust", **form),
        await visitor.post(f"/pledges/{withdrawn}/withdraw", version=1),
        await visitor.post(f"/hires/{hire_id}/checkpoints/3", answer="no"),
        await visitor.post(f"/events/{event_id}/register"),
    ):
        assert answer.status_code == 303, answer.text
    caseworker = visitor.caller.headers("caseworker", municipality="0671") | HTML

    given = await visitor.rows("select id, kind from company_answers")
    other = visitor.caller.headers("caseworker", municipality="0756") | HTML
    for one in given:
        path = f"/pledges/company-answers/{one['id']}"
        if one["kind"] == "still_employed":
            assert "/undo" not in (await visitor.caller.client.get(path, headers=other)).text
            for step in ("seen", "undo"):
                assert (await visitor.caller.client.post(f"{path}/{step}", headers=other)).status_code == 403
        assert (await visitor.caller.client.get(path, headers=caseworker)).status_code == 200
        undone = await visitor.caller.client.post(f"{path}/undo", headers=caseworker)
        assert undone.status_code == 303, (one, undone.text)
        again = await visitor.caller.client.post(f"{path}/undo", headers=caseworker)
        assert again.status_code == 409, one

    assert {one["kind"] for one in given} == {"affirmed", "adjusted", "withdrawn", "still_employed", "registered"}
    after = [await visitor.pledge(one) for one in (affirmed, adjusted, withdrawn)]
    for then, now in zip(before, after, strict=True):
        assert now["version"] == 3
        same = {"status", "positions", "position_list", "weekly_hours", "tasks", "withdrawn_because"}
        assert {name: now[name] for name in same} == {name: then[name] for name in same}
    assert await _checkpoints(visitor) == []
    assert await visitor.rows("select wanted, version from registration_requests") == [{"wanted": False, "version": 2}]
    assert await visitor.rows("select id from company_answers where seen_at is null") == []


async def test_an_adjustment_that_was_corrected_since_is_not_undone(visitor: CompanyVisitor) -> None:
    pledge_id = await visitor.log()
    form = {"version": 1, "positions": "2", "hours_from": "5", "hours_to": "10", "tasks": ["tidying"]}
    await visitor.post(f"/pledges/{pledge_id}/adjust", step="confirm", **form)
    await visitor.caller.client.patch(
        f"/api/pledges/v1/pledges/{pledge_id}",
        content='{"positions": 4, "reason": "Eva rang"}',
        headers=visitor.caller.headers("coordinator") | {"content-type": "application/merge-patch+json"},
    )
    [answer] = await visitor.rows("select id from company_answers")
    undone = await visitor.caller.client.post(
        f"/pledges/company-answers/{answer['id']}/undo", headers=visitor.caller.headers("caseworker") | HTML
    )
    assert undone.status_code == 409
    assert (await visitor.pledge(pledge_id))["positions"] == 4


async def test_an_answer_is_due_work_until_somebody_has_seen_it(visitor: CompanyVisitor) -> None:
    pledge_id = await visitor.log()
    await visitor.post(f"/pledges/{pledge_id}/affirm", version=1)
    path = "/api/pledges/v1/queue?view=all&due=all&kind=company_answer"

    [item] = (await visitor.caller.get(path, "caseworker")).json()["items"]
    assert "Struer Trælast A/S har bekræftet sit tilsagn" in item["reason"]
    page = await visitor.caller.client.get(item["url"], headers=visitor.caller.headers("caseworker") | HTML)
    assert "Virksomheden har bekræftet tilsagnet" in text_of(page.text)
    seen = await visitor.caller.client.post(f"{item['url']}/seen", headers=visitor.caller.headers("caseworker") | HTML)

    assert seen.status_code == 303
    assert (await visitor.caller.get(path, "caseworker")).json()["items"] == []
    history = await visitor.caller.client.get(
        f"/pledges/{pledge_id}", headers=visitor.caller.headers("caseworker") | HTML
    )
    assert "af virksomheden på dens egen side" in text_of(history.text)


async def test_the_page_of_the_company_for_staff_shows_its_answers(visitor: CompanyVisitor) -> None:
    pledge_id = await visitor.log()
    await visitor.post(f"/pledges/{pledge_id}/affirm", version=1)
    page = await visitor.caller.client.get(
        f"/companies/{visitor.company_id}?kind=answers", headers=visitor.caller.headers("caseworker") | HTML
    )
    assert page.status_code == 200, page.text
    assert "Virksomheden har bekræftet tilsagnet" in text_of(page.text)
    assert f"/pledges/company-links/{visitor.company_id}" in page.text
