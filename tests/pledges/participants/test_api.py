"""Participants by the API: registering, reading and changing them, always for a purpose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

import pytest

from tests.pledges.conftest import TODAY, Caller
from tests.pledges.participants.conftest import HOLSTEBRO, STRUER

if TYPE_CHECKING:
    import asyncpg
    import httpx

PATH: Final = "/api/pledges/v1/participants"
ME: Final = uuid4()


@dataclass
class Api:
    """A case worker of Struer who keeps records."""

    caller: Caller
    municipality: str = STRUER
    roles: tuple[Any, ...] = ("caseworker",)

    async def send(self, method: str, path: str = "", json: Any = None, **headers: str | None) -> httpx.Response:
        sent = {"idempotency-key": str(uuid4()), "x-purpose": "casework"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        sent |= self.caller.headers(*self.roles, subject=f"person:{ME}", municipality=self.municipality)
        kept = {name: value for name, value in sent.items() if value is not None}
        return await self.caller.client.request(method, f"{PATH}{path}", json=json, headers=kept)

    async def register(self, case_reference: str = "S-1", **fields: Any) -> dict[str, Any]:
        answer = await self.send("POST", json={"case_reference": case_reference} | fields)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found


@pytest.fixture
def api(caller: Caller) -> Api:
    return Api(caller)


async def test_a_participant_is_registered_read_and_changed(
    api: Api, superuser: asyncpg.Connection[asyncpg.Record]
) -> None:
    known = {
        "programme": "job_network",
        "caseworker_id": str(ME),
        "availability": {
            "available_from": TODAY.isoformat(),
            "weekly_hours": {"from": 5, "to": 12.5},
            "weekdays": [3, 1],
            "max_distance_km": 25,
            "transport": "public",
            "job_types": ["smaajob"],
        },
        "tasks": {"can": ["packing"], "want": ["canteen"], "cannot": ["warehouse"]},
        "target_groups": [{"code": "6.2", "valid_from": "2026-01-01"}],
    }
    made = await api.register("S-2026 41", **known)
    assert (made["municipality"], made["status"], made["unknown"]) == (STRUER, "active", [])
    assert made["availability"]["weekdays"] == [1, 3]
    answer = await api.send("GET", f"/{made['id']}", x_purpose="placement")
    assert answer.json() == made
    assert answer.headers["etag"] == '"1"'

    body = {"availability": {"transport": None, "max_distance_km": 0}, "status": "paused", "note": "Venter på bus"}
    answer = await api.send("PATCH", f"/{made['id']}", body, if_match='"1"')
    changed = answer.json()
    assert answer.status_code == 200, answer.text
    assert (changed["version"], changed["status"], changed["unknown"]) == (2, "paused", ["transport"])
    assert changed["availability"] == made["availability"] | {"transport": None, "max_distance_km": 0}
    assert changed["tasks"] == made["tasks"]

    stale = await api.send("PATCH", f"/{made['id']}", {"programme": None}, if_match='"1"')
    assert (stale.status_code, stale.json()["type"]) == (412, "/problems/participant-stale")

    rows = await superuser.fetch(
        "select kind, note, changed_by, before from participants.changes order by version, kind"
    )
    assert [row["kind"] for row in rows] == ["registered", "availability_changed", "paused"]
    assert {row["changed_by"] for row in rows} == {ME}
    assert rows[1]["note"] == "Venter på bus"
    assert '"transport": "public"' in rows[1]["before"]
    looks = await superuser.fetch("select who, action, what_key, why from access_log order by looked_at")
    assert {(row["who"], row["what_key"]) for row in looks} == {(f"person:{ME}", UUID(made["id"]))}
    assert [(row["action"], row["why"]) for row in looks][:2] == [("change", "casework"), ("read", "placement")]


@pytest.mark.parametrize(
    ("path", "header", "pointer"),
    [
        ("", None, "X-Purpose:"),
        ("", "curiosity", "X-Purpose:"),
        ("", "subject_access", "X-Purpose:"),
        ("?purpose=curiosity", None, "?purpose"),
        ("?purpose=placement", "casework", "?purpose"),
    ],
)
@pytest.mark.parametrize("one", ["", "/id"])
async def test_nothing_is_read_without_a_purpose(
    api: Api, superuser: asyncpg.Connection[asyncpg.Record], path: str, header: str | None, pointer: str, one: str
) -> None:
    made = await api.register()
    answer = await api.send("GET", one.replace("id", made["id"]) + path, x_purpose=header)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert "S-1" not in answer.text
    assert await superuser.fetchval("select count(*) from access_log where action <> 'change'") == 0


async def test_the_purpose_may_be_in_the_query_or_the_body(api: Api) -> None:
    body = {"case_reference": "S-1", "purpose": "casework"}
    assert (await api.send("POST", json=body, x_purpose=None)).status_code == 201
    wrong = await api.send("POST", json=body | {"purpose": "x"}, x_purpose=None)
    assert [error["pointer"] for error in wrong.json()["errors"]] == ["/purpose"]
    assert (await api.send("GET", "?purpose=placement", x_purpose=None)).status_code == 200


async def test_a_repeated_request_registers_once(api: Api) -> None:
    body = {"case_reference": "S-1"}
    first = await api.send("POST", json=body, idempotency_key="one")
    again = await api.send("POST", json=body, idempotency_key="one")
    assert (again.status_code, again.json()) == (201, first.json())
    other = await api.send("POST", json={"case_reference": "S-2"}, idempotency_key="one")
    assert other.status_code == 422
    taken = await api.send("POST", json={"case_reference": "s 1"})
    assert (taken.status_code, taken.json()["errors"][0]["pointer"]) == (409, "/case_reference")
    # Another municipality has references of its own, and hears nothing of ours.
    assert (await Api(api.caller, HOLSTEBRO).send("POST", json=body)).status_code == 201


async def test_a_repeated_change_is_made_once(api: Api) -> None:
    made = await api.register()
    for _ in range(2):
        answer = await api.send("PATCH", f"/{made['id']}", {"status": "paused"}, if_match='"1"', idempotency_key="one")
        assert (answer.status_code, answer.json()["version"]) == (200, 2)


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"case_reference": "010190-1234"}, "/case_reference"),
        ({"case_reference": "---"}, "/case_reference"),
        ({"availability": {"weekly_hours": {"from": 9, "to": 5}}}, "/availability/weekly_hours"),
        ({"availability": {"weekdays": [8]}}, "/availability/weekdays/0"),
        ({"availability": {"max_distance_km": 501}}, "/availability/max_distance_km"),
        ({"tasks": {"can": ["flying"]}}, "/tasks/can/0"),
        ({"tasks": {"can": ["own_000000000000"]}}, "/tasks"),
        ({"tasks": {"can": ["packing"], "cannot": ["packing"]}}, "/tasks/cannot"),
        ({"target_groups": [{"code": "6.14", "valid_from": "2026-01-01"}]}, "/target_groups"),
        ({"target_groups": [{"code": "010190-1234", "valid_from": "2026-01-01"}]}, "/target_groups/0/code"),
        ({"target_groups": [{"code": "6.2", "valid_from": "2019-12-31"}]}, "/target_groups"),
        (
            {"target_groups": [{"code": "6.2", "valid_from": "2026-01-01", "valid_until": "2026-01-01"}]},
            "/target_groups",
        ),
    ],
)
async def test_what_is_wrong_is_said_at_its_field(api: Api, fields: dict[str, Any], pointer: str) -> None:
    answer = await api.send("POST", json={"case_reference": "S-1"} | fields)
    assert answer.status_code == 422, answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert "1234" not in answer.text


async def test_the_list_has_pages_and_filters(api: Api) -> None:
    await api.register("S-1", programme="job_network", caseworker_id=str(ME), tasks={"can": ["packing"]})
    await api.register("S-2", availability={"transport": "car"})
    left = await api.register("S-3")
    await api.send("PATCH", f"/{left['id']}", {"status": "left"})
    await Api(api.caller, HOLSTEBRO).register("S-4")

    async def found(query: str) -> list[str]:
        answer = await api.send("GET", f"?{query}")
        assert answer.status_code == 200, answer.text
        return [one["case_reference"] for one in answer.json()["items"]]

    assert await found("") == ["S-1", "S-2"]
    assert await found("status=left") == ["S-3"]
    assert await found("programme=job_network") == ["S-1"]
    assert await found(f"caseworker_id={ME}") == ["S-1"]
    assert await found("unknown=transport") == ["S-1"]
    assert await found("unknown=tasks") == ["S-2"]
    assert await found("unknown=target_group") == ["S-1", "S-2"]
    page = (await api.send("GET", "?page_size=1")).json()
    assert [one["case_reference"] for one in page["items"]] == ["S-1"]
    assert await found(f"page_size=1&page_token={page['next_page_token']}") == ["S-2"]


async def test_a_list_is_logged_with_only_whom_the_page_shows(
    api: Api, superuser: asyncpg.Connection[asyncpg.Record]
) -> None:
    for number in range(3):
        await api.register(f"S-{number}")
    await superuser.execute("delete from access_log")
    await api.send("GET", "?page_size=2")
    assert await superuser.fetchval("select count(*) from access_log where action = 'read'") == 2


async def test_a_facilitator_reads_and_changes_nothing(api: Api) -> None:
    made = await api.register(programme="job_network")
    facilitator = Api(api.caller, roles=("facilitator",))
    headers = api.caller.headers("facilitator", programme="job_network") | {"x-purpose": "casework"}
    assert (await api.caller.client.get(f"{PATH}/{made['id']}", headers=headers)).status_code == 200
    assert (await facilitator.send("PATCH", f"/{made['id']}", {"status": "left"})).status_code == 403
    assert (await facilitator.send("POST", json={"case_reference": "S-9"})).status_code == 403


async def test_a_case_worker_without_a_municipality_registers_nobody(api: Api) -> None:
    headers = api.caller.headers("caseworker") | {"x-purpose": "casework", "idempotency-key": "one"}
    answer = await api.caller.client.post(PATH, json={"case_reference": "S-1"}, headers=headers)
    assert answer.status_code == 403
