"""`tilsagn scenario load`: loads a fictional taskforce into the running installation."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from deploy.cli.console import CommandError, reporting_change, stdout_console
from deploy.cli.installation import Installation, attach
from deploy.cli.step_progress import StepProgress
from deploy.scenarios import struer, vejle
from deploy.scenarios.loading import Target
from deploy.scenarios.struer_loading import load_struer
from deploy.scenarios.vejle_loading import load_vejle
from deploy.verification.delivery import MessagesPending
from services.pledges.participants.access import ParticipantsDatabase
from shared import refusals
from shared.db.database import Database

if TYPE_CHECKING:
    from deploy.scenarios.model import Scenario

_PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Loadable:
    """A scenario that can be loaded.

    Attributes:
        doing: what the progress says.
    """

    build: Callable[[], Scenario]
    load: Callable[[Target], Awaitable[Scenario]]
    doing: str


SCENARIOS: Final = {
    struer.SLUG: Loadable(struer.struer, load_struer, "Loading eight years of Struer"),
    vejle.SLUG: Loadable(vejle.vejle, load_vejle, "Loading the småjobs of Vejle"),
}
"""The scenarios by the short name of their taskforce."""


def load_scenario(name: str) -> None:
    """Load a scenario. Raises `CommandError` if it does not exist or conflicts with existing data."""
    if name not in SCENARIOS:
        raise CommandError(f"There is no scenario {name!r}: there are {' and '.join(SCENARIOS)}.", exit_code=2)
    installation = attach()
    scenario = asyncio.run(load(installation, StepProgress(stdout_console()), name))
    with reporting_change("The scenario was loaded"):
        stdout_console().print(
            f"{len(scenario.companies)} companies, {len(scenario.events)} events and meetings, "
            f"{len(scenario.pledges)} pledges, {len(scenario.hires)} hires: "
            f"{len(scenario.citizens)} citizens are known, "
            f"and {scenario.smaajob_citizens(scenario.until)} citizens have got a småjob."
        )
        stdout_console().print(f"Look at {installation.url}/board/{scenario.slug}")


async def load(installation: Installation, steps: StepProgress, name: str = struer.SLUG) -> Scenario:
    """Load a scenario and show the progress. Raises `CommandError` if existing data conflicts with it."""
    chosen = SCENARIOS[name]
    with steps(chosen.doing) as update:
        done: dict[str, int] = {}
        total = _row_count(chosen.build())

        def progress(step: str, so_far: int, _of_step: int) -> None:
            done[step] = so_far
            update(sum(done.values()), total)

        async with loading_target(installation, progress=progress) as target:
            try:
                return await chosen.load(target)
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
    participants = await Database.connect(
        settings, name="scenario-participants", url=settings.participants_database_url
    )
    try:
        yield Target(
            events=events,
            pledges=pledges,
            participants=ParticipantsDatabase(participants),
            request_key=settings.request_key,
            wait_until_delivered=lambda: installation.wait_until_delivered(seconds=_PATIENCE_SECONDS),
            progress=progress,
        )
    finally:
        await events.close()
        await pledges.close()
        await participants.close()


def _row_count(scenario: Scenario) -> int:
    rows = (scenario.companies, scenario.events, scenario.citizens, scenario.outreach, scenario.pledges, scenario.hires)
    return sum(map(len, rows))
