"""Pledges over HTTP, the complete path: token, validation, idempotency, row-level security, outbox, and answer.

Only the application and PostgreSQL run, as with raw asyncpg; `arrival.py` measures with relay, broker and consumers.

Raw asyncpg has a transaction for each pledge. The application's concurrent pledges share transactions
(`shared/db/group_commit.py`), so it can reach its floor or exceed it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.bench.children import Child
from tests.bench.machine import processor_seconds
from tests.bench.measures import Measure, Target, spread
from tests.bench.topology import EVENT, TASKFORCE, installation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.bench.plan import Plan

SECTION = "intake"
POOL = 8
"""The connections of raw asyncpg: those of an application's pool (`database_pool_size`)."""
CLIENTS = 16
"""The concurrent phones of each application: half of them wait."""
ANSWER_BYTES = 900
"""The approximate size of the answer to a pledge."""


def measure(plan: Plan, progress: Callable[[str], None]) -> Iterator[Measure]:
    """Measure and yield the lines of the table.

    Raises:
        AssertionError: an answer was not 201.
        ChildFailed: a process failed, or was not done in time.
    """
    pledges, raw_pledges, requests = plan.pledges, 2 * plan.pledges, 4 * plan.pledges
    with installation("pledges-app") as whole:
        second = whole.start_another("pledges-app")
        first_port, second_port = whole.port("pledges"), second.health_port
        token = whole.token("member", taskforce_id=TASKFORCE, subject=f"person:{TASKFORCE}")
        log = whole.folder / "children.log"
        dsn, taskforce, event = whole.app_dsn("pledges"), str(TASKFORCE), str(EVENT)
        raw_settings = {"dsn": dsn, "connections": POOL, "taskforce": taskforce, "event": event}
        with (
            Child("raw_intake", log, **raw_settings) as raw,
            Child("bare_app", log, port=(bare_port := plan.free_port()), size=ANSWER_BYTES),
            Child("load", log) as load,
        ):

            def send(ports: list[int], count: int, seed: str) -> dict[str, Any]:
                order = {"taskforce": taskforce, "event": event, "count": count, "seed": seed}
                answer = load.ask(ports=ports, connections=CLIENTS, token=token, pledges=order)
                assert answer["statuses"] == {"201": count}, answer["statuses"]
                return answer

            contenders: dict[str, Callable[[str], dict[str, Any]]] = {
                "raw": lambda seed: raw.ask(count=raw_pledges, seed=f"raw {seed}"),
                "one": lambda seed: send([first_port], pledges, f"one {seed}"),
                "two": lambda seed: send([first_port, second_port], pledges, f"two {seed}"),
                "bare": lambda seed: send([bare_port], requests, f"bare {seed}"),
            }
            answers: dict[str, list[dict[str, Any]]] = {name: [] for name in contenders}
            for contender in contenders.values():
                contender("warm-up")
            for number in range(plan.rounds):
                for name in plan.in_turn(list(contenders), number):
                    progress(f"intake, round {number + 1}: {name}")
                    before = processor_seconds(whole.postgres.pid or 0)
                    answer = contenders[name](str(number))
                    answer["postgres_seconds"] = processor_seconds(whole.postgres.pid or 0) - before
                    answers[name].append(answer)

    def rates(name: str) -> Any:
        return spread([answer["rate"] for answer in answers[name]])

    def own(name: str) -> str:
        return f"{spread([answer['own_share'] for answer in answers[name]]).median:.0%} of a processor"

    raw_rate = rates("raw")
    for name, words, share in (("one", "one app process", 0.30), ("two", "two app processes", 0.50)):
        latency = spread([answer["p99"] for answer in answers[name]]).median
        yield Measure(
            SECTION,
            f"pledges a second, {words}",
            "/s",
            rates(name),
            f"raw asyncpg, {POOL} connections",
            raw_rate,
            Target(share, of_floor=True),
            note=f"{CLIENTS} clients to each, p99 {latency:.0f} ms; sending them took {own(name)}",
            detail={"answers": answers[name]},
        )
    yield Measure(
        SECTION,
        "requests a second, one app process",
        "/s",
        rates("one"),
        "bare uvicorn",
        rates("bare"),
        note=f"the sender itself: {own('bare')} against the bare uvicorn",
        detail={"answers": answers["bare"], "raw": answers["raw"]},
    )
