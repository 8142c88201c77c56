"""The page of a company, for the staff."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from services.pledges.companies import queries
from services.pledges.companies.access import OUTREACH, logs_outreach
from services.pledges.companies.cursors import LatestFirst
from services.pledges.companies.outreach.schemas import NOTE_LENGTH
from services.pledges.companies.outreach.store import is_new, load_outreach
from services.pledges.companies.refusals import CompanyNotFound
from services.pledges.companies.timeline import KINDS, Entry, timeline
from services.pledges.companies.words import AGREEMENT_ROLES, OUTREACH_KINDS
from services.pledges.hires.access import sees_person
from services.pledges.hires.domain import public_reason
from services.pledges.mails.words import notice_text, reason_text
from services.pledges.pledges.access import CONTACT, HIRE, PLEDGE, ContactReader
from services.pledges.pledges.forms import uuid_or_none
from services.pledges.pledges.rendering import address, render
from services.pledges.register.access import COMPANY
from shared.fields.copenhagen import COPENHAGEN
from shared.http.dependencies import Db
from shared.http.paging import PageToken, cut
from shared.http.policy import concerns
from shared.i18n.translations import gettext as _
from shared.product.vocabulary import END_REASONS
from shared.ui.forms import Form, blank

if TYPE_CHECKING:
    from shared.http.auth import Principal

router = APIRouter(prefix="/companies", include_in_schema=False)

_PAGE = 30

Text = Annotated[str, Query(max_length=60)]


@router.get("/{company_id:uuid}")
@concerns(COMPANY, PLEDGE, CONTACT, HIRE, OUTREACH)
async def show_company(
    *,
    company_id: UUID,
    request: Request,
    db: Db,
    principal: ContactReader,
    kind: Text = "",
    changed: Text = "",
    page_token: PageToken = None,
) -> Response:
    """Show a company of the register: whom to ring, where it stands, and everything that happened with it.

    Args:
        changed: a contact that was just logged, corrected, withdrawn or restored.
    """
    return await company_page(
        request,
        db,
        principal,
        company_id,
        kind=kind if kind in KINDS else "",
        changed=uuid_or_none(changed),
        after=LatestFirst.read(page_token),
    )


async def company_page(
    request: Request,
    db: Db,
    principal: Principal,
    company_id: UUID,
    *,
    kind: str = "",
    changed: UUID | None = None,
    after: LatestFirst | None = None,
    form: Form[Any] | None = None,
) -> Response:
    """Return the page; with a form, that of a contact which could not be logged, with its errors.

    Raises:
        CompanyNotFound: the register has no such company.
    """
    taskforce, today = principal.taskforce, datetime.now(COPENHAGEN).date()
    async with db.read(taskforce) as conn:
        company = await queries.company(conn, taskforce, company_id)
        if company is None:
            raise CompanyNotFound
        summary = await queries.summary(conn, taskforce, company_id, today=today)
        contacts = await queries.business_contacts(conn, taskforce, company_id)
        ours = await queries.our_contact(conn, taskforce, company_id)
        new_company = await is_new(conn, taskforce, company_id)
        outreach = await load_outreach(conn, taskforce, changed) if changed else None
        rows = await timeline(conn, taskforce, company_id, kind=kind or None, today=today, after=after, limit=_PAGE + 1)
    entries, last = cut([_visible(principal, row) for row in rows], _PAGE)
    path, token = f"/companies/{company_id}", None
    if last is not None:
        token = LatestFirst(on=last.on, at=last.at, part=last.part, id=last.id).token()
    return render(
        request,
        "company.html",
        status_code=422 if form is not None else 200,
        company=company,
        summary=summary,
        contacts=contacts,
        ours=ours,
        entries=entries,
        further=after is not None,
        next_href=address(path, [("kind", kind), ("page_token", token)]) if token else None,
        kinds=[("", _("Everything"), path)]
        + [(code, _(one.label), address(path, [("kind", code)])) for code, one in KINDS.items()],
        chosen=kind,
        today=today,
        end_reasons=END_REASONS,
        me=principal.person_id,
        logs_outreach=logs_outreach(principal),
        may_confirm=principal.has("caseworker"),
        changes_all=principal.has("coordinator", "admin"),
        changed=outreach if outreach is not None and outreach.company_id == company_id else None,
        form=form or blank(id=str(uuid4()), kind="visit", made_on=today.isoformat(), new_company=new_company),
        form_refused=form is not None,
        outreach_kinds=OUTREACH_KINDS,
        agreement_roles=AGREEMENT_ROLES,
        kind_choices=[(code, _(label)) for code, label in OUTREACH_KINDS.items()],
        note_length=NOTE_LENGTH,
        notice_text=notice_text,
        reason_text=reason_text,
    )


def _visible(principal: Principal, entry: Entry) -> Entry:
    """Return an entry as the principal may see it: see `visible_hire`."""
    facts = entry.facts
    if "end_reason" not in facts or sees_person(principal, facts["caseworker_municipality"]):
        return entry
    return replace(entry, facts={**facts, "end_reason": public_reason(facts["end_reason"])})
