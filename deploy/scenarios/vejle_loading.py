"""Loads the Vejle scenario into an installation through the services' commands. See `loading`."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from deploy.scenarios import vejle, vejle_follow_up
from deploy.scenarios.citizen_loading import load_citizens, pause_employed
from deploy.scenarios.loading import (
    answer_checkpoints,
    confirm_hire,
    each,
    log_outreach,
    log_pledge,
    reader_of,
    register_scenario,
    request_for,
)
from deploy.scenarios.model import at
from services.pledges.matching.commands import answer_needs, match_participant
from services.pledges.matching.domain import Needs
from services.pledges.matching.store import load_needs
from services.pledges.pledges.terms import Editor
from services.pledges.positions import commands as positions
from shared.contracts.pledges import position_id

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

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
        recorded_at = pledge.captured_at + timedelta(minutes=1)
        await log_pledge(target, scenario, pledge, participants, recorded_at=recorded_at)

    async def confirm(hire: Hire) -> None:
        steps = vejle.ladder(hire)
        confirmed_at = at(steps[0].starts_on + timedelta(days=1), 10)
        await confirm_hire(target, scenario, hire, steps, participants, confirmed_at=confirmed_at)

    async def affirm(affirmation: tuple[UUID, datetime]) -> None:
        pledge_id, affirmed_at = affirmation
        request = request_for(target, "affirm", pledge_id)
        by = Editor(scenario.person("caseworker").id, of_all=True)
        await positions.affirm_pledge(
            target.pledges, scenario.taskforce_id, pledge_id, by=by, request=request, at=affirmed_at
        )

    await each(target, "Pledges", scenario.pledges, log)
    await each(target, "Affirmations", vejle_follow_up.affirmed(scenario), affirm)
    await each(target, "Hires", scenario.hires, confirm)
    await answer_checkpoints(target, scenario, vejle_follow_up.answers(scenario))
    await pause_employed(target, scenario, participants)
    await _find_positions(target, scenario, participants)
    await target.wait_until_delivered()
    return scenario


async def _find_positions(target: Target, scenario: Scenario, participants: Mapping[str, UUID]) -> None:
    """Note what companies have answered about their positions, and find some for citizens, as the case worker."""
    by = Editor(scenario.person("caseworker").id, of_all=True)
    for pledge_id, needs in vejle_follow_up.needs(scenario):
        async with target.pledges.read(scenario.taskforce_id) as conn:
            answered = await load_needs(conn, scenario.taskforce_id, pledge_id)
        if answered == Needs():
            await answer_needs(target.pledges, scenario.taskforce_id, position_id(pledge_id, 1), needs)
    for found in vejle_follow_up.matched(scenario):
        await match_participant(
            target.participants,
            reader_of(scenario),
            found.position_id,
            participants[found.case_reference],
            by=by,
            request=request_for(target, "match", found.position_id),
            at=found.at,
        )
