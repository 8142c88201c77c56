"""Loads the participants of a scenario and their profile cards, as its case worker."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5

from deploy.scenarios.drawings import draw
from deploy.scenarios.loading import each, reader_of, request_for
from services.pledges.participants import commands as participants_commands
from services.pledges.participants.access import disclose_participants
from services.pledges.participants.profile_cards import commands as cards
from services.pledges.participants.profile_cards.domain import USUAL_MONTHS, CardContent, Photo
from services.pledges.participants.profile_cards.photos import MEDIA_TYPE, reencode
from services.pledges.participants.profile_cards.store import find_card
from services.pledges.participants.queries import ParticipantFilter, list_participants
from shared.fields.copenhagen import local_moment
from shared.fields.dates import months_after
from shared.privacy.access_log import CASEWORK, PROFILE_CARD
from shared.ui.formats import local_date

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from deploy.scenarios.loading import Target
    from deploy.scenarios.model import Card, Citizen, Hire, Scenario

_MORNING: Final = time(8, 30)
_MOST: Final = 1000
_ALT: Final = "Tegning af en person"


async def load_citizens(target: Target, scenario: Scenario) -> dict[str, UUID]:
    """Register the participants and write their cards, and return the ids of all by case reference."""
    known = await _known(target, scenario)

    async def register(citizen: Citizen) -> None:
        if citizen.case_reference not in known:
            known[citizen.case_reference] = await _register(target, scenario, citizen)

    await each(target, "Citizens", scenario.citizens, register)
    with_card = [citizen for citizen in scenario.citizens if citizen.card]
    await each(
        target,
        "Cards",
        with_card,
        lambda citizen: _write_card(target, scenario, known[citizen.case_reference], citizen.card),
    )
    return known


async def pause_employed(target: Target, scenario: Scenario, participants: Mapping[str, UUID]) -> None:
    """Pause the citizens who have a job, so that nobody looks for another one for them.

    Args:
        participants: their ids by case reference.
    """
    by = scenario.person("caseworker").id

    async def pause(hire: Hire) -> None:
        assert hire.citizen is not None  # `Scenario.settled` has only hires that name their citizen
        await participants_commands.change_participant(
            target.participants,
            reader_of(scenario),
            participants[hire.citizen],
            lambda known: replace(known.terms, status="paused"),
            by=by,
            request=request_for(target, "pause", hire.citizen),
            at=_in_the_morning(hire.start_date) + timedelta(days=1),
        )

    await each(target, "Pauses", scenario.settled(), pause)


async def _known(target: Target, scenario: Scenario) -> dict[str, UUID]:
    """Return the ids of those who were registered before."""
    theirs = ParticipantFilter(left=True, case_reference=scenario.case_reference_prefix)
    async with disclose_participants(target.participants, reader_of(scenario), purpose=CASEWORK) as disclosure:
        found, _ = await list_participants(disclosure, theirs, today=local_date(datetime.now(UTC)), size=_MOST)
    return {one.case_reference: one.id for one in found}


async def _register(target: Target, scenario: Scenario, citizen: Citizen) -> UUID:
    reader, by = reader_of(scenario), citizen.terms.caseworker_id
    one = await participants_commands.register_participant(
        target.participants,
        reader,
        citizen.case_reference,
        replace(citizen.terms, status="active"),
        by=by,
        request=request_for(target, "register", citizen.case_reference),
        at=_in_the_morning(citizen.registered_on),
    )
    if citizen.note is not None:
        written_on, words = citizen.note
        note_id = uuid5(scenario.taskforce_id, f"note:{citizen.case_reference}")
        at = _in_the_morning(written_on)
        await participants_commands.write_note(target.participants, reader, one.id, note_id, words, by=by, at=at)
    status = "left" if citizen.left_on else citizen.terms.status
    if status != "active":
        await participants_commands.change_participant(
            target.participants,
            reader,
            one.id,
            lambda known: replace(known.terms, status=status),
            by=by,
            at=_in_the_morning(citizen.left_on or citizen.registered_on),
        )
    return one.id


async def _write_card(target: Target, scenario: Scenario, participant_id: UUID, card: Card | None) -> None:
    """Write a card, unless the participant has or has had one."""
    assert card is not None  # only citizens with a card have one written
    reader, by = reader_of(scenario), scenario.person("caseworker").id
    async with disclose_participants(target.participants, reader, purpose=PROFILE_CARD) as disclosure:
        if await find_card(disclosure, participant_id) is not None:
            return
    today = local_date(datetime.now(UTC))
    content = CardContent(
        preferred_name=card.preferred_name,
        words=card.words,
        tasks=card.tasks,
        language="da",
        basis="consent",
        consented_on=today,
        valid_from=today,
        valid_until=months_after(today, USUAL_MONTHS),
    )
    await cards.write_card(
        target.participants, reader, participant_id, content, by=by, seen_version=None, key=target.request_key
    )
    if card.drawing is not None:
        photo = Photo(reencode(draw(card.drawing)), MEDIA_TYPE, _ALT)
        await cards.show_photo(target.participants, reader, participant_id, photo, by=by)


def _in_the_morning(day: date) -> datetime:
    return local_moment(day, _MORNING)
