"""10,000 participants and one position: the candidates, the counts and the questions within 100 ms."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import pytest

from services.pledges.matching.lists import find_candidates
from services.pledges.participants.access import disclose_participants
from shared.privacy.access_log import PLACEMENT
from tests.pledges.builders import TASKFORCE
from tests.pledges.matching.conftest import TODAY

if TYPE_CHECKING:
    from tests.pledges.matching.conftest import Matching

PARTICIPANTS: Final = 10_000
BOUND_MS: Final = 100
_FILL: Final = f"""
insert into participants.participants
       (taskforce_id, id, version, municipality, case_reference, case_reference_key, status, registered_at,
        available_from, weekly_hours_from, weekly_hours_to, weekdays, max_distance_km, transport, job_types,
        tasks_can, tasks_want, tasks_cannot)
select $1, md5('participant ' || n)::uuid, 1, '0671', 'B-' || n, 'b' || n,
       case when n % 50 = 0 then 'paused' else 'active' end,
       now() - make_interval(days => n % 700),
       case when n % 3 > 0 then current_date - n % 90 end,
       case when n % 4 > 0 then 5 end,
       case when n % 4 > 0 then 5 + n % 20 end,
       case n % 5 when 0 then null when 1 then array[1, 3] else array[1, 2, 3, 4, 5] end,
       case when n % 2 > 0 then n % 60 end,
       (array['walk', 'bicycle', 'public', 'car', null])[1 + n % 5],
       case when n % 7 > 0 then array['smaajob'] end,
       case when n % 3 > 0 then array['packing'] else '{{}}' end,
       array['tidying'],
       case when n % 11 = 0 then array['packing'] else '{{}}' end
  from generate_series(1, {PARTICIPANTS}) as n
"""


@pytest.mark.long("services/pledges/matching")
async def test_the_candidates_of_ten_thousand_are_found_within_a_tenth_of_a_second(matching: Matching) -> None:
    async with disclose_participants(matching.db, matching.reader, purpose=PLACEMENT, action="change") as disclosure:
        await disclosure.conn.execute(_FILL, TASKFORCE)
    offer = await matching.offer(await matching.pledge())
    took = []
    for _ in range(12):
        start = time.perf_counter()
        async with disclose_participants(matching.db, matching.reader, purpose=PLACEMENT) as disclosure:
            found = await find_candidates(disclosure, offer, today=TODAY, after=None, size=20)
        took.append((time.perf_counter() - start) * 1000)
    assert len(found.shown) == 20
    assert found.questions.questions
    # The best of them: other work on the machine only adds to it.
    print(f"{PARTICIPANTS:,} participants: best {min(took):.0f} ms, median {sorted(took)[6]:.0f} ms")
    assert min(took) <= BOUND_MS, took
