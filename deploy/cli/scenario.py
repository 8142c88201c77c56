"""`tilsagn scenario load`: a made-up taskforce into the running installation."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from deploy.cli.console import Refusal, output
from deploy.cli.installation import Installation, attach
from deploy.cli.steps import Steps
from deploy.scenarios import struer
from deploy.scenarios.loading import Target, load_struer
from deploy.verification.quiet import NeverQuiet
from shared import refusals
from shared.db.database import Database

_PATIENCE_SECONDS = 60


def load_scenario(name: str) -> None:
    """Load it. Raises `Refusal` where there is no such scenario, or other data is in its way."""
    if name != struer.SLUG:
        raise Refusal(f"There is no scenario {name!r}: so far there is {struer.SLUG}.", exit_code=2)
    installation = attach()
    scenario = asyncio.run(load(installation, Steps(output())))
    output().print(
        f"{len(scenario.companies)} companies, {len(scenario.gatherings)} events and meetings, "
        f"{len(scenario.pledges)} pledges, {len(scenario.hires)} hires: "
        f"{scenario.smaajob_hires(struer.UNTIL)} citizens have got a småjob, "
        f"{scenario.smaajobs_running(struer.UNTIL)} had one on {struer.UNTIL:%d.%m.%Y}."
    )
    output().print(f"Look at {installation.url}/board/{struer.SLUG}")


async def load(installation: Installation, steps: Steps) -> struer.Scenario:
    """Load the Struer scenario with its progress on the console. Raises `Refusal`."""
    with steps("Loading eight years of Struer") as tell:
        done: dict[str, int] = {}
        whole = _size(struer.struer())

        def progress(step: str, so_far: int, _of_step: int) -> None:
            done[step] = so_far
            tell(sum(done.values()), whole)

        async with targeted(installation, progress=progress) as target:
            try:
                return await load_struer(target)
            except refusals.Refusal as why:
                raise Refusal(
                    f"Other data is in the scenario's way ({type(why).__name__}): load it into an installation of "
                    "its own, with TILSAGN_STATE naming a new folder."
                ) from None
            except NeverQuiet as busy:
                raise Refusal(
                    f"Not everybody has heard of everything yet ({busy}): `tilsagn status` tells what is stuck; "
                    "loading again completes it."
                ) from None


@asynccontextmanager
async def targeted(
    installation: Installation, *, progress: Callable[[str, int, int], None] = lambda _step, _done, _all: None
) -> AsyncIterator[Target]:
    """The installation as something to load into."""
    events = await Database.connect(installation.events(), name="scenario")
    settings = installation.pledges()
    pledges = await Database.connect(settings, name="scenario")
    try:
        yield Target(
            events=events,
            pledges=pledges,
            request_key=settings.request_key,
            settled=lambda: installation.settled(seconds=_PATIENCE_SECONDS),
            progress=progress,
        )
    finally:
        await events.close()
        await pledges.close()


def _size(scenario: struer.Scenario) -> int:
    return len(scenario.companies) + len(scenario.gatherings) + len(scenario.pledges) + len(scenario.hires)
