"""The dashboard with 10,000, 100,000 and a million pledges: rebuild, page, figures, bridge, list and pack.

For each size, `history.py` fills the outboxes and a rebuild creates the read model. After the last rebuild of a size
the tables are vacuumed and analysed, as autovacuum does within a minute or so.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from tests.bench import history
from tests.bench.children import Child
from tests.bench.measures import Measure, Target, spread
from tests.bench.pledging import COMPANIES, MUNICIPALITY, company_id
from tests.bench.topology import TASKFORCE, installation
from tests.support import brokers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.bench.plan import Plan
    from tests.bench.topology import Installation

SECTION = "figures"
FLOOR_UP_TO = 100_000
"""The largest size on the embedded broker, which keeps its log in memory."""
ASKED = 150
"""The number of requests of each kind in a round."""
ASKED_OF_THE_PAST = 15
_BOUNDS = {100_000: Target(50.0), 1_000_000: Target(100.0)}
_PAST_BOUNDS = {1_000_000: Target(200.0)}
_BOUNDS_OF = {
    "front page": _BOUNDS,
    "figures on any day": _BOUNDS,
    "figures as known a year or two ago": _PAST_BOUNDS,
    "bridge of hires since a meeting": {100_000: Target(100.0)},
}
_PACK_UP_TO = 10_000
"""The pack's target is for eight years of Struer, which has fewer pledges than the smallest size."""
_REBUILD_SECONDS = 1_800.0


@dataclass
class _Found:
    """The results of one size, one for each round."""

    messages: int = 0
    rebuilt: list[dict[str, Any]] = field(default_factory=list)
    consumed: list[dict[str, Any]] = field(default_factory=list)
    answers: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    bare: list[dict[str, Any]] = field(default_factory=list)
    packed: list[dict[str, Any]] = field(default_factory=list)


def measure(plan: Plan, progress: Callable[[str], None]) -> Iterator[Measure]:
    """Measure and yield the lines of the table, the smallest size first.

    Raises:
        AssertionError: an answer was not 200, or a message was refused.
        ChildFailed: a process failed, or was not done in time.
    """
    with installation("dashboard-app") as whole:
        log = whole.folder / "children.log"
        outboxes = {service: whole.app_dsn(service) for service in ("events", "pledges")}
        dashboard = {"dsn": whole.app_dsn("dashboard"), "jwks": whole.secrets["TOKEN_JWKS"], "outboxes": outboxes}
        consumer = {
            "dsn": whole.superuser_dsn("dashboard"),
            "outboxes": [whole.superuser_dsn(service) for service in outboxes],
            "servers": whole.broker.bootstrap_servers,
            "flavour": brokers.FLAVOUR,
        }
        history.put(whole.superuser_dsn("events"), history.register(TASKFORCE))
        with (
            Child("rebuilding", log, **dashboard) as rebuilding,
            Child("packing", log, dsn=dashboard["dsn"], jwks=dashboard["jwks"]) as packing,
            Child("bare_consumer", log, **consumer) as bare_consumer,
            Child("bare_app", log, port=(bare_port := plan.free_port()), size=0) as bare_app,
            Child("load", log) as load,
        ):
            smaller = None
            for size in plan.sizes:
                found = _Found()
                progress(f"{size:,} pledges: made up and put into the outbox")
                history.put(whole.superuser_dsn("pledges"), history.pledges(TASKFORCE, size))
                with_floor = size <= FLOOR_UP_TO
                if with_floor:
                    bare_consumer.ask(prepare=size, patience=_REBUILD_SECONDS)
                for number in range(plan.rounds if with_floor else 1):
                    progress(f"{size:,} pledges, round {number + 1}: rebuild")
                    _settle(whole)
                    found.rebuilt.append(rebuilding.ask(patience=_REBUILD_SECONDS))
                    if with_floor:
                        progress(f"{size:,} pledges, round {number + 1}: bare consumer")
                        _settle(whole)
                        found.consumed.append(bare_consumer.ask(patience=_REBUILD_SECONDS))
                whole.execute("dashboard", "vacuum analyze")
                for number in range(plan.rounds):
                    progress(f"{size:,} pledges, round {number + 1}: figures and page")
                    _ask(whole, load, bare_app, bare_port, found, number)
                    progress(f"{size:,} pledges, round {number + 1}: pack")
                    found.packed.append(packing.ask(patience=_REBUILD_SECONDS, **_last_meeting()))
                yield from _lines(size, found, smaller)
                smaller = found


def _last_meeting() -> dict[str, str]:
    return {
        "taskforce": str(TASKFORCE),
        "meeting": str(history.meeting_id(TASKFORCE, history.MEETINGS - 1)),
        "known_at": history.meeting_begins(history.MEETINGS - 1).isoformat(),
    }


def _settle(whole: Installation) -> None:
    """Let PostgreSQL finish the maintenance of the last round, so that it does not disturb the next one."""
    whole.execute("dashboard", "vacuum analyze")
    whole.execute("dashboard", "checkpoint")


def _ask(whole: Installation, load: Child, bare_app: Child, bare_port: int, found: _Found, number: int) -> None:
    chance = random.Random(number)
    token = whole.token("coordinator", taskforce_id=TASKFORCE)
    figures = "/api/dashboard/v1/figures"
    days = [history.SINCE + timedelta(days=chance.randrange(300, 3_200)) for _ in range(ASKED)]
    events = [history.event_id(TASKFORCE, chance.randrange(history.EVENTS)) for _ in days]
    few = days[:ASKED_OF_THE_PAST]
    companies = [company_id(TASKFORCE, chance.randrange(COMPANIES)) for _ in few]
    past = [date(2025, 1, 1) + timedelta(days=chance.randrange(365)) for _ in range(ASKED_OF_THE_PAST)]
    since = [history.meeting_begins(chance.randrange(history.MEETINGS - 4, history.MEETINGS)) for _ in few]
    lists = "/api/dashboard/v1/lists"
    paths = {
        "front page": ["/"] * ASKED,
        "figures on any day": [f"{figures}?as_of={day}" for day in days],
        "figures of one event": [
            f"{figures}?as_of={day}&event={event}" for day, event in zip(days, events, strict=True)
        ],
        "figures of one company": [
            f"{figures}?as_of={day}&company={one}" for day, one in zip(few, companies, strict=True)
        ],
        "figures of a municipality": [f"{figures}?as_of={day}&municipality={MUNICIPALITY}" for day in few],
        "figures with breakdowns": [f"{figures}?as_of={day}&breakdowns=true" for day in few],
        "front page as known a year or two ago": [f"/?as_of={day}&known_at={day}T12:00" for day in past],
        "bridge of hires since a meeting": [
            f"/api/dashboard/v1/bridge?measure=hires&from={one:%Y-%m-%d}@{one:%Y-%m-%dT%H:%M:%SZ}&to={history.TODAY}"
            for one in since
        ],
        "list of pledged positions": [f"{lists}/pledged_positions?as_of={day}" for day in few],
        "list of hires": [f"{lists}/hires?as_of={day}" for day in few],
        "figures as known a year or two ago": [f"{figures}?as_of={day}&known_at={day}T12:00:00Z" for day in past],
    }
    for name, urls in paths.items():
        # The first request of each kind fills the caches.
        load.ask(ports=[whole.port("dashboard")], connections=1, token=token, paths=urls[:2])
        answer = load.ask(ports=[whole.port("dashboard")], connections=1, token=token, paths=urls, seconds=300)
        assert answer["statuses"] == {"200": len(urls)}, answer["statuses"]
        found.answers.setdefault(name, []).append(answer)
        if name == "front page":
            bare_app.ask(size=answer["bytes"])
            found.bare.append(load.ask(ports=[bare_port], connections=1, token=token, paths=urls))


def _lines(size: int, found: _Found, smaller: _Found | None) -> Iterator[Measure]:
    with_floor = bool(found.consumed)
    rates = spread([one["rate"] for one in found.rebuilt])
    cleared = spread([one["seconds"] for one in found.rebuilt])
    yield Measure(
        SECTION,
        f"rebuild, {size:,} pledges, messages a second",
        "/s",
        rates,
        "bare consumer with batch inserts" if with_floor else None,
        spread([one["rate"] for one in found.consumed]) if with_floor else None,
        Target(0.6, of_floor=True) if with_floor else None,
        note=f"{found.rebuilt[0]['messages']:,} messages; {cleared.median:.1f} s with the old rows deleted",
        detail={"rebuilt": found.rebuilt, "consumed": found.consumed},
    )
    for name, answers in found.answers.items():
        for share in ("p50", "p99"):
            page = name == "front page"
            bounds = _BOUNDS_OF.get(name, {})
            grown = spread([one[share] for one in answers]).median
            before = spread([one[share] for one in smaller.answers[name]]).median if smaller else None
            notes = [f"{answers[0]['bytes'] / 1000:.0f} kB"] if share == "p50" else []
            if before:
                notes.append(f"{grown / before:.1f} times that of the size before")
            yield Measure(
                SECTION,
                f"{name}, {size:,} pledges, {share}",
                "ms",
                spread([one[share] for one in answers]),
                "bare uvicorn, as many bytes" if page else None,
                spread([one[share] for one in found.bare]) if page else None,
                bounds.get(size) if share == "p99" else None,
                note="; ".join(notes),
            )
    yield Measure(
        SECTION,
        f"pack of a meeting, {size:,} pledges",
        "s",
        spread([one["seconds"] for one in found.packed]),
        target=Target(2.0) if size <= _PACK_UP_TO else None,
        note=f"{found.packed[0]['figures_seconds']:.2f} s of it for the figures; "
        f"{sum(found.packed[0]['bytes']) / 1000:.0f} kB",
        detail={"packed": found.packed},
    )
