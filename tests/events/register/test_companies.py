"""Companies through the API."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tests.events.conftest import API, company_body, published

if TYPE_CHECKING:
    from uuid import UUID

    from shared.db.database import Database
    from tests.events.conftest import Caller


async def test_a_registered_company_is_answered_and_published(caller: Caller, db: Database) -> None:
    body = company_body(municipality="0671", industry="812100", member=True)
    answer = await caller.post("/companies", body)
    assert answer.status_code == 201
    assert answer.json() == body | {"personally_owned": False, "cvr_as_typed": None, "warnings": []}
    name, fact = (await published(db))[-1]
    assert name == "CompanyRegistered"
    assert fact["company_id"] == body["id"]
    assert (fact["name"], fact["cvr"], fact["municipality"], fact["member"]) == (
        body["name"],
        "24256790",
        "0671",
        True,
    )


async def test_registering_the_same_company_again_is_answered_the_same_and_published_once(
    caller: Caller, db: Database
) -> None:
    body = company_body(cvr="12345678")
    first = await caller.post("/companies", body)
    again = await caller.post("/companies", body)
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert [name for name, _ in await published(db)].count("CompanyRegistered") == 1


async def test_another_company_under_an_id_in_use_is_refused(caller: Caller) -> None:
    body = company_body()
    await caller.post("/companies", body)
    answer = await caller.post("/companies", body | {"name": "En anden"})
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "/problems/id-taken"
    assert (await caller.get(f"/companies/{body['id']}")).json()["name"] == body["name"]


async def test_a_wrong_cvr_number_warns_and_is_never_published(caller: Caller, db: Database) -> None:
    answer = await caller.post("/companies", company_body(cvr="12 34 56 78"))
    assert answer.status_code == 201
    company = answer.json()
    assert (company["cvr"], company["cvr_as_typed"]) == (None, "12 34 56 78")
    assert [(warning["pointer"], warning["code"]) for warning in company["warnings"]] == [("/cvr", "cvr_checksum")]
    _, fact = (await published(db))[-1]
    assert fact["cvr"] is None
    assert "12 34 56 78" not in str(fact)


async def test_a_cvr_number_that_another_company_has_warns(caller: Caller) -> None:
    await caller.company()
    answer = await caller.post("/companies", company_body())
    assert answer.status_code == 201
    assert [warning["code"] for warning in answer.json()["warnings"]] == ["cvr_shared"]


async def test_a_personally_owned_company_is_published_as_an_id(caller: Caller, db: Database) -> None:
    company = await caller.company(
        name="Snedker Knud Mikkelsen", personally_owned=True, municipality="0671", industry="433200"
    )
    _, fact = (await published(db))[-1]
    assert fact["company_id"] == company["id"]
    assert fact["personally_owned"] is True
    assert [fact[name] for name in ("name", "cvr", "municipality", "industry")] == [None] * 4
    assert "Knud" not in str(fact)


async def test_a_cpr_number_is_refused_in_every_text_and_not_echoed(caller: Caller, db: Database) -> None:
    for field in ("name", "cvr"):
        answer = await caller.post("/companies", company_body(**{field: "010190-1234"}))
        assert answer.status_code == 422
        assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [(f"/{field}", "cpr_shape")]
        assert "010190" not in answer.text
    async with db.system() as conn:
        assert await conn.fetchval("select count(*) from outbox where type like '%Company%'") == 0


async def test_companies_are_listed_in_danish_order_page_by_page(caller: Caller) -> None:
    for name in ("Åens Planteskole", "Zoo", "ærø Bageri", "Øster Smede", "bageren", "Anders And"):
        await caller.company(name=name, cvr=None)
    seen: list[str] = []
    token = None
    pages = 0
    while pages == 0 or token:
        path = "/companies?page_size=2" + (f"&page_token={token}" if token else "")
        page = (await caller.get(path)).json()
        seen += [item["name"] for item in page["items"]]
        token = page["next_page_token"]
        pages += 1
    assert seen == ["Anders And", "bageren", "Zoo", "ærø Bageri", "Øster Smede", "Åens Planteskole"]
    assert pages == 3


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("bang", ["Bang & Olufsen"]),
        ("ÆRØ", ["Ærø Bageri"]),
        ("2425", ["Bang & Olufsen"]),
        ("24 25 67", ["Bang & Olufsen"]),
        ("DK-24.25.67.90", ["Bang & Olufsen"]),
        ("dk\u00a024\u00a025", ["Bang & Olufsen"]),
        ("11 11 11", ["100 % Rent"]),
        ("olufsen  BANG", ["Bang & Olufsen"]),
        ("bang rent", []),
        (unicodedata.normalize("NFD", "rent\u00a0ærø bageri"), []),
        (unicodedata.normalize("NFD", "bageri\u00a0ærø"), ["Ærø Bageri"]),
        ("planteskole åens", ["Åens Planteskole"]),
        ("%", ["100 % Rent"]),
        ("_", []),
        ("nej", []),
    ],
)
async def test_companies_are_found_by_name_or_cvr_number(caller: Caller, search: str, found: list[str]) -> None:
    await caller.company(name="Bang & Olufsen")
    await caller.company(name="Ærø Bageri", cvr=None)
    await caller.company(name="100 % Rent", cvr="11111111")
    await caller.company(name=unicodedata.normalize("NFD", "Åens\u00a0 Planteskole"), cvr=None)
    answer = await caller.client.get(
        "/api/events/v1/companies", params={"q": search}, headers=caller.headers("coordinator")
    )
    assert [unicodedata.normalize("NFC", item["name"]) for item in answer.json()["items"]] == found


async def test_member_companies_can_be_listed_alone(caller: Caller) -> None:
    member = await caller.company(member=True)
    await caller.company()
    page = (await caller.get("/companies?member=true")).json()
    assert [item["id"] for item in page["items"]] == [member["id"]]


async def test_an_unknown_company_is_not_found(caller: Caller) -> None:
    assert (await caller.get(f"/companies/{uuid4()}")).json()["type"] == "/problems/company-not-found"


async def test_another_taskforce_sees_nothing_and_may_use_the_same_id(
    caller: Caller, db: Database, other_taskforce_id: UUID
) -> None:
    company = await caller.company()
    elsewhere: dict[str, Any] = {"taskforce_id": other_taskforce_id}
    assert (await caller.get(f"/companies/{company['id']}", **elsewhere)).status_code == 404
    assert (await caller.get("/companies", **elsewhere)).json()["items"] == []
    answer = await caller.post("/companies", company_body(id=company["id"], name="Vores egen"), **elsewhere)
    assert answer.status_code == 201
    assert (await caller.get(f"/companies/{company['id']}")).json()["name"] == company["name"]
    assert [name for name, _ in await published(db)].count("CompanyRegistered") == 2


async def test_an_unknown_taskforce_is_refused(caller: Caller) -> None:
    answer = await caller.post("/companies", company_body(), taskforce_id=uuid4())
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/taskforce-unknown")


async def test_an_idempotency_key_stays_with_its_request(caller: Caller) -> None:
    headers = caller.headers("coordinator") | {"idempotency-key": str(uuid4())}
    first, second = company_body(), company_body()

    registered = await caller.client.post(f"{API}/companies", json=first, headers=headers)
    again = await caller.client.post(f"{API}/companies", json=first, headers=headers)
    other = await caller.client.post(f"{API}/companies", json=second, headers=headers)

    assert (registered.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert again.json() == registered.json()
    assert other.json()["type"] == "/problems/idempotency-key-reused"
    assert (await caller.get(f"/companies/{second['id']}")).status_code == 404


async def test_a_refused_request_leaves_its_idempotency_key_free(caller: Caller) -> None:
    taken = await caller.company()
    headers = caller.headers("coordinator") | {"idempotency-key": str(uuid4())}

    refused = await caller.client.post(
        f"{API}/companies", json=company_body(id=taken["id"], name="Another"), headers=headers
    )
    mended = await caller.client.post(f"{API}/companies", json=company_body(name="Another"), headers=headers)

    assert (refused.status_code, mended.status_code) == (409, 201)
