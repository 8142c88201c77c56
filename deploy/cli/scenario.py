"""`tilsagn scenario load`: loads a fictional taskforce into the running installation."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from deploy.cli.console import CommandError, reporting_change, stdout_console
from deploy.cli.installation import Installation, attach
from deploy.cli.step_progress import StepProgress
from deploy.scenarios import struer
from deploy.scenarios.loading import Target, load_struer
from deploy.verification.delivery import MessagesPending
from shared import refusals
from shared.db.database import Database

_PATIENCE_SECONDS = 60


def load_scenario(name: str) -> None:
    """Load a scenario. Raises `CommandError` if it does not exist or conflicts with existing data."""
    if name != struer.SLUG:
        raise CommandError(f"There is no scenario {name!r}: so far there is {struer.SLUG}.", exit_code=2)
    installation = attach()
    scenario = asyncio.run(load(installation, StepProgress(stdout_console())))
    with reporting_change("The scenario was loaded"):
        stdout_console().print(
            f"{len(scenario.companies)} companies, {len(scenario.events)} events and meetings, "
            f"{len(scenario.pledges)} pledges, {len(scenario.hires)} hires: "
            f"{scenario.smaajob_hires(struer.UNTIL)} citizens have got a småjob, "
            f"{scenario.smaajobs_running(struer.UNTIL)} had one on {struer.UNTIL:%d.%m.%Y}."
        )
        stdout_console().print(f"Look at {installation.url}/board/{struer.SLUG}")


async def load(installation: Installation, steps: StepProgress) -> struer.Scenario:
    """Load the Struer scenario and show the progress. Raises `CommandError` if existing data conflicts with it."""
    with steps("Loading eight years of Struer") as update:
        done: dict[str, int] = {}
        total = _row_count(struer.struer())

        def progress(step: str, so_far: int, _of_step: int) -> None:
            done[step] = so_far
            update(sum(done.values()), total)

        async with loading_target(installation, progress=progress) as target:
            try:
                return await load_struer(target)
            except refusals.Refusal as why:
                raise CommandError(
                    f"Other data is in the scenario's way ({type(why).__name__}): load it into an installation of "
                    "its own, with TILSAGN_STATE naming a new folder."
                ) from None
            except MessagesPending as busy:
                raise CommandError(
                    f"Not everybody has heard of everything yet ({busy}): `tilsagn status` tells what is stuck; "
                    "loading again completes it."
                ) from None


@asynccontextmanager
async def loading_target(
    installation: Installation, *, progress: Callable[[str, int, int], None] = lambda _step, _done, _all: None
) -> AsyncIterator[Target]:
    """Open the databases of an installation for loading a scenario."""
    events = await Database.connect(installation.events(), name="scenario")
    settings = installation.pledges()
    pledges = await Database.connect(settings, name="scenario")
    try:
        yield Target(
            events=events,
            pledges=pledges,
            request_key=settings.request_key,
            wait_until_delivered=lambda: installation.wait_until_delivered(seconds=_PATIENCE_SECONDS),
            progress=progress,
        )
    finally:
        await events.close()
        await pledges.close()


def _row_count(scenario: struer.Scenario) -> int:
    return len(scenario.companies) + len(scenario.events) + len(scenario.pledges) + len(scenario.hires)
