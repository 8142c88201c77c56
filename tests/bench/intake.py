"""Pledges over HTTP, the full path: token, validation, idempotency, row-level security, outbox, and the answer.

The application and PostgreSQL have the machine to themselves, as raw asyncpg has: what follows a pledge (relay,
broker, consumers) is at work in `arrival.py`.

Raw asyncpg has a transaction for each pledge. The application's pledges of one moment share theirs
(`shared/db/group_commit.py`): that is how it comes near its floor, or past it.
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
"""Connections of raw asyncpg: as many as an application's pool has (`database_pool_size`)."""
CLIENTS = 16
"""Phones that send to each application at once: as many wait as are served."""
ANSWER_BYTES = 900
"""About what the answer to a pledge has."""


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
