"""What is saved beside what was typed, for somebody whose page was older than the hire."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, cast, get_args

from services.pledges.hires import words as hire_words
from services.pledges.hires.change_schemas import NewStepIn
from services.pledges.hires.pages.case_view import step_in_words
from services.pledges.pledges.domain import Contact
from services.pledges.pledges.forms import read_as
from services.pledges.pledges.history import NOTHING, Difference
from shared.contracts.pledges import EndReason
from shared.fields.dates import iso_date
from shared.fields.phone import phone_text
from shared.i18n.translations import gettext as _
from shared.product.vocabulary import END_REASONS, JOB_TYPES
from shared.ui.formats import date_text

if TYPE_CHECKING:
    from services.pledges.hires.pages.case_view import CaseView
    from services.pledges.hires.pages.change_forms import ChangeForm
    from services.pledges.hires.schemas import CheckpointOut, HireOut


def differences(change: str, case: CaseView, form: ChangeForm) -> list[Difference]:
    """Return what a change would replace: `before` is what is saved now, `after` what was typed."""
    return _BY_CHANGE[change](case, form)


def _steps(case: CaseView, form: ChangeForm) -> list[Difference]:
    typed = form.step
    hours = [
        _("%(hours)s h paid", hours=typed.paid) if typed.paid else "",
        _("%(hours)s h placement", hours=typed.praktik) if typed.praktik else "",
    ]
    words = [" + ".join(filter(None, hours)) or NOTHING, _day(typed.starts_on)]
    words += [_(label) for code, label in JOB_TYPES.items() if code == typed.job_type]
    return [Difference(_("The last step"), _last_step(case.hire), ", ".join(words))]


def _removed_steps(case: CaseView, form: ChangeForm) -> list[Difference]:
    mine = _("remove the step from %(day)s", day=_day(form.starts_on))
    return [Difference(_("The last step"), _last_step(case.hire), mine)]


def _last_step(hire: HireOut) -> str:
    step = hire.steps[-1]
    return f"{step_in_words(step)}, {date_text(step.starts_on)}, {_(JOB_TYPES[step.job_type])}"


def _ends(case: CaseView, form: ChangeForm) -> list[Difference]:
    hire, typed = case.hire, form.end
    return [
        Difference(
            _("First day without the job"), date_text(hire.ended_on) if hire.ended_on else NOTHING, _day(typed.on)
        ),
        Difference(_("Why?"), _reason(hire.end_reason), _reason(typed.reason)),
    ]


def _reason(code: str | None) -> str:
    return _(END_REASONS[cast("EndReason", code)]) if code in get_args(EndReason) else NOTHING


def _continuations(case: CaseView, form: ChangeForm) -> list[Difference]:
    ended_on = case.hire.ended_on
    now = _("ends on %(day)s", day=date_text(ended_on)) if ended_on else _("goes on")
    return [Difference(_("The hire"), now, _("goes on"))]


def _confirmations(case: CaseView, form: ChangeForm) -> list[Difference]:
    return [Difference(_("The hire"), _("was changed after the confirmation"), _("undo the confirmation"))]


def _answers(case: CaseView, form: ChangeForm) -> list[Difference]:
    now: CheckpointOut | None = next((one for one in case.hire.checkpoints if one.months == form.months), None)
    label = _("Still employed after %(months)s months?", months=form.months)
    return [Difference(label, _answered(now.answer if now else None), _answered(form.answer))]


def _answered(code: str | None) -> str:
    return _(hire_words.CHECKPOINT_ANSWERS[code]) if code and code in hire_words.CHECKPOINT_ANSWERS else NOTHING


def _contact_persons(case: CaseView, form: ChangeForm) -> list[Difference]:
    now, typed = case.hire.contact_person, form.contact
    mine = Contact(typed.name or "", typed.phone, typed.email)
    return [Difference(_("Contact person"), contact_in_words(now), contact_in_words(mine))]


def _citizens(case: CaseView, form: ChangeForm) -> list[Difference]:
    now = case.citizen.case_reference if case.citizen else case.named_citizen
    return [Difference(_("Citizen"), now or NOTHING, form.citizen.reference or NOTHING)]


def contact_in_words(contact: Contact | None) -> str:
    """Return name, telephone and e-mail."""
    if contact is None:
        return NOTHING
    return ", ".join(filter(None, [contact.name, contact.phone and phone_text(contact.phone), contact.email]))


def _day(typed: str | None) -> str:
    """Return a typed day as it is shown, or as it was typed if it is none."""
    read = read_as(NewStepIn, {"from": iso_date(typed) if typed else None})
    return typed or NOTHING if isinstance(read, list) else date_text(read.starts_on)


_BY_CHANGE: Final[Mapping[str, Callable[[CaseView, ChangeForm], list[Difference]]]] = {
    "step": _steps,
    "remove-step": _removed_steps,
    "end": _ends,
    "resume": _continuations,
    "revoke": _confirmations,
    "checkpoint": _answers,
    "contact-person": _contact_persons,
    "citizen": _citizens,
}
