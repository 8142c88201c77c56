"""Loads the Struer scenario into an installation through the services' commands. See `loading`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from deploy.scenarios import meeting_loading, struer, struer_follow_up, struer_targets
from deploy.scenarios.citizen_loading import load_citizens, pause_employed
from deploy.scenarios.loading import (
    answer_checkpoints,
    confirm_hire,
    each,
    hold_events,
    log_outreach,
    log_pledge,
    reader_of,
    register_scenario,
    request_for,
)
from services.events.calendar import commands as calendar
from services.events.targets import commands as targets
from services.pledges.matching.commands import match_participant
from services.pledges.pledges.terms import Editor
from services.pledges.positions import commands as positions
from shared.ui.formats import local_date

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from deploy.scenarios.loading import Target
    from deploy.scenarios.model import Hire, Pledge, Scenario


async def is_loaded(target: Target) -> bool:
    """Return whether the whole scenario is loaded: closing the latest event is the last step."""
    latest = max(struer.struer().events, key=lambda event: event.starts_at)
    async with target.events.read(struer.TASKFORCE_ID) as conn:
        status = await conn.fetchval("select status from employer_events where id = $1", latest.id)
    return bool(status == "closed")


async def load_struer(target: Target) -> Scenario:
    """Load the Struer scenario, or the missing part of it.

    Raises:
        services.events.register.domain.IdTaken: the id of a company, event or person belongs to something else.
        services.pledges.pledges.refusals.IdTaken: the id of a pledge or hire belongs to something else.
        deploy.verification.delivery.MessagesPending: the workers did not apply all messages in time.
    """
    scenario = struer.struer()
    await register_scenario(target, scenario)
    await _set_targets(target, scenario)
    open_events = await hold_events(target, scenario)
    await meeting_loading.load_meetings(target.events, scenario, open_events)
    # The service pledges must know the companies and events before it logs pledges for them.
    await target.wait_until_delivered()
    participants = await load_citizens(target, scenario)
    await each(target, "Contacts", scenario.outreach, lambda contact: log_outreach(target, scenario, contact))

    async def log(pledge: Pledge) -> None:
        recorded_at = struer_follow_up.recorded_at(pledge.captured_at + timedelta(minutes=1))
        await log_pledge(target, scenario, pledge, participants, recorded_at=recorded_at)

    await each(target, "Pledges", scenario.pledges, log)
    pledge_of = {pledge.id: pledge for pledge in scenario.pledges}
    if open_events:
        await _follow_up_pledges(target, scenario, participants)

    async def confirm(hire: Hire) -> None:
        pledge = pledge_of[hire.pledge_id] if hire.pledge_id else None
        steps = struer_follow_up.ladder(hire, pledge)
        confirmed_at = struer_follow_up.confirmed_at(hire, pledge)
        await confirm_hire(target, scenario, hire, steps, participants, confirmed_at=confirmed_at)

    await each(target, "Hires", scenario.hires, confirm)
    if open_events:
        await pause_employed(target, scenario, participants)
        await answer_checkpoints(target, scenario, struer_follow_up.answers(scenario, local_date(datetime.now(UTC))))
    for event in sorted(open_events, key=lambda event: event.starts_at):
        await calendar.close_event(target.events, struer.TASKFORCE_ID, event.id, at=event.ends_at)
    await target.wait_until_delivered()
    return scenario


async def _set_targets(target: Target, scenario: Scenario) -> None:
    coordinator = f"person:{scenario.person('coordinator').id}"
    for one in struer_targets.TARGETS:
        await targets.set_target(
            target.events, struer.TASKFORCE_ID, one.id, one.terms, by=coordinator, at=struer_targets.SET_AT
        )


async def _follow_up_pledges(target: Target, scenario: Scenario, participants: Mapping[str, UUID]) -> None:
    """Affirm pledges, and match, try and cancel their positions, as the case worker."""
    moving = sorted(struer_follow_up.under_way(scenario), key=lambda position: position.at)
    found_for = struer_follow_up.found_for(scenario, moving)
    by = Editor(scenario.person("caseworker").id, of_all=True)
    today = local_date(datetime.now(UTC))

    async def affirm(affirmation: tuple[UUID, datetime]) -> None:
        pledge_id, at = affirmation
        request = request_for(target, "affirm", pledge_id)
        await positions.affirm_pledge(target.pledges, struer.TASKFORCE_ID, pledge_id, by=by, request=request, at=at)

    async def move(position: struer_follow_up.UnderWay) -> None:
        about = (target.pledges, struer.TASKFORCE_ID, position.position_id)
        request = request_for(target, position.status, position.position_id)
        if position.status == "cancelled":
            await positions.cancel_position(*about, "company_found_somebody", by=by, request=request, at=position.at)
            return
        reference = found_for.get(position.position_id)
        if reference is None:
            await positions.match_position(*about, by=by, request=request, at=position.at)
            return
        await match_participant(
            target.participants,
            reader_of(scenario),
            position.position_id,
            participants[reference],
            by=by,
            request=request,
            at=position.at,
        )

    async def start_trial(position: struer_follow_up.UnderWay) -> None:
        await positions.start_trial(
            target.pledges,
            struer.TASKFORCE_ID,
            position.position_id,
            starts_on=today,
            ends_on=today + timedelta(days=11),
            by=by,
            request=request_for(target, "trial of", position.position_id),
        )

    # One after another: the versions of a pledge follow one another in time.
    await each(target, "Affirmations", tuple(struer_follow_up.affirmed(scenario)), affirm)
    for position in moving:
        await move(position)
    await each(target, "Trials", [position for position in moving if position.status == "trial"], start_trial)
