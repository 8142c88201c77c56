"""The changes of a hire that its page offers, each by the command that it asks for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Final

from services.pledges.hires import commands, queries
from services.pledges.hires.access import unknown_participants_recorded
from services.pledges.hires.change_schemas import AnswerIn, ContactPersonIn, EndIn, NewStepIn
from services.pledges.hires.checkpoints import MONTHS
from services.pledges.hires.pages.change_forms import Asked, WrongFieldsError, by_field, read_body
from services.pledges.hires.pages.citizens import citizen_called
from services.pledges.hires.support_log.commands import log_support_contact, settle_support_contact
from services.pledges.hires.support_log.refusals import SupportContactNotFound
from services.pledges.hires.support_log.schemas import SupportContactIn
from services.pledges.participants.access import case_worker
from services.pledges.participants.refusals import UnknownParticipant
from services.pledges.pledges.forms import read_as, uuid_or_none, without_empty
from shared.fields.dates import iso_date
from shared.fields.numbers import point_decimal
from shared.i18n.translations import N_
from shared.i18n.translations import gettext as _

if TYPE_CHECKING:
    from uuid import UUID


async def _run(asked: Asked, command: Callable[..., Awaitable[object]], *arguments: object, **more: object) -> object:
    """Call a command that changes the hire, if it still is what the page showed."""
    return await command(
        asked.db,
        asked.taskforce_id,
        asked.hire_id,
        *arguments,
        by=asked.by,
        request=asked.idempotent,
        seen_version=asked.form.version,
        **more,
    )


async def _add_step(asked: Asked) -> object:
    typed = asked.form.step
    body = {
        "from": iso_date(typed.starts_on) if typed.starts_on else None,
        "paid_weekly_hours": point_decimal(typed.paid) if typed.paid else "0",
        "praktik_weekly_hours": point_decimal(typed.praktik) if typed.praktik else "0",
        "job_type": typed.job_type,
    }
    step = read_body(NewStepIn, body, "step")
    return await _run(asked, commands.add_step, step.typed(), limits=asked.limits)


async def _remove_step(asked: Asked) -> object:
    step = read_body(NewStepIn, {"from": asked.form.starts_on}, "remove-step")
    return await _run(asked, commands.remove_step, step.starts_on)


async def _end(asked: Asked) -> object:
    typed = asked.form.end
    body = {
        "ended_on": iso_date(typed.on) if typed.on else None,
        "reason": typed.reason,
        "position": typed.position,
        "note": typed.note,
    }
    end = read_body(EndIn, body, "end")
    return await _run(asked, commands.end_hire, end.ended_on, end.reason, position=end.position, note=end.note)


async def _resume(asked: Asked) -> object:
    return await _run(asked, commands.resume_hire)


async def revoke(asked: Asked) -> object:
    """Undo the confirmation. It has a route of its own, because a coordinator may ask for it, too."""
    return await _run(asked, commands.revoke_hire)


async def _answer(asked: Asked) -> object:
    months = next((one for one in MONTHS if one == asked.form.months), None)
    if months is None:
        raise WrongFieldsError({"": _("Choose one of the questions on the page.")})
    answer = read_as(AnswerIn, {"answer": asked.form.answer})
    if isinstance(answer, list):
        raise WrongFieldsError({"": _("Choose one of the answers.")})
    return await _run(asked, commands.answer_checkpoint, months, answer.answer)


async def _change_contact_person(asked: Asked) -> object:
    typed = asked.form.contact
    person_id = uuid_or_none(typed.person_id)
    body = typed.model_dump() | {"person_id": str(person_id) if person_id else None}
    read = read_as(ContactPersonIn, without_empty(body))
    errors = by_field(read, "contact-person") if isinstance(read, list) else {}
    if not typed.phone:
        errors["contact.phone"] = _("Write a number that employer and employee can ring.")
    if await _keeps_the_former_name(asked, person_id):
        errors["contact.name"] = _("This is the present contact person. Write the colleague's name and number.")
    if isinstance(read, list) or errors:
        raise WrongFieldsError(errors)
    return await _run(asked, commands.change_contact_person, read.contact(), read.person_id)


async def _keeps_the_former_name(asked: Asked, person_id: UUID | None) -> bool:
    """Whether another account was chosen, and the name is still that of the present contact person."""
    async with asked.db.read(asked.taskforce_id) as conn:
        hire = await queries.hire(conn, asked.taskforce_id, asked.hire_id)
    if hire is None or hire.contact_person is None or None in {person_id, hire.contact_person_id}:
        return False
    name = (asked.form.contact.name or "").strip()
    return person_id != hire.contact_person_id and name == hire.contact_person.name


async def _change_citizen(asked: Asked) -> object:
    reference = asked.form.citizen.reference
    citizen = await citizen_called(asked.participants, asked.request, asked.principal, reference)
    if reference and citizen is None:
        raise UnknownParticipant
    with unknown_participants_recorded(asked.request):
        return await commands.change_citizen(
            asked.db if citizen is None else asked.participants,
            asked.taskforce_id,
            asked.hire_id,
            citizen.id if citizen else None,
            by=asked.by,
            reader=case_worker(asked.principal),
            request=asked.idempotent,
            seen_version=asked.form.version,
        )


async def _log_support(asked: Asked) -> object:
    typed = asked.form.support
    body = {
        "contacted_on": iso_date(typed.contacted_on) if typed.contacted_on else None,
        "contacted_by": typed.contacted_by,
        "agreed": typed.agreed,
        "solved": typed.solved,
    }
    contact = read_body(SupportContactIn, body, "support")
    return await log_support_contact(
        asked.db,
        asked.taskforce_id,
        asked.hire_id,
        contacted_on=contact.contacted_on,
        contacted_by=contact.contacted_by,
        agreed=contact.agreed,
        solved=contact.solved,
        by=asked.by,
        request=asked.idempotent,
    )


async def _settle_support(asked: Asked) -> object:
    contact_id = uuid_or_none(asked.form.support.id)
    if contact_id is None:
        raise SupportContactNotFound
    return await settle_support_contact(
        asked.db,
        asked.taskforce_id,
        asked.hire_id,
        contact_id,
        solved=asked.form.support.solved,
        by=asked.by,
        request=asked.idempotent,
        seen_version=asked.form.support.version,
    )


CHANGES: Final[Mapping[str, Callable[[Asked], Awaitable[object]]]] = {
    "step": _add_step,
    "remove-step": _remove_step,
    "end": _end,
    "resume": _resume,
    "checkpoint": _answer,
    "contact-person": _change_contact_person,
    "citizen": _change_citizen,
    "support": _log_support,
    "solved": _settle_support,
}
"""By their names in the address. Each raises `WrongFieldsError`, or the refusal of its command."""
SECTIONS: Final[Mapping[str, str]] = {
    "step": "hours",
    "remove-step": "hours",
    "checkpoint": "checkpoints",
    "contact-person": "contact",
    "citizen": "facts",
    "support": "support",
    "solved": "support",
}
"""Where on the page a change is; the others are at its top."""
DONE: Final[Mapping[str, str]] = {
    "step": N_("The new hours are saved"),
    "remove-step": N_("The last step is removed"),
    "end": N_("The end is saved"),
    "resume": N_("The hire goes on"),
    "checkpoint": N_("The answer is saved"),
    "contact-person": N_("The contact person is saved"),
    "citizen": N_("The citizen is saved"),
    "support": N_("The call is saved"),
    "solved": N_("The call is saved"),
    "correct": N_("The correction is saved"),
}
"""What the page says after a change."""
