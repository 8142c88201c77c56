"""Loads the Vejle scenario into an installation through the services' commands. See `loading`."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from deploy.scenarios import vejle
from deploy.scenarios.citizen_loading import load_citizens
from deploy.scenarios.loading import confirm_hire, each, log_outreach, log_pledge, register_scenario
from deploy.scenarios.model import at

if TYPE_CHECKING:
    from deploy.scenarios.loading import Target
    from deploy.scenarios.model import Hire, Pledge, Scenario


async def load_vejle(target: Target) -> Scenario:
    """Load the Vejle scenario, or the missing part of it. It raises what `load_struer` raises."""
    scenario = vejle.vejle()
    await register_scenario(target, scenario)
    # The service pledges must know the companies before it logs pledges for them.
    await target.wait_until_delivered()
    participants = await load_citizens(target, scenario)
    await each(target, "Contacts", scenario.outreach, lambda contact: log_outreach(target, scenario, contact))

    async def log(pledge: Pledge) -> None:
        await log_pledge(target, scenario, pledge, recorded_at=pledge.captured_at + timedelta(minutes=1))

    async def confirm(hire: Hire) -> None:
        steps = vejle.ladder(hire)
        confirmed_at = at(steps[0].starts_on + timedelta(days=1), 10)
        await confirm_hire(target, scenario, hire, steps, participants, confirmed_at=confirmed_at)

    await each(target, "Pledges", scenario.pledges, log)
    await each(target, "Hires", scenario.hires, confirm)
    await target.wait_until_delivered()
    return scenario
