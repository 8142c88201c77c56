"""The administrator's pages about a person's data: search, report and erasure in all four services."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

import pytest

from deploy.privacy import data_subjects
from deploy.services import DATA_SUBJECTS
from services.events.privacy.commands import retry_orders
from services.pledges.privacy.retention import retention
from shared.privacy.report import group_entry
from shared.privacy.subjects import SubjectIdentifiers
from tests.privacy.conftest import connect_for_subjects
from tests.privacy.installation import Installation
from tests.privacy.serving import ADMIN, Services

if TYPE_CHECKING:
    from tests.support.infrastructure import Databases

EVA: Final = {"email": "EVA@firma.example", "phone": "+45 97 85 00 00"}
ASKED: Final = SubjectIdentifiers(emails=frozenset({EVA["email"]}), phones=frozenset({EVA["phone"]}))


async def _report(services: Services, **form: str) -> dict[str, Any]:
    answer = await services.post("/report", format="json", language="da", **form)
    assert answer.status_code == 200, answer.text[:500]
    return dict(answer.json())


async def _confirmed(services: Services, typed: str = "eva@firma.example", **known: str) -> Any:
    """Open the confirmation of an erasure, and confirm it."""
    response = await services.post("/erase", **(known or EVA))
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', response.text)
    assert found, response.text[:3000]
    return await services.post("/erasures", **(known or EVA), typed=typed, seen=found[1])


def _filled(report: dict[str, Any]) -> dict[str, list[str]]:
    return {
        f"{group['service']}.{group['table']}": [next(iter(row.values())) for row in group["rows"]]
        for group in report["held"]
        if group["rows"]
    }


async def test_a_person_is_found_in_every_service_and_shown_with_the_purposes(services: Services) -> None:
    answer = await services.post("", **EVA)
    assert answer.status_code == 200
    for text in ("Eva Holm", "eva@firma.example", "0045 9785 0000", "Article 6(1)(e)", "Roles in the system"):
        assert text in answer.text
    assert "ida@firma.example" not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_an_address_that_the_browser_encoded_is_shown_as_it_was_typed(services: Services) -> None:
    known = {"email": "Åse@xn--mller-vua.example"}
    for path in ("", "/erase"):
        page = (await services.post(path, **known)).text
        assert "Åse@møller.example" in page
        assert "xn--" not in page
    assert "Åse@møller.example" in str(await _report(services, **known))


async def test_the_report_is_the_same_as_that_of_the_command(services: Services, whole: Installation) -> None:
    by_page = await _report(services, **EVA)
    found = await data_subjects.find(whole.databases.subjects_dsn, whole.taskforce_id, ASKED)
    by_command = json.loads(json.dumps([group_entry(one.service, group, "da") for one in found for group in one.held]))
    assert sorted(by_page["held"], key=str) == sorted(by_command, key=str)
    assert by_page["taskforce"] == "struer"
    assert set(_filled(by_page)) == {
        "events.people",
        "events.person_roles",
        "pledges.pledge_contacts",
        "notifications.deliveries",
    }


async def test_the_file_name_and_url_of_a_report_contain_no_personal_data(services: Services) -> None:
    for language, name in (("da", "indsigt"), ("en", "report")):
        answer = await services.post("/report", format="pdf", language=language, **EVA)
        assert answer.content.startswith(b"%PDF-")
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.headers["cache-control"] == "no-store"
        assert re.fullmatch(
            rf'attachment; filename="{name}-\d{{4}}-\d\d-\d\d\.pdf"', answer.headers["content-disposition"]
        )
        assert answer.request.url.query == b""


async def test_searches_and_reports_are_logged_and_shown_with_their_purpose(
    services: Services,
    whole: Installation,
) -> None:
    await services.post("", **EVA, purpose="supervision")
    await services.post("/report", **EVA, format="pdf", language="da")
    report = await _report(services, **EVA)
    written = {
        (row["who"], row["action"], row["why"], row["basis"])
        for service in DATA_SUBJECTS
        for row in await whole.all(service, "select who, action, why, basis from access_log")
    }
    assert written == {
        (f"person:{ADMIN}", "search", "supervision", "artikel 58, stk. 1"),
        (f"person:{ADMIN}", "export", "subject_access", "artikel 15, stk. 1"),
    }
    looks = [(look["service"], look["action"], look["why"]) for look in report["looked_at_by"]]
    assert looks.count(("pledges", "search", "supervision")) == 2
    assert looks.count(("pledges", "export", "subject_access")) == 4, "this report is one of them"
    assert looks.count(("events", "export", "subject_access")) == 4


async def test_erasing_reaches_every_service_and_is_in_the_ledger_of_each(
    services: Services,
    whole: Installation,
) -> None:
    letter = await _dead_letter(whole, "dashboard", whole.taskforce_id)
    anothers = await _dead_letter(whole, "dashboard", whole.other)
    answer = await _confirmed(services)
    assert answer.status_code == 303, answer.text[:2000]
    page = await services.client.get(answer.headers["location"], headers=services.headers())
    assert "Everything was erased" in page.text

    assert await whole.contacts() == {"of ida", "elsewhere"}
    assert await whole.accounts() == {whole.ida, whole.admin, whole.elsewhere}
    assert {row["id"] for row in await whole.all("dashboard", "select id from dead_letters")} == {anothers}, letter
    assert set(_filled(await _report(services, **EVA))) == set()
    ledger = await data_subjects.ledger(whole.databases.owner_dsn)
    assert {(line["service"], line["table"], line["key"], line["erased_by"]) for line in ledger} == {
        ("events", "people", str(whole.eva), f"person:{ADMIN}"),
        ("pledges", "pledge_contacts", str(whole.pledges["by mail"]), f"person:{ADMIN}"),
        ("pledges", "pledge_contacts", str(whole.pledges["by phone"]), f"person:{ADMIN}"),
    }
    [parts] = [await whole.all("events", "select service, keys::text, erased from erasure_order_parts")]
    assert {(part["service"], part["erased"]) for part in parts} == {
        ("events", 1),
        ("pledges", 2),
        ("notifications", 0),
        ("dashboard", 1),
    }
    assert {part["keys"] for part in parts} == {"{}"}, "what is done is forgotten here"
    lists = await services.get("/erasures", "auditor")
    for text in (str(whole.eva), str(whole.pledges["by mail"]), f"Account {ADMIN}"):
        assert text in lists.text
    assert not any(word in lists.text.casefold() for word in ("eva@", "holm", "9785"))


async def test_the_confirmation_shows_exactly_what_is_erased_and_what_stays(services: Services) -> None:
    page = (await services.post("/erase", **EVA)).text
    goes, _, stays = page.partition("This stays")
    assert "Eva Holm" in goes
    assert "0045 9785 0000" in goes
    assert "An id only, which refers to nobody" in stays
    assert "Type EVA@firma.example to erase it" in page


@pytest.mark.parametrize("typed", ["", "ida@firma.example", "eva", "97850000"])
async def test_a_wrong_confirmation_erases_nothing(
    services: Services,
    whole: Installation,
    typed: str,
) -> None:
    answer = await _confirmed(services, typed=typed)
    assert answer.status_code == 422
    assert "That is not what you searched for. Nothing was erased." in answer.text
    assert whole.eva in await whole.accounts()
    assert await data_subjects.ledger(whole.databases.owner_dsn) == []


async def test_a_number_may_be_typed_in_another_format(services: Services, whole: Installation) -> None:
    answer = await _confirmed(services, typed="97 85 00 00", phone="+45 97850000")
    assert answer.status_code == 303
    assert await whole.contacts() == {"by mail", "of ida", "elsewhere"}


async def test_data_added_since_is_shown_before_it_is_erased(services: Services, whole: Installation) -> None:
    response = await services.post("/erase", **EVA)
    seen = re.search(r'name="seen" value="([0-9a-f]{64})"', response.text)
    assert seen
    pledge = uuid4()
    await whole._contact(whole.taskforce_id, pledge, None, "eva@firma.example")
    answer = await services.post("/erasures", **EVA, typed=EVA["email"], seen=seen[1])
    assert answer.status_code == 409
    assert "Look at what is held once more. Nothing was erased." in answer.text
    assert str(pledge) in answer.text
    assert whole.eva in await whole.accounts()


async def test_activity_is_counted_and_in_the_report(
    services: Services,
    whole: Installation,
) -> None:
    await whole.all(
        "pledges", "update pledges set logged_by = $1 where taskforce_id = $2", whole.eva, whole.taskforce_id
    )
    page = await services.post("", **EVA)
    assert "What the account has done" in page.text
    assert "Pledges logged by the account holder" in page.text
    report = (await services.post("/report", **EVA, format="json", language="en")).json()
    [logged] = [one for one in report["done"] if one["rows"]]
    assert (logged["service"], logged["table"], logged["column"]) == ("pledges", "pledges", "logged_by")
    assert {row["pledge_id"] for row in logged["rows"]} == {
        str(pledge) for name, pledge in whole.pledges.items() if name != "elsewhere"
    }
    assert logged["afterwards"].startswith("The id is kept")


async def test_the_last_administrator_is_not_erased(
    services: Services,
    whole: Installation,
) -> None:
    await whole._contact(whole.taskforce_id, uuid4(), None, "admin@firma.example")
    answer = await _confirmed(services, typed="admin@firma.example", email="admin@firma.example")
    assert answer.status_code == 409
    assert "First make somebody else an administrator" in answer.text
    assert whole.admin in await whole.accounts()
    assert len(await whole.all("pledges", "select from pledge_contacts")) == 5
    assert await whole.all("events", "select from erasure_orders") == []


async def test_an_unknown_term_finds_nobody(services: Services) -> None:
    answer = await services.post("", email="ingen@firma.example")
    assert answer.status_code == 200
    assert "Nothing was found about anybody known by that." in answer.text
    assert "Go on to erasing" not in answer.text
    page = await services.post("/erase", email="ingen@firma.example")
    assert "Nothing that can be erased is held" in page.text
    assert "Erase for good" not in page.text
    assert _filled(await _report(services, email="ingen@firma.example")) == {}


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({}, "Type an e-mail address, a telephone number, a CVR number or a case reference"),
        ({"email": "010190-1234"}, "Looks like a CPR number"),
        ({"cvr": "0101901234"}, "Looks like a CPR number"),
        ({"phone": "97 85"}, "Type all eight digits of the number"),
        ({"email": "eva@"}, "Type the whole address, such as name@company.dk"),
        ({"cvr": "2425679o"}, "A CVR number has eight digits"),
        ({"email": "eva@firma.example", "purpose": "curiosity"}, "One thing needs to be corrected"),
    ],
)
async def test_an_invalid_search_is_explained_at_its_field(
    services: Services, form: dict[str, str], message: str
) -> None:
    for path in ("", "/erase"):
        answer = await services.post(path, **form)
        assert answer.status_code == 422
        assert message in answer.text


async def test_nothing_is_reported_or_erased_while_a_service_is_unavailable(
    services: Services,
    whole: Installation,
) -> None:
    response = await services.post("/erase", **EVA)
    seen = re.search(r'name="seen" value="([0-9a-f]{64})"', response.text)
    assert seen
    await services.stop("pledges")

    found = await services.post("", **EVA)
    assert found.status_code == 200
    assert "Missing here: Pledges and hires." in found.text
    assert "Eva Holm" in found.text
    assert "PDF" not in found.text
    for path, form in (
        ("/report", {"format": "pdf", "language": "da"}),
        ("/erase", {}),
        ("/erasures", {"typed": EVA["email"], "seen": seen[1]}),
    ):
        answer = await services.post(path, **EVA, **form)
        assert answer.status_code == 503
        assert "Not every part of the system has answered" in answer.text
    assert whole.eva in await whole.accounts()
    assert await whole.all("events", "select from erasure_orders") == []
    assert "Missing here: Pledges and hires." in (await services.get("/erasures")).text
    assert "Missing here: Pledges and hires." in (await services.get("/deadlines")).text


async def test_an_account_is_not_erased_while_a_service_is_unavailable(
    services: Services,
    whole: Installation,
) -> None:
    await whole.all("pledges", "delete from pledge_contacts")
    response = await services.post("/erase", email=EVA["email"])
    seen = re.search(r'name="seen" value="([0-9a-f]{64})"', response.text)
    assert seen
    await services.stop("pledges")
    answer = await services.post("/erasures", email=EVA["email"], typed=EVA["email"], seen=seen[1])
    assert answer.status_code == 503
    assert whole.eva in await whole.accounts()


async def test_an_unfinished_erasure_is_shown_and_finished_on_retry(
    services: Services,
    whole: Installation,
) -> None:
    await whole.all("pledges", "revoke delete on pledge_contacts from tilsagn_pledges_app")
    answer = await _confirmed(services)
    assert answer.status_code == 303
    where = answer.headers["location"].removeprefix("/personal-data")
    page = await services.get(where, "auditor")
    assert "waits for an answer" in page.text
    assert "Ask again now" not in page.text, "an auditor looks on"
    assert "Ask again now" in (await services.get(where)).text
    assert whole.eva not in await whole.accounts(), "what has answered is done"
    assert "by mail" in await whole.contacts()

    again = await services.post(where)
    assert again.status_code == 303
    assert "waits for an answer" in (await services.get(where)).text

    await whole.all("pledges", "grant delete on pledge_contacts to tilsagn_pledges_app")
    await services.post(where)
    assert "Everything was erased" in (await services.get(where)).text
    assert await whole.contacts() == {"of ida", "elsewhere"}
    assert len(await data_subjects.ledger(whole.databases.owner_dsn)) == 3


async def test_the_worker_finishes_an_erasure_order(
    services: Services,
    whole: Installation,
) -> None:
    await whole.all("pledges", "revoke delete on pledge_contacts from tilsagn_pledges_app")
    answer = await _confirmed(services)
    await retry_orders(services.db, services.events.state.others)
    assert "by mail" in await whole.contacts()
    await whole.all("pledges", "grant delete on pledge_contacts to tilsagn_pledges_app")
    await retry_orders(services.db, services.events.state.others)
    assert await whole.contacts() == {"of ida", "elsewhere"}
    page = await services.client.get(answer.headers["location"], headers=services.headers())
    assert "3 rows are gone, and are in the ledger." in page.text


async def test_a_dead_letter_of_another_taskforce_is_neither_shown_nor_erased(
    services: Services,
    whole: Installation,
) -> None:
    ours = await _dead_letter(whole, "notifications", whole.taskforce_id)
    theirs = await _dead_letter(whole, "notifications", whole.other)
    page = (await services.post("", **EVA)).text
    assert str(ours) in page
    assert str(theirs) not in page
    await _confirmed(services)
    assert {row["id"] for row in await whole.all("notifications", "select id from dead_letters")} == {theirs}


async def test_deadlines_and_last_runs_are_shown_for_the_own_taskforce(
    services: Services,
    whole: Installation,
    databases: Databases,
    base_settings: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for tenant, contacts in ((whole.taskforce_id, 1), (whole.other, 3)):
        for _ in range(contacts):
            pledge = uuid4()
            await whole._contact(tenant, pledge, None, "x@firma.example")
            await whole.all(
                "pledges",
                "update pledges set received_at = now() - interval '3 years', pledged_on = current_date - 1100"
                " where id = $1",
                pledge,
            )
    await whole.all(
        "pledges",
        """
        insert into outbox (id, taskforce_id, aggregatetype, aggregateid, version, type, payload, correlation_id)
        values ($1, $1, 'x', $1, 1, 'x', '{}', $1), ($2, $2, 'x', $2, 1, 'x', '{}', $2)
        """,
        whole.taskforce_id,
        whole.other,
    )
    page = (await services.get("/deadlines", "auditor")).text
    row = _row(page, "pledge_contacts · pledge_contacts")
    assert "2 years after" in row
    assert re.search(r'class="numeric"><div>1<', row)
    assert "not yet" in row
    for jobs in ("hire_contacts", "accounts", "deliveries", "dead_letters", "sessions", "accesses"):
        assert f"· {jobs}<" in page
    assert "waits for the operator" not in page

    with monkeypatch.context() as stricter:
        stricter.setattr("shared.privacy.retention.FEW_ROWS", 0)
        page = (await services.get("/deadlines", "auditor")).text
    assert "Some of it waits for the operator" in page
    assert "more than a tenth of 4" in _row(page, "pledge_contacts · pledge_contacts")

    database = await connect_for_subjects(databases, base_settings, "pledges")
    assert (await retention().remove(database))["pledge_contacts"] == 4
    await database.close()
    row = _row((await services.get("/deadlines", "auditor")).text, "pledge_contacts · pledge_contacts")
    assert re.search(r'class="numeric"><div>0<', row)
    assert "1 row deleted" in row, "another taskforce's are not counted"


async def test_an_auditor_sees_the_lists_and_cannot_search(services: Services) -> None:
    start = (await services.get("", "auditor")).text
    assert "How long it is kept" in start
    assert '<form method="post" action="/personal-data"' not in start
    refused = await services.client.post("/personal-data", data=EVA, headers=services.headers("auditor"))
    assert refused.status_code == 403


async def _dead_letter(whole: Installation, service: str, taskforce_id: UUID) -> UUID:
    [row] = await whole.all(
        service,
        """
        insert into dead_letters
               (consumer_group, topic, partition, "offset", value_digest, value, headers, reason, detail)
        values ('x', 'x', 0, 0, sha256($1::bytea), 'from eva@firma.example', $2, 'x', '')
        returning id
        """,
        taskforce_id.bytes,
        json.dumps({"ce_taskforceid": str(taskforce_id)}),
    )
    id: UUID = row["id"]
    return id


def _row(page: str, name: str) -> str:
    before, _, after = page.partition(name)
    return before.rpartition("<tr>")[2] + after.partition("</tr>")[0]
