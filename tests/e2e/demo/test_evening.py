"""An evening on bad links, in short, and its rehearsal. `make evening` plays a whole one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.cli.command import tilsagn
from tests.evening.evening import Course, play_evening

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.local_run import LocalRun

pytestmark = pytest.mark.browser

SHORT = Course(
    seed=3, phones=3, pledges=7, companies=5, seconds=5, cut_share=0.4, lost_share=0.3, hand_overs=0, kills=1
)


async def test_what_is_typed_on_bad_links_is_stored_once_and_the_door_check_knows(
    run: LocalRun, tmp_path: Path
) -> None:
    token = tilsagn("token", "--role", "coordinator", state=run.state).output.strip()
    evening = await play_evening(run.url, token, SHORT, profiles=tmp_path)
    assert evening.is_right, evening
    assert (evening.outcome.typed, evening.outcome.stored, evening.killed) == (7, 7, 1)
    assert evening.door_check_looks > 0


@pytest.mark.long("deploy/rehearsal", "services/pledges/practice")
def test_a_rehearsal_says_that_all_is_ready_and_leaves_nothing_behind(run: LocalRun) -> None:
    found = re.search(r"/events/([0-9a-f-]{36})", run.output())
    assert found is not None
    ran = tilsagn("rehearse", "--event", found[1], "--phones", "2", "--seconds", "5", "--json", state=run.state)
    assert ran.exit_code == 0, ran
    verdicts = {finding["name"]: finding["verdict"] for finding in ran.json["findings"]}
    assert ran.json["ready"]
    assert (verdicts["Pledges"], verdicts["Door check"], verdicts["Afterwards"]) == ("ok", "ok", "ok")
