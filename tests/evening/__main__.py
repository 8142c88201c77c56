"""`make evening SEED=7`: plays an evening on an installation of its own and compares it with what was typed.

The last line of the output is JSON. Exits 1 unless every pledge is stored once and as it was typed, and the door check
was right whenever it was looked at.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.rehearsal.plan import COMPANIES, PHONES, PLEDGES
from tests.cli.command import tilsagn
from tests.cli.local_run import local_run, state_folder
from tests.evening.evening import Course, play_evening

if TYPE_CHECKING:
    from tests.evening.evening import Evening


def main() -> int:
    """Play the evening and print what came of it."""
    options = _options()
    course = Course(
        seed=options.seed,
        phones=options.phones,
        pledges=options.pledges,
        companies=COMPANIES,
        seconds=options.seconds,
        cut_share=options.cut_share,
        lost_share=options.lost_share,
        hand_overs=min(2, options.phones - 2),
        kills=1,
    )
    with (
        state_folder() as state,
        tempfile.TemporaryDirectory(prefix="tilsagn-evening-") as profiles,
        local_run("demo", "--no-browser", "--speed", "60", state=state) as run,
    ):
        run.wait_for("Everything stays up")
        print(f"Seed {course.seed}: {course.pledges} pledges on {course.phones} phones, within {course.seconds:.0f} s.")
        token = tilsagn("token", "--role", "coordinator", state=run.state).output.strip()
        evening = asyncio.run(play_evening(run.url, token, course, profiles=Path(profiles), report=print))
    _print_outcome(evening)
    return 0 if evening.is_right else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make evening", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--phones", type=int, default=PHONES)
    parser.add_argument("--pledges", type=int, default=PLEDGES)
    parser.add_argument("--seconds", type=float, default=120.0, help="how long people type")
    parser.add_argument("--cut-share", type=float, default=0.4, help="of the time, without a network")
    parser.add_argument("--lost-share", type=float, default=0.1, help="of the deliveries, without an answer")
    return parser.parse_args()


def _print_outcome(evening: Evening) -> None:
    outcome = evening.outcome
    for words, names in (("lost", outcome.lost), ("stored twice", outcome.doubled), ("not typed", outcome.unknown)):
        for name in names:
            print(f"  {words}: {name}")
    for name, field, typed, stored in outcome.wrong_fields:
        print(f"  {name}: {field} was typed as {typed!r} and is stored as {stored!r}")
    for words, times in evening.door_check_wrong.items():
        print(f"  door check, {times} times: {words}")
    print(json.dumps(evening.figures()))


if __name__ == "__main__":
    sys.exit(main())
