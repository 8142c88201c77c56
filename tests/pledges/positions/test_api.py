"""The steps of positions and pledges over HTTP: what is answered, published and kept, and what is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from services.pledges.pledges import store
from services.pledges.pledges.lapsing import LapseRules, lapses_on
from services.pledges.pledges.queries import LAPSES_ON, Where
from shared.contracts.pledges import position_id
from tests.pledges.browsing import HTML, hidden
from tests.pledges.conftest import TODAY, Caller, hire_body, pledge_body
from tests.pledges.pledges.test_review import published

if TYPE_CHECKING:
    import httpx

    from shared.db.database import Database
    from shared.product.roles import Role

API = "/api/pledges/v1"
ME: dict[str, Any] = {"subject": f"person:{uuid4()}"}


def day(days: int = 0) -> str:
    return (TODAY + timedelta(days=days)).isoformat()


TRIAL: dict[str, Any] = {"from": day(), "ends_on": day(13)}


class Steps:
    """Takes steps of one pledge as the same case worker."""

    def __init__(self, caller: Caller, pledge_id: str) -> None:
        self.caller = caller
        self.id = pledge_id

    async def take(
        self,
        step: str,
        position: int | None = None,
        *roles: Role,
        key: str | None = None,
        version: int | None = None,
        principal: dict[str, Any] | None = None,
        **body: Any,
    ) -> httpx.Response:
        """Post a step of the pledge, or of a position of it."""
        headers = self.caller.headers(*(roles or ("caseworker",)), **(principal or ME))
        headers |= {"idempotency-key": key or str(uuid4())} | ({"if-match": f'"{version}"'} if version else {})
        of = f"positions/{position_id(UUID(self.id), position)}" if position else f"pledges/{self.id}"
        return await self.caller.client.post(f"{API}/{of}/{step}", json=body, headers=headers)


def statuses(answer: httpx.Response) -> list[str]:
    return [position["status"] for position in answer.json()["position_list"]]


async def test_a_position_goes_from_vacant_to_filled_and_every_step_is_kept_and_published(
    caller: Caller, pledges_database: Database, taskforce_id: UUID
) -> None:
    await caller.log(body := pledge_body())
    steps = Steps(caller, body["id"])

    matched = await steps.take("match", 1, version=1, note="Vil gerne arbejde ude")
    tried = await steps.take("trial", 1, version=2, **TRIAL)
    cancelled = await steps.take("cancel", 2, "coordinator", reason="company_found_somebody")
    reopened = await steps.take("reopen", 2, reason="offered_again")
    hired = await caller.confirm(hire_body(pledge_id=body["id"], position=1))

    assert [one.headers["etag"] for one in (matched, tried, cancelled, reopened)] == ['"2"', '"3"', '"4"', '"5"']
    assert (statuses(cancelled), statuses(reopened)) == (["trial", "cancelled", "open"], ["trial", "open", "open"])
    assert (cancelled.json()["status"], hired.status_code) == ("in_progress", 201)
    [first, *_] = (await caller.get(f"{API}/pledges/{body['id']}", "caseworker")).json()["position_list"]
    assert (first["status"], first["matched_on"], first["trial_ends_on"]) == ("filled", day(), day(13))
    assert [kind for kind, _, _ in await published(pledges_database, taskforce_id, body["id"])] == [
        "PledgeLogged",
        "PositionMatched",
        "TrialStarted",
        "PositionCancelled",
        "PositionReopened",
        "PositionFilled",
    ]
    async with pledges_database.read(taskforce_id) as conn:
        rows = await conn.fetch("select * from position_changes order by version")
    assert [(row["kind"], row["before"]["status"], row["status"], row["version"]) for row in rows] == [
        ("matched", "open", "matched", 2),
        ("trial_started", "matched", "trial", 3),
        ("cancelled", "open", "cancelled", 4),
        ("reopened", "cancelled", "open", 5),
        ("filled", "trial", "filled", 6),
    ]
    assert {str(row["changed_by"]) for row in rows[:4]} == {ME["subject"].removeprefix("person:")}
    assert (rows[0]["note"], rows[2]["reason"]) == ("Vil gerne arbejde ude", "company_found_somebody")


async def test_a_repeat_changes_nothing_another_version_is_stale_and_a_foreign_position_is_unknown(
    caller: Caller,
) -> None:
    await caller.log(body := pledge_body())
    steps = Steps(caller, body["id"])

    once = await steps.take("match", 1, key="a", version=1)
    again = await steps.take("match", 1, key="a", version=1)
    other = await steps.take("match", 2, key="a", version=2)
    stale = await steps.take("match", 2, version=1)
    taken = await steps.take("match", 1)
    unknown = await Steps(caller, str(uuid4())).take("match", 1)

    assert (once.status_code, again.content) == (200, once.content)
    assert (other.status_code, other.json()["type"]) == (422, "/problems/idempotency-key-reused")
    assert (stale.status_code, stale.json()["type"]) == (412, "/problems/stale-version")
    assert (taken.status_code, taken.json()["type"]) == (409, "/problems/person-matched")
    assert (unknown.status_code, unknown.json()["type"]) == (404, "/problems/position-unknown")


async def test_a_step_is_undone_by_whoever_made_it(caller: Caller) -> None:
    await caller.log(body := pledge_body())
    steps = Steps(caller, body["id"])
    await steps.take("match", 1)
    await steps.take("trial", 1, **TRIAL)

    by_other = await steps.take("undo", 1, principal={"subject": f"person:{uuid4()}"})
    undone = [await steps.take("undo", 1) for _ in range(3)]

    assert by_other.json()["type"] == "/problems/undone-by-others"
    assert [statuses(one)[0] for one in undone[:2]] == ["matched", "open"]
    assert (undone[1].json()["status"], undone[2].json()["type"]) == ("logged", "/problems/nothing-to-undo")


async def test_cancelling_the_last_position_withdraws_the_pledge_and_that_is_undone(caller: Caller) -> None:
    await caller.log(body := pledge_body(positions=1))
    steps = Steps(caller, body["id"])
    await steps.take("match", 1)

    gone = await steps.take("cancel", 1, reason="company_needs_nobody")
    headers = caller.headers("caseworker", **ME) | HTML
    page = (await caller.client.get(f"/pledges/{body['id']}", headers=headers)).text
    form = {"step": "undo", "position": hidden(page, "position"), "version": hidden(page, "version")}
    undone = await caller.client.post(f"/pledges/{body['id']}/step", data=form, headers=headers)
    back = await caller.get(f"{API}/pledges/{body['id']}", "caseworker")

    assert (gone.json()["status"], gone.json()["withdrawn_because"]) == ("withdrawn", "company_withdrew")
    assert "Virksomheden har trukket det tilbage" in page
    assert undone.status_code == 303
    assert (back.json()["status"], statuses(back)) == ("in_progress", ["matched"])


async def test_a_pledge_is_affirmed_about_to_lapse_put_off_and_lapses(
    caller: Caller, pledges_database: Database, taskforce_id: UUID
) -> None:
    await caller.log(body := pledge_body())
    steps = Steps(caller, body["id"])
    early = await steps.take("lapse")
    affirmed = await steps.take("affirm", None, "coordinator")
    async with pledges_database.change(taskforce_id) as conn:
        await conn.execute("update pledges set active_on = active_on - 151")
        where = Where(taskforce_id)
        where.add(f"{LAPSES_ON} > ?", 180, TODAY)
        due_on = await conn.fetchval(
            f"select {LAPSES_ON.replace('?', '$2')} from pledges as pledge where taskforce_id = $1{where.sql}",
            *where.arguments,
        )
        pledge = await store.lock_pledge(conn, taskforce_id, UUID(body["id"]))
    assert pledge is not None

    put_off = await steps.take("defer-lapse", until=day(40), note="Hallen bygges")
    still_early = await steps.take("lapse")
    again = await steps.take("defer-lapse", until=day(20), note="Den er færdig før")
    lapsed = await steps.take("lapse", note="Ingen svarer")

    assert (early.status_code, early.json()["type"]) == (409, "/problems/not-about-to-lapse")
    assert (affirmed.json()["status"], affirmed.json()["affirmed_on"]) == ("affirmed", day())
    assert due_on == lapses_on(pledge, LapseRules(after=180)) == TODAY + timedelta(days=29)
    assert (put_off.json()["lapse_deferred_until"], still_early.status_code) == (day(40), 409)
    assert (again.status_code, lapsed.json()["status"]) == (200, "lapsed")
    assert statuses(lapsed) == ["cancelled"] * 3
    async with pledges_database.read(taskforce_id) as conn:
        types = await conn.fetch("select split_part(type, '.', 3) as name from outbox order by version")
    assert [row["name"] for row in types] == [
        "PledgeLogged",
        "PledgeAffirmed",
        "LapseDeferred",
        "LapseDeferred",
        "PledgeLapsed",
    ]
    headers = caller.headers("coordinator")
    back = await caller.client.post(f"{API}/pledges/{body['id']}/restore", json={}, headers=headers)
    assert (back.json()["status"], back.json()["affirmed_on"]) == ("affirmed", day())


async def test_a_correction_may_drop_a_vacant_position_with_a_history(caller: Caller) -> None:
    await caller.log(body := pledge_body(positions=2))
    steps = Steps(caller, body["id"])
    await steps.take("match", 2)
    await steps.take("reopen", 2, reason="person_declined")

    corrected = await caller.client.patch(
        f"{API}/pledges/{body['id']}",
        json={"positions": 1, "reason": "Der er kun plads til en"},
        headers=caller.headers("coordinator"),
    )

    assert (corrected.status_code, statuses(corrected)) == (200, ["open"])


async def test_a_match_is_undone_after_the_hire_that_followed_it_was_revoked(caller: Caller) -> None:
    await caller.log(body := pledge_body())
    steps = Steps(caller, body["id"])
    await steps.take("match", 1)
    hire = hire_body(pledge_id=body["id"], position=1)
    await caller.confirm(hire, **ME)
    too_early = await steps.take("undo", 1)
    revoked = await caller.client.post(
        f"{API}/hires/{hire['id']}/revoke",
        json={},
        headers=caller.headers("caseworker", **ME) | {"idempotency-key": str(uuid4())},
    )
    undone = await steps.take("undo", 1)

    assert too_early.json()["type"] == "/problems/undone-at-hire"
    assert (revoked.status_code, undone.status_code, statuses(undone)[0]) == (200, 200, "open")
