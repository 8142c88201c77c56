"""Requests for hires, the work list, companies and their own pages, each with what its answer shows and changes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from shared.ui.formats import local_date
from tests.authorisation.matrix import Ask, Probe, expected_marks
from tests.authorisation.pledges_world import API, NOW, STRANGER, PledgesWorld, call_about
from tests.authorisation.resources import change, list_of, one
from tests.pledges.conftest import hire_body
from tests.support.taskforces import TASKFORCE

if TYPE_CHECKING:
    from shared.http.policy import Caller, Ownership


async def confirm_by_api(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    body = hire_body(pledge_id=str(world.pledge(caller, ownership).id))
    send = {"json": body, "headers": {"idempotency-key": str(uuid4())}}
    return Ask("POST", f"{API}/hires", send, success=201, hidden=422)


async def confirm_by_form(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    form = {"id": str(uuid4()), "step": "confirm", "start_date": local_date(NOW).isoformat(), "weekly_hours": "7,5"}
    form |= {"contact_person.name": "Jonas", "contact_person.phone": "96 84 84 84"}
    return Ask("POST", f"/queue/{world.pledge(caller, ownership).id}/hire", {"data": form}, success=303)


def _hire_form(change: str, success: int, fields: dict[str, str]) -> Probe:
    """A form of a hire's page. With a version that the hire does not have, it is refused and changes nothing."""

    async def probe(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
        path = f"/hires/{world.pledge(caller, ownership).hire_id}/{change}"
        return Ask("POST", path, {"data": fields}, success=success)

    return probe


async def _registered(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    """A search for registered companies."""
    shows = expected_marks(ownership, world.companies.get(ownership, ""))
    return Ask("POST", "/queue/search", {"data": {"q": "registreret"}}, hidden=200, shows=shows)


def _searched(field: str) -> Probe:
    """A search for cases."""

    async def probe(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
        shows = expected_marks(ownership, getattr(world.pledge(caller, ownership), field))
        return Ask("POST", "/queue/search", {"data": {"q": "firma"}}, hidden=200, shows=shows)

    return probe


def _note(path: str, field: str) -> Probe:
    """A note about a pledge or a hire, which changes nothing of it."""

    async def probe(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
        case = getattr(world.pledge(caller, ownership), field)
        return Ask("POST", f"/queue/{path}/{case}/notes", {"data": {"body": "De ringer i morgen"}}, success=303)

    return probe


async def companies_of_hire_form(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    return Ask("GET", "/hires/new", hidden=200, shows=expected_marks(ownership, world.companies.get(ownership, "")))


async def confirm_after_training(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    """A hire that follows a training: a hidden one is refused, by the form."""
    form = {"id": str(uuid4()), "step": "confirm", "start_date": local_date(NOW).isoformat(), "weekly_hours": "7,5"}
    form |= {"company.name": "Ny", "contact_person.name": "Jonas", "contact_person.phone": "96 84 84 84"}
    form |= {"training_hire_id": str(world.pledge(caller, ownership).hire_id)}
    return Ask("POST", "/hires/new", {"data": form}, success=303, hidden=303)


_OUTDATED: Final = '"999"'
"""A version that no hire of the world has: the request is refused for that, where the caller reaches the hire."""


def _of_hire(method: str, path: str, body: dict[str, Any] | None, *, success: int = 412) -> Probe:
    """A change of a hire by the API."""

    async def probe(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
        hire_id = world.pledge(caller, ownership).hire_id
        headers = {"idempotency-key": str(uuid4()), "if-match": _OUTDATED}
        send: dict[str, Any] = {"headers": headers} | ({} if body is None else {"json": body})
        return Ask(method, f"{API}/hires/{hire_id}/{path}", send, success=success)

    return probe


async def hand_over_by_api(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    hires = [{"id": str(world.pledge(caller, ownership).hire_id), "version": 999}]
    send = {"json": {"name": "Karen", "hires": hires}, "headers": {"idempotency-key": str(uuid4())}}
    return Ask("POST", f"{API}/hires/contact-person", send, success=412)


async def settle_by_api(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    logged = world.pledge(caller, ownership)
    send = {"json": {"solved": True}, "headers": {"idempotency-key": str(uuid4()), "if-match": _OUTDATED}}
    return Ask("POST", f"{API}/hires/{logged.hire_id}/support/{call_about(logged.hire_id)}", send, success=412)


def _outreach(method: str, path: str, *, success: int, text: bool = False) -> Probe:
    """A visit to the company of a pledge, by whoever logged the pledge. Both have the pledge's id."""

    async def probe(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
        logged = world.pledge(caller, ownership)
        # That it exists is no secret from colleagues.
        hidden = 403 if ownership in {"other company", "other municipality"} else 404
        shows = expected_marks(ownership, logged.company.replace("Firma", "Besøg")) if text else ()
        form = {"kind": "visit", "made_on": local_date(NOW).isoformat()}
        path_of_company = f"/companies/{logged.id}{path.format(id=logged.id)}"
        return Ask(method, path_of_company, {"data": form}, success=success, hidden=hidden, shows=shows)

    return probe


async def list_outreach(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    visited = world.pledge(caller, ownership).company.replace("Firma", "Besøg")
    return Ask("GET", "/companies/outreach", hidden=200, shows=expected_marks(ownership, visited))


async def log_outreach(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    form = {"id": str(uuid4()), "kind": "visit", "made_on": local_date(NOW).isoformat()}
    return Ask("POST", f"/companies/{world.pledge(caller, ownership).id}/outreach", {"data": form}, success=303)


def _handed_over(field: str, id_field: str) -> Probe:
    """Cases given to whom they have already: to nobody. Those of the other taskforce to somebody, which would show."""

    async def probe(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
        body: dict[str, Any] = {field: [str(getattr(world.pledge(caller, ownership), id_field))], "person_id": None}
        if ownership == "other taskforce":
            body["person_id"] = str(STRANGER)
        send = {"json": body, "headers": {"idempotency-key": str(uuid4())}}
        return Ask("POST", f"{API}/queue/assign", send, hidden=200)

    return probe


def _handed_over_by_form(table: str, id_field: str) -> Probe:
    """The same from the page."""

    async def probe(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
        form = {"cases": f"{table}:{getattr(world.pledge(caller, ownership), id_field)}"}
        if ownership == "other taskforce":
            form["person"] = str(STRANGER)
        return Ask("POST", "/queue/assign", {"data": form}, success=303, hidden=303)

    return probe


async def undo_handover(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    path = f"{API}/queue/assignments/{world.handover(caller, ownership)}/undo"
    return Ask("POST", path)


async def undo_handover_by_form(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    return Ask("POST", f"/queue/assign/{world.handover(caller, ownership)}/undo", {"data": {}}, success=303)


def _company_page(path: str = "", method: str = "GET", success: int = 200) -> Probe:
    """The page of a company. An answer is sent without what it has to contain, so that nothing changes."""

    async def probe(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
        page = world.company_page(ownership)
        shows = expected_marks(ownership, page.name) if (method, path) == ("GET", "") else ()
        send = {} if method == "GET" else {"data": {"step": "check"}}
        return Ask(method, f"/company/{page.token}{path.format(pledge=page.pledge_id)}", send, success, shows=shows)

    return probe


def _company_link(path: str = "", method: str = "GET", success: int = 200) -> Probe:
    """The link of a company of the register, for staff."""

    async def probe(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
        company_id = world.company_ids.get(ownership, STRANGER)
        shows = expected_marks(ownership, world.companies.get(ownership, "")) if method == "GET" else ()
        return Ask(method, f"/pledges/company-links/{company_id}{path}", success=success, shows=shows)

    return probe


def _company_answer(path: str = "", method: str = "GET", success: int = 200) -> Probe:
    """An answer of a company, which was undone before."""

    async def probe(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
        page = world.company_page(ownership)
        shows = expected_marks(ownership, page.name) if method == "GET" else ()
        return Ask(method, f"/pledges/company-answers/{page.answer_id}{path}", success=success, shows=shows)

    return probe


async def link_for_mail(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    page = world.company_page(ownership)
    path = f"/internal/pledges/v1/pledges/{page.pledge_id}/company-link?taskforce={TASKFORCE}"
    return Ask("POST", path, shows=expected_marks(ownership, page.token))


CASE_WORK_PROBES: Final[dict[tuple[str, str], Probe]] = {
    (f"POST {API}/hires", "pledge"): confirm_by_api,
    (f"GET {API}/hires", "hire"): list_of(f"{API}/hires?page_size=100", "hire_contact"),
    (f"GET {API}/hires/{{hire_id}}", "hire"): one(f"{API}/hires/{{hire_id}}", "hire_contact"),
    (f"POST {API}/hires/contact-person", "hire"): hand_over_by_api,
    (f"POST {API}/hires/{{hire_id}}/contact-person", "hire"): _of_hire("POST", "contact-person", {"name": "Karen"}),
    (f"POST {API}/hires/{{hire_id}}/citizen", "hire"): _of_hire(
        "POST", "citizen", {"participant_id": None}, success=200
    ),
    (f"POST {API}/hires/{{hire_id}}/steps", "hire"): _of_hire(
        "POST", "steps", {"from": "2027-06-01", "paid_weekly_hours": 8}
    ),
    (f"DELETE {API}/hires/{{hire_id}}/steps/{{starts_on}}", "hire"): _of_hire("DELETE", "steps/2027-06-01", None),
    (f"POST {API}/hires/{{hire_id}}/end", "hire"): _of_hire(
        "POST", "end", {"ended_on": "2027-06-01", "reason": "other"}
    ),
    (f"POST {API}/hires/{{hire_id}}/resume", "hire"): _of_hire("POST", "resume", {}),
    (f"POST {API}/hires/{{hire_id}}/correct", "hire"): _of_hire("POST", "correct", {"weekly_hours": 7}),
    (f"POST {API}/hires/{{hire_id}}/revoke", "hire"): _of_hire("POST", "revoke", None),
    (f"POST {API}/hires/{{hire_id}}/checkpoints/{{months}}", "hire"): _of_hire(
        "POST", "checkpoints/3", {"answer": "no"}
    ),
    (f"GET {API}/hires/{{hire_id}}/history", "hire"): _of_hire("GET", "history", None, success=200),
    (f"GET {API}/hires/{{hire_id}}/support", "hire"): one(f"{API}/hires/{{hire_id}}/support", "agreed"),
    (f"POST {API}/hires/{{hire_id}}/support", "hire"): _of_hire(
        "POST", "support", {"contacted_by": "other", "agreed": "Ok"}, success=201
    ),
    (f"POST {API}/hires/{{hire_id}}/support/{{contact_id}}", "hire"): settle_by_api,
    ("POST /internal/pledges/v1/pledges/{pledge_id}/company-link", "pledge"): link_for_mail,
    ("GET /company/{token}", "company page"): _company_page(),
    ("POST /company/{token}/keep", "company page"): _company_page("/keep", "POST", 303),
    **{
        (f"{method} /company/{{token}}/pledges/{{pledge_id:uuid}}/{step}", "company page"): _company_page(
            f"/pledges/{{pledge}}/{step}", method, 200 if method == "GET" else 422
        )
        for step in ("affirm", "adjust", "withdraw")
        for method in ("GET", "POST")
    },
    ("GET /company/{token}/events/{event_id:uuid}/{step}", "company page"): _company_page(
        f"/events/{uuid4()}/register", success=409
    ),
    ("POST /company/{token}/events/{event_id:uuid}/{step}", "company page"): _company_page(
        f"/events/{uuid4()}/register", "POST", 422
    ),
    ("GET /company/{token}/hires/{hire_id:uuid}/checkpoints/{months}", "company page"): _company_page(
        f"/hires/{uuid4()}/checkpoints/3?answer=no", success=404
    ),
    ("POST /company/{token}/hires/{hire_id:uuid}/checkpoints/{months}", "company page"): _company_page(
        f"/hires/{uuid4()}/checkpoints/3", "POST", 404
    ),
    ("GET /pledges/company-answers/{answer_id:uuid}", "company answer"): _company_answer(),
    ("POST /pledges/company-answers/{answer_id:uuid}/seen", "company answer"): _company_answer("/seen", "POST", 303),
    ("POST /pledges/company-answers/{answer_id:uuid}/undo", "company answer"): _company_answer("/undo", "POST", 409),
    ("GET /pledges/company-links/{company_id:uuid}", "company link"): _company_link(),
    ("POST /pledges/company-links/{company_id:uuid}", "company link"): _company_link(method="POST", success=303),
    ("POST /pledges/company-links/{company_id:uuid}/revoke", "company link"): _company_link("/revoke", "POST", 303),
    (f"GET {API}/queue", "pledge"): list_of(
        f"{API}/queue?view=all&due=all&kind=vacant&job_type=praktik&page_size=200", "company"
    ),
    ("GET /companies/{company_id:uuid}", "company"): one("/companies/{id}", "company"),
    ("GET /companies/{company_id:uuid}", "pledge"): one("/companies/{id}", "company"),
    ("GET /companies/{company_id:uuid}", "business contact"): one("/companies/{id}", "contact"),
    ("GET /companies/{company_id:uuid}", "hire"): one("/companies/{id}", "hire_company"),
    (f"GET {API}/queue", "hire"): list_of(
        f"{API}/queue?view=all&due=all&kind=checkpoint&page_size=200", "hire_company"
    ),
    (f"POST {API}/queue/assign", "pledge"): _handed_over("pledges", "id"),
    (f"POST {API}/queue/assign", "hire"): _handed_over("hires", "hire_id"),
    (f"POST {API}/queue/assignments/{{handover_id}}/undo", "handover of cases"): undo_handover,
    ("POST /queue/pledges/{pledge_id:uuid}/notes", "pledge"): _note("pledges", "id"),
    ("POST /queue/hires/{hire_id:uuid}/notes", "hire"): _note("hires", "hire_id"),
    ("POST /queue/search", "company"): _registered,
    ("POST /queue/search", "pledge"): _searched("company"),
    ("POST /queue/search", "hire"): _searched("hire_company"),
    ("GET /queue", "pledge"): list_of("/queue?view=all&due=all&kind=vacant&job_type=praktik", "company"),
    ("GET /queue", "hire"): list_of("/queue?view=all&due=all&kind=checkpoint", "hire_company"),
    ("POST /queue/assign", "pledge"): _handed_over_by_form("pledge", "id"),
    ("POST /queue/assign", "hire"): _handed_over_by_form("hire", "hire_id"),
    ("POST /queue/assign/{handover_id:uuid}/undo", "handover of cases"): undo_handover_by_form,
    ("GET /queue/mails/{mail_id:uuid}", "pledge"): one("/queue/mails/{id}", "company"),
    ("GET /queue/mails/{mail_id:uuid}", "business contact"): one("/queue/mails/{id}", "contact"),
    ("POST /queue/mails/{mail_id:uuid}/handled", "pledge"): change(
        "POST", "/queue/mails/{id}/handled", success=303, data={}
    ),
    ("POST /queue/mails/{mail_id:uuid}/reopen", "pledge"): change(
        "POST", "/queue/mails/{id}/reopen", success=303, data={}
    ),
    ("GET /companies/outreach", "company"): list_outreach,
    ("GET /companies/outreach", "outreach"): list_outreach,
    ("GET /companies/{company_id:uuid}", "outreach"): _outreach("GET", "", success=200, text=True),
    ("POST /companies/{company_id:uuid}/outreach", "company"): log_outreach,
    ("GET /companies/{company_id:uuid}/outreach/{outreach_id:uuid}", "outreach to change"): _outreach(
        "GET", "/outreach/{id}", success=200, text=True
    ),
    ("POST /companies/{company_id:uuid}/outreach/{outreach_id:uuid}", "outreach to change"): _outreach(
        "POST", "/outreach/{id}", success=303
    ),
    ("POST /companies/{company_id:uuid}/outreach/{outreach_id:uuid}/withdraw", "outreach to change"): _outreach(
        "POST", "/outreach/{id}/withdraw", success=303
    ),
    ("POST /companies/{company_id:uuid}/outreach/{outreach_id:uuid}/restore", "outreach to change"): _outreach(
        "POST", "/outreach/{id}/restore", success=303
    ),
    ("GET /queue/{pledge_id:uuid}/hire", "pledge"): one("/queue/{id}/hire", "company"),
    ("POST /queue/{pledge_id:uuid}/hire", "pledge"): confirm_by_form,
    ("GET /hires/new", "company"): companies_of_hire_form,
    ("GET /hires/new", "hire"): list_of("/hires/new", "hire_company"),
    ("POST /hires/new", "hire"): confirm_after_training,
    ("GET /hires/{hire_id:uuid}", "hire"): one("/hires/{hire_id}", "hire_contact"),
    ("GET /hires/{hire_id:uuid}", "business contact"): one("/hires/{hire_id}", "contact"),
    ("POST /hires/{hire_id:uuid}/revoke", "hire"): _hire_form("revoke", 412, {"version": "99"}),
    ("POST /hires/{hire_id:uuid}/{change}", "hire"): _hire_form(
        "step", 303, {"step.starts_on": (local_date(NOW) + timedelta(days=9)).isoformat(), "step.paid": "12"}
    ),
    ("GET /hires/{hire_id:uuid}/correct", "hire"): one("/hires/{hire_id}/correct", "hire_company"),
    ("POST /hires/{hire_id:uuid}/correct", "hire"): _hire_form(
        "correct", 412, {"version": "99", "start_date": local_date(NOW).isoformat(), "paid": "3", "company.name": "Ny"}
    ),
}
