"""The case worker's queue with 100,000 open cases: the page and the API, beside a plain keyset select.

The rows are made up by SQL. The views differ in how much of them they read: one case worker's work of today, nobody's,
everybody's, one kind, and pages in the middle of the list.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
import time
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid5

import asyncpg

from services.pledges.queue.cursors import DueFirst
from services.pledges.queue.kinds.registry import KINDS
from tests.bench.children import Child
from tests.bench.measures import Measure, Target, percentile, spread
from tests.bench.topology import EVENT, TASKFORCE, installation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.bench.plan import Plan
    from tests.bench.topology import Installation

SECTION: Final = "queue"
CASES: Final = 100_000
ASKED: Final = 150
"""The number of requests of each kind in a round."""
_CASEWORKERS: Final = 100
_BOUND: Final = Target(50.0)
_KEYSET: Final = """
select id, company_name, job_type, pledged_on, status
  from pledges
 where taskforce_id = $1
   and status in ('logged', 'affirmed', 'in_progress')
   and ((case when active_on is null then pledged_on else active_on end), id) > ($2, $3)
 order by (case when active_on is null then pledged_on else active_on end), id
 limit 31
"""

# Of each ten pledges: seven have two open positions, one of them about to lapse; two have a match, one a trial.
_FILL: Final = f"""
insert into pledges
       (taskforce_id, id, event_id, company_name, company_cvr, municipality, job_type, position_count,
        weekly_hours_from, weekly_hours_to, tasks, captured_by, logged_with_pass, captured_at, received_at, pledged_on,
        flags, request_fingerprint, version, status, active_on, assigned_to, lapse_deferred_until, review)
select '{TASKFORCE}',
       md5('pledge ' || n)::uuid,
       case when n % 1000 = 0 then '{EVENT}'::uuid end,
       'Virksomhed ' || n % 20000 || ' ApS',
       null,
       case n % 3 when 0 then '0671' else '0756' end,
       case n % 5 when 0 then 'praktik' else 'smaajob' end,
       2, 5, 10, '{{}}', 'web', false,
       now() - make_interval(days => n % 240), now() - make_interval(days => n % 240),
       current_date - n % 240,
       '{{}}', '\\x00', 1,
       case when n % 10 < 3 then 'in_progress' else 'logged' end,
       case when n % 10 < 3 then current_date - n % 40 end,
       case when n % 7 > 0 then md5('caseworker ' || n / 10 % {_CASEWORKERS})::uuid end,
       case when n % 100 = 7 then current_date + 60 end,
       case when n % 200 = 9 then 'waiting' end
  from generate_series(1, {CASES}) as n;
insert into positions
       (taskforce_id, id, pledge_id, number, status, matched_on, trial_on, trial_ends_on)
select '{TASKFORCE}',
       md5('position ' || n || ' ' || number)::uuid,
       md5('pledge ' || n)::uuid,
       number,
       case when number = 2 or n % 10 > 2 then 'open' when n % 10 = 2 then 'trial' else 'matched' end,
       case when number = 1 and n % 10 < 3 then current_date - n % 40 end,
       case when number = 1 and n % 10 = 2 then current_date - n % 40 end,
       case when number = 1 and n % 10 = 2 then current_date - n % 40 + 30 end
  from generate_series(1, {CASES}) as n
 cross join generate_series(1, 2) as number;
insert into pledge_contacts (taskforce_id, id, name, phone)
select taskforce_id, id, 'Eva Holm', '97850000' from pledges;
insert into hires
       (taskforce_id, id, company_name, municipality, job_type, start_date, weekly_hours, confirmed_by, confirmed_at,
        flags, request_fingerprint, version)
select '{TASKFORCE}', md5('hire ' || n)::uuid, 'Virksomhed ' || n % 20000 || ' ApS', '0671', 'smaajob',
       current_date - n % 360, 10, md5('caseworker ' || n / 10 % {_CASEWORKERS})::uuid, now(), '{{}}', '\\x00', 1
  from generate_series(1, {CASES} / 4) as n;
insert into hire_checkpoints (taskforce_id, hire_id, months, due_on)
select taskforce_id, id, months, (start_date + make_interval(months => months))::date
  from hires
 cross join unnest(array[3, 6, 12]) as months
 where (start_date + make_interval(months => months))::date > current_date - 30;
insert into duplicate_proposals (taskforce_id, id, first_id, second_id, proposed_at, version, status)
select '{TASKFORCE}', md5('proposal ' || n)::uuid, md5('pledge ' || n)::uuid, md5('pledge ' || n + 1)::uuid,
       now() - make_interval(days => n % 30), 1, 'open'
  from generate_series(1, 500) as n;
"""


def measure(plan: Plan, progress: Callable[[str], None]) -> Iterator[Measure]:
    """Measure and yield the lines of the table.

    Raises:
        AssertionError: an answer was not 200.
        ChildFailed: a process failed, or was not done in time.
    """
    with installation("pledges-app") as whole:
        progress(f"{CASES:,} open cases: made up")
        whole.execute("pledges", _FILL)
        whole.execute("pledges", "vacuum analyze")
        found: dict[str, list[dict[str, Any]]] = {}
        floors: list[dict[str, float]] = []
        with Child("load", whole.folder / "children.log") as load:
            for number in range(plan.rounds):
                progress(f"{CASES:,} open cases, round {number + 1}: queue")
                floors.append(asyncio.run(_keyset(whole, number)))
                for name, paths in _paths(number).items():
                    answer = _ask(whole, load, paths, number)
                    found.setdefault(name, []).append(answer)
        for name, answers in found.items():
            for share in ("p50", "p99"):
                yield Measure(
                    SECTION,
                    f"{name}, {share}",
                    "ms",
                    spread([one[share] for one in answers]),
                    "plain keyset select of 31 pledges",
                    spread([one[share] for one in floors]),
                    _BOUND if share == "p99" else None,
                    note=f"{CASES:,} open cases; {answers[0]['bytes'] / 1000:.0f} kB" if share == "p50" else "",
                )


def _paths(number: int) -> dict[str, list[str]]:
    chance = random.Random(number)
    today = date.today()  # noqa: DTZ011  (a day in the middle of the list, whichever)

    def deep() -> str:
        due_on = today - timedelta(days=chance.randrange(200))
        key = DueFirst(due_on=due_on, source=chance.randrange(len(KINDS)), day=due_on, id=uuid5(TASKFORCE, str(due_on)))
        return key.token()

    return {
        "queue page, mine today": ["/queue"] * ASKED,
        "queue page, everybody's whenever due": ["/queue?view=all&due=all"] * ASKED,
        "queue page, in the middle": [f"/queue?view=all&due=all&page_token={deep()}" for _ in range(ASKED)],
        "queue page, vacant positions of a municipality": ["/queue?view=unassigned&kind=vacant&municipality=0671"]
        * ASKED,
        "queue by the API, mine today": ["/api/pledges/v1/queue?page_size=30"] * ASKED,
    }


def _ask(whole: Installation, load: Child, paths: list[str], number: int) -> dict[str, Any]:
    caseworker = UUID(bytes=_md5(f"caseworker {number % _CASEWORKERS or 1}"))
    token = whole.token("caseworker", taskforce_id=TASKFORCE, subject=f"person:{caseworker}", municipality="0671")
    # The first requests fill the caches, of the plans of statements, too.
    load.ask(ports=[whole.port("pledges")], connections=1, token=token, paths=paths[:8])
    answer = load.ask(ports=[whole.port("pledges")], connections=1, token=token, paths=paths, seconds=120)
    assert answer["statuses"] == {"200": len(paths)}, answer["statuses"]
    return answer


def _md5(text: str) -> bytes:
    """Return what PostgreSQL's `md5` made the ids of."""
    return hashlib.md5(text.encode(), usedforsecurity=False).digest()


async def _keyset(whole: Installation, number: int) -> dict[str, float]:
    """Return how long a plain select takes, without a policy and without an application."""
    chance = random.Random(number)
    conn = await asyncpg.connect(whole.superuser_dsn("pledges"))
    took = []
    try:
        for _ in range(ASKED + 8):
            since = date.today() - timedelta(days=chance.randrange(200))  # noqa: DTZ011  (whichever day)
            began = time.perf_counter()
            rows = await conn.fetch(_KEYSET, TASKFORCE, since, UUID(int=0))
            took.append(1000 * (time.perf_counter() - began))
            assert len(rows) == 31
    finally:
        await conn.close()
    return {"p50": percentile(took[8:], 0.5), "p99": percentile(took[8:], 0.99)}
