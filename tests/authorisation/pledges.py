"""Requests for the resources of the pledges service, each with what its answer shows and changes."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

from services.pledges.pledges.access import LOGGERS
from shared.contracts.pledges import position_id
from shared.http.auth import sign_token
from shared.ui.formats import local_date
from tests.authorisation.case_work import CASE_WORK_PROBES
from tests.authorisation.matching import MATCHING_PROBES
from tests.authorisation.matrix import (
    FOREIGN,
    Ask,
    Probe,
    expected_marks,
)
from tests.authorisation.participants import PARTICIPANT_PROBES
from tests.authorisation.pledges_world import (
    ANOTHER,
    API,
    ELSEWHERE,
    NOW,
    STRANGER,
    TONIGHT,
    PledgesWorld,
    guest,
    name_of,
    proposal_about,
)
from tests.authorisation.profile_cards import PROFILE_CARD_PROBES
from tests.authorisation.resources import beside, change, list_of, one
from tests.authorisation.subjects import deadlines, erase, find, ledger
from tests.pledges.conftest import pledge_body
from tests.support.taskforces import TASKFORCE

if TYPE_CHECKING:
    from shared.http.policy import Caller, Ownership


async def log_by_api(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    contact = {"name": "N", "phone": "97 85 00 00"}
    body = pledge_body(event_id=str(world.event(ownership)), company={"name": "Ny"}, contact=contact)
    # With another event than the pass's own the pass is refused, whether that event exists or not.
    hidden = 403 if caller == "event_pass" else 422
    send = {"json": body, "headers": {"idempotency-key": str(uuid4())}}
    return Ask("POST", f"{API}/pledges", send, success=201, hidden=hidden)


async def contact_in_answer(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask | None:
    """A pledge that the caller has just logged is the caller's own."""
    if ownership != "own":
        return None
    contact = {"name": "Kontakt i svaret", "phone": "97 85 00 00"}
    body = pledge_body(event_id=str(TONIGHT), company={"name": "Ny"}, contact=contact)
    send = {"json": body, "headers": {"idempotency-key": str(uuid4())}}
    return Ask("POST", f"{API}/pledges", send, success=201, hidden=201, shows=(contact["name"],), creates=True)


async def log_batch(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    contact = {"name": "N", "phone": "97 85 00 00"}
    body = pledge_body(event_id=str(world.event(ownership)), company={"name": "Ny"}, contact=contact)
    return Ask(
        "POST", f"{API}/pledges/batch", {"json": {"pledges": [body]}}, success=200, hidden=200, shows=('"logged"',)
    )


async def intake_data(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    # A guest gets the event of the pass, whichever they ask for.
    path = f"{API}/intake?event={world.event(ownership)}"
    return Ask("GET", path, hidden=200, shows=expected_marks(ownership, f'"title":"{world.titles.get(ownership)}"'))


async def intake_companies(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    # As on the page: when nobody has checked in, the list shows other companies.
    return replace(await intake_with_companies(world, caller, ownership), path=f"{API}/intake?event={ANOTHER}")


async def announce_phone(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    hidden = 403 if caller == "event_pass" else 404
    path = f"{API}/events/{world.event(ownership)}/phones/{uuid4()}"
    return Ask("PUT", path, {"json": {"announced": 1}}, hidden=hidden)


async def evenings(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    marks = expected_marks(ownership, world.titles.get(ownership, ""))
    return Ask("GET", "/pledges/evening", hidden=200, shows=marks)


def _evening(path: str, method: str = "GET", success: int = 200) -> Probe:
    """The evening of an event, or what belongs to it."""

    async def probe(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
        return Ask(method, path.format(event=world.event(ownership)), success=success)

    return probe


async def evening_page(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    path = f"/pledges/evening/{world.event(ownership)}"
    return Ask("GET", path, shows=expected_marks(ownership, world.titles.get(ownership, "")))


def _of_phone(method: str, path: str, success: int, **send: Any) -> Probe:
    """The phone of an event: it has the event's id."""

    async def probe(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
        shows = expected_marks(ownership, world.titles.get(ownership, "")) if success == 200 else ()
        return Ask(method, path.format(id=world.event(ownership)), send, success=success, shows=shows)

    return probe


async def log_by_form(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    form = {"id": str(uuid4()), "event_id": str(world.event(ownership)), "company.name": "Ny", "contact.name": "N"}
    form |= {"contact.phone": "97 85 00 00", "positions": "1", "hours": "10"}
    return Ask("POST", "/pledges/new", {"data": form}, success=303, hidden=403 if caller == "event_pass" else 422)


async def review_by_api(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    path = f"{API}/pledges/{world.pledge(caller, ownership).id}/review"
    # The decision that a guest's or a member's pledge has from the start, so that it still is in the lists.
    return Ask("POST", path, {"json": {"decision": "accepted"}})


async def review_by_form(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    path = f"/pledges/{world.pledge(caller, ownership).id}/review"
    return Ask("POST", path, {"data": {"decision": "accepted"}}, success=303)


def _of_pass(method: str, path: str, *, success: int, **send: Any) -> Probe:
    """What came with the passes of an event, of a generation that no pledge came with."""

    async def probe(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
        shows = (world.titles[ownership],) if method == "GET" and ownership != "missing" else ()
        return Ask(method, path.format(event=world.event(ownership)), send, success=success, shows=shows)

    return probe


def _step(path: str, *, success: int = 409, body: dict[str, str] | None = None) -> Probe:
    """A step of a filled position, or of its pledge."""

    async def probe(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
        pledge_id = world.pledge(caller, ownership).id
        address = path.format(id=pledge_id, position=position_id(UUID(str(pledge_id)), 1))
        send = {"json" if path.startswith(API) else "data": _STEP | (body or {})}
        return Ask("POST", address, send | {"headers": {"idempotency-key": str(uuid4())}}, success=success)

    return probe


_STEP: Final = {"from": "2026-12-01", "ends_on": "2026-12-14", "until": "2020-01-01", "reason": "other", "note": "."}


_LOST: Final = {"reason": "Glemt i bussen"}
_UNCHANGED: Final = {"reason": "Intet er rettet"}
_NEVER_MADE: Final = {"reason": "not_genuine"}


async def show_correction(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    logged = world.pledge(caller, ownership)
    shows = expected_marks(ownership, logged.company, logged.contact)
    return Ask("GET", f"/pledges/{logged.id}/correct", shows=shows)


async def review_many(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    pledge = world.held if ownership == "other taskforce" else world.pledge(caller, ownership)
    form = {"decision": "accepted", "pledges": str(pledge.id)}
    return Ask("POST", "/pledges/reviews", {"data": form}, success=303, hidden=303)


def _task(ownership: Ownership) -> str:
    """The name of a task that a taskforce has added."""
    return f"Opgave {name_of(ownership)}"


def _hour_rule(ownership: Ownership) -> str:
    """The name of a rule about hours that a taskforce has added."""
    return f"Regel {name_of(ownership)}"


async def show_tasks(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    return Ask("GET", "/pledges/catalogue", hidden=200, shows=expected_marks(ownership, _task(ownership)))


async def print_card(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask | None:
    # One request is enough: the text of a PDF is compressed.
    return Ask("GET", "/pledges/catalogue/card.pdf") if ownership == "own" else None


async def change_task(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    path = f"/pledges/catalogue/tasks/{world.tasks.get(ownership, 'own_000000000000')}"
    return Ask("POST", path, {"data": {"step": "show"}}, success=303)


async def show_hour_rules(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    return Ask("GET", "/participants/rules", hidden=200, shows=expected_marks(ownership, _hour_rule(ownership)))


def change_hour_rule(action: str) -> Probe:
    async def probe(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
        rule_id = world.hour_rules.get((ownership, action), uuid4())
        # The first who may ends it, and the others say the same.
        form = {"data": {"last_day": "2026-12-31"}}
        return Ask("POST", f"/participants/rules/{rule_id}/{action}", form, success=303)

    return probe


async def assign_calls(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    # To whoever logged the pledge, as before, so that the lists stay the same. A call of the other taskforce goes to
    # somebody else, which would change it.
    form = {"event": str(TONIGHT), "calls": str(world.pledge(caller, ownership).id)}
    if ownership == "other taskforce":
        form["person"] = str(STRANGER)
    return Ask("POST", "/pledges/calls/assign", {"data": form}, success=303, hidden=303)


async def record_outcome(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    path = f"/pledges/calls/{world.pledge(caller, ownership).id}"
    return Ask("POST", path, {"data": {"event": str(TONIGHT), "outcome": "reached"}}, success=303)


def _decision(decision: str, status: str, field: str) -> Probe:
    """The decision that a proposal of this status has already."""

    async def probe(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
        logged = world.pledge(caller, ownership)
        path = f"{API}/duplicates/{proposal_about(logged.id, status)}/{decision}"
        return Ask("POST", path, shows=expected_marks(ownership, getattr(logged, field)))

    return probe


async def decide_by_form(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    proposal_id = proposal_about(world.pledge(caller, ownership).id, "kept")
    return Ask("POST", f"/pledges/duplicates/{proposal_id}/keep", {"data": {}}, success=303)


async def call_list(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask | None:
    # The list of an event: of nobody's calls, which are those about what guests have pledged.
    if ownership not in {"own", "other taskforce", "missing"}:
        return None
    event_id = uuid4() if ownership == "missing" else ELSEWHERE if ownership == "other taskforce" else TONIGHT
    shows = expected_marks(ownership, world.pledge("event_pass", "own").contact) if ownership == "own" else ()
    return Ask("GET", f"/internal/pledges/v1/call-lists/{event_id}?taskforce={TASKFORCE}", shows=shows)


async def contact_address(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    logged = world.pledge("member", ownership)
    path = f"/internal/pledges/v1/pledges/{logged.id}/contact?taskforce={TASKFORCE}"
    return Ask("GET", path, shows=expected_marks(ownership, logged.contact))


async def enter_with_pass(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    signed_in_here = caller in LOGGERS and ownership == "own"
    goes_on = caller in {"nobody", "event_pass"} or signed_in_here
    return Ask("GET", f"/pledges/pass/{world.pass_token(ownership)}", success=303 if goes_on else 200, hidden=403)


async def go_on_as_guest(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    return Ask("POST", f"/pledges/pass/{world.pass_token(ownership)}", success=303, hidden=403)


async def intake_of_event(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    shows = () if ownership == "missing" else (world.titles[ownership],)
    return Ask("GET", f"/pledges/new?event={world.event(ownership)}", hidden=200, shows=shows)


async def intake_with_companies(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    shows = () if ownership == "missing" else (world.companies[ownership],)
    send: dict[str, Any] = {}
    if caller == "event_pass" and ownership != "own":
        # When nobody has checked in, the list shows other companies.
        token = sign_token(world.signing_key, guest(TASKFORCE, ANOTHER), lifetime_seconds=900)
        send["headers"] = {"authorization": f"Bearer {token}"}
    return Ask("GET", "/pledges/new", send, hidden=200, shows=shows)


def _import_file(world: PledgesWorld, ownership: Ownership) -> bytes:
    line = f"Ny;01-02-2024;1;5;Eva;{world.event(ownership)}"
    return f"virksomhed;dato;pladser;timer fra;kontaktperson;arrangement\n{line}\n".encode()


async def import_of_event(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    shows = () if ownership == "missing" else (world.titles[ownership],)
    return Ask("GET", f"/pledges/import?event={world.event(ownership)}", hidden=200, shows=shows)


async def judge_import(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    return Ask("POST", "/pledges/import", {"files": {"file": ("a.csv", _import_file(world, ownership))}}, hidden=422)


async def errors_of_import(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    carried = base64.urlsafe_b64encode(_import_file(world, ownership)).decode()
    return Ask("POST", "/pledges/import/errors", {"data": {"carried": carried}}, hidden=200)


def _hires_file(world: PledgesWorld, caller: Caller, ownership: Ownership) -> bytes:
    pledge = world.pledge(caller, ownership)
    line = f"Ny;{local_date(NOW):%d-%m-%Y};5;Eva;{pledge.id}"
    return f"virksomhed;startdato;betalte timer;kontaktperson;tilsagn\n{line}\n".encode()


async def judge_hires(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    files = {"files": {"file": ("a.csv", _hires_file(world, caller, ownership))}}
    return Ask("POST", "/pledges/import/hires", files, hidden=422)


async def errors_of_hires(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    carried = base64.urlsafe_b64encode(_hires_file(world, caller, ownership)).decode()
    return Ask("POST", "/pledges/import/hires/errors", {"data": {"carried": carried}}, hidden=200)


async def grid_of_event(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    shows = () if ownership == "missing" else (world.titles[ownership],)
    # Without an event that the caller reaches, the page offers all of them.
    return Ask("GET", f"/pledges/batch?event={world.event(ownership)}", hidden=200, shows=shows)


async def grid_with_companies(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    shows = () if ownership == "missing" else (world.companies[ownership],)
    return Ask("GET", f"/pledges/batch?event={TONIGHT}", hidden=200, shows=shows)


async def save_slips(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    form = {"event_id": str(world.event(ownership)), "expected_slips": "1", "expected_positions": "1"}
    cells = {"id": str(uuid4()), "company": "Ny", "positions": "1", "hours_from": "5", "contact": "N"}
    form |= {f"rows.0.{name}": text for name, text in cells.items()}
    return Ask("POST", "/pledges/batch", {"data": form}, success=303, hidden=422)


async def receipts_of_batch(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    logged = world.pledge(caller, ownership)
    received_at = await world.superuser.fetchval("select received_at from pledges where id = $1", logged.id)
    send = {"params": {"at": (received_at or NOW).isoformat()}}
    return Ask("GET", "/pledges/batch/saved", send, hidden=200, shows=expected_marks(ownership, logged.company))


def _contact(world: PledgesWorld, ownership: Ownership) -> tuple[dict[str, Any], str]:
    number = {"other taskforce": "96 00 00 01", "missing": "96 00 00 02"}.get(ownership, "97 85 00 00")
    return {"phones": [number]}, f"E {FOREIGN}" if ownership == "other taskforce" else world.contact_of(ownership)


async def _contact_to_erase(world: PledgesWorld, ownership: Ownership) -> UUID:
    if ownership == "other taskforce":
        return STRANGER
    id = uuid4()
    await world.superuser.execute("insert into pledge_contacts values ($1, $2, 'Z', null, 'z@a.dk')", TASKFORCE, id)
    return id


PROBES: Final[dict[tuple[str, str], Probe]] = {
    ("POST /internal/pledges/v1/subjects/find", "data subject"): find("pledges", _contact),
    ("POST /internal/pledges/v1/subjects/erase", "data subject"): erase(
        "pledges", "company_contacts.pledge_contacts", _contact_to_erase
    ),
    ("GET /internal/pledges/v1/erasures", "erasure ledger entry"): ledger(
        f"/internal/pledges/v1/erasures?taskforce={TASKFORCE}"
    ),
    ("GET /internal/pledges/v1/deadlines", "overdue deletion"): deadlines("pledges"),
    (f"POST {API}/pledges", "event"): log_by_api,
    (f"POST {API}/pledges", "business contact"): contact_in_answer,
    (f"POST {API}/pledges/batch", "event"): log_batch,
    (f"GET {API}/intake", "event"): intake_data,
    (f"GET {API}/intake", "company"): intake_companies,
    (f"PUT {API}/events/{{event_id}}/phones/{{phone_id}}", "event"): announce_phone,
    (f"GET {API}/events/{{event_id}}/evening", "event"): _evening(f"{API}/events/{{event}}/evening"),
    (f"DELETE {API}/events/{{event_id}}/practice", "event"): _evening(
        f"{API}/events/{{event}}/practice", "DELETE", success=204
    ),
    (f"GET {API}/events/{{event_id}}/evening/stream", "event"): _evening(f"{API}/events/{{event}}/evening/stream"),
    (f"POST {API}/events/{{event_id}}/phones/{{phone_id}}/set-aside", "event"): _of_phone(
        "POST", f"{API}/events/{{id}}/phones/{{id}}/set-aside", 200, json=_LOST
    ),
    (f"POST {API}/events/{{event_id}}/phones/{{phone_id}}/set-aside/undo", "event"): _of_phone(
        "POST", f"{API}/events/{{id}}/phones/{{id}}/set-aside/undo", 200
    ),
    ("GET /pledges/evening/{event_id:uuid}/phones/{phone_id:uuid}", "event"): _of_phone(
        "GET", "/pledges/evening/{id}/phones/{id}", 200
    ),
    ("POST /pledges/evening/{event_id:uuid}/phones/{phone_id:uuid}/set-aside", "event"): _of_phone(
        "POST", "/pledges/evening/{id}/phones/{id}/set-aside", 303, data=_LOST
    ),
    ("POST /pledges/evening/{event_id:uuid}/phones/{phone_id:uuid}/set-aside/undo", "event"): _of_phone(
        "POST", "/pledges/evening/{id}/phones/{id}/set-aside/undo", 303
    ),
    ("GET /pledges/evening", "event"): evenings,
    ("GET /pledges/evening/{event_id:uuid}", "event"): evening_page,
    ("GET /pledges/evening/{event_id:uuid}/figures", "event"): _evening("/pledges/evening/{event}/figures"),
    ("POST /pledges/evening/{event_id:uuid}/practice/delete", "event"): _evening(
        "/pledges/evening/{event}/practice/delete", "POST", success=303
    ),
    (f"GET {API}/pledges", "pledge"): list_of(f"{API}/pledges?job_type=praktik", "company"),
    (f"GET {API}/pledges", "business contact"): list_of(f"{API}/pledges?job_type=praktik", "contact"),
    (f"GET {API}/pledges/{{pledge_id}}", "pledge"): one(f"{API}/pledges/{{id}}", "company"),
    (f"GET {API}/pledges/{{pledge_id}}", "business contact"): one(f"{API}/pledges/{{id}}", "contact", inside=True),
    (f"POST {API}/pledges/{{pledge_id}}/review", "pledge"): review_by_api,
    ("POST /pledges/{pledge_id:uuid}/review", "pledge"): review_by_form,
    ("POST /pledges/reviews", "pledge"): review_many,
    (f"GET {API}/duplicates", "pledge"): list_of(f"{API}/duplicates", "company"),
    (f"GET {API}/duplicates", "business contact"): list_of(f"{API}/duplicates", "contact"),
    (f"POST {API}/duplicates/{{proposal_id}}/merge", "pledge"): _decision("merge", "merged", "company"),
    (f"POST {API}/duplicates/{{proposal_id}}/merge", "business contact"): _decision("merge", "merged", "contact"),
    (f"POST {API}/duplicates/{{proposal_id}}/keep", "pledge"): _decision("keep", "kept", "company"),
    (f"POST {API}/duplicates/{{proposal_id}}/keep", "business contact"): _decision("keep", "kept", "contact"),
    (f"POST {API}/duplicates/{{proposal_id}}/unmerge", "pledge"): _decision("unmerge", "kept", "company"),
    (f"POST {API}/duplicates/{{proposal_id}}/unmerge", "business contact"): _decision("unmerge", "kept", "contact"),
    ("GET /pledges/duplicates", "pledge"): list_of("/pledges/duplicates", "company"),
    ("GET /pledges/duplicates", "business contact"): list_of("/pledges/duplicates", "contact"),
    ("POST /pledges/duplicates/{proposal_id:uuid}/{decision}", "pledge"): decide_by_form,
    (f"PATCH {API}/pledges/{{pledge_id}}", "pledge to change"): change(
        "PATCH", f"{API}/pledges/{{id}}", success=200, json=_UNCHANGED
    ),
    (f"POST {API}/pledges/{{pledge_id}}/restore", "pledge to change"): change(
        "POST", f"{API}/pledges/{{id}}/restore", success=200, json={}
    ),
    (f"POST {API}/pledges/{{pledge_id}}/withdraw", "pledge to change"): change(
        "POST", f"{API}/pledges/{{id}}/withdraw", success=409, json=_NEVER_MADE
    ),
    ("GET /pledges/{pledge_id:uuid}/correct", "pledge to change"): show_correction,
    # Sent without what it has to contain: what is shown instead is the caller's own.
    ("POST /pledges/{pledge_id:uuid}/correct", "pledge to change"): change(
        "POST", "/pledges/{id}/correct", success=422, data=_UNCHANGED
    ),
    ("POST /pledges/{pledge_id:uuid}/restore", "pledge to change"): change(
        "POST", "/pledges/{id}/restore", success=303, data={}
    ),
    ("POST /pledges/{pledge_id:uuid}/withdraw", "pledge to change"): change(
        "POST", "/pledges/{id}/withdraw", success=409, data=_NEVER_MADE
    ),
    (f"POST {API}/events/{{event_id}}/passes/{{generation}}/withdraw", "event"): _of_pass(
        "POST", f"{API}/events/{{event}}/passes/7/withdraw", success=200, json=_NEVER_MADE
    ),
    (f"POST {API}/events/{{event_id}}/passes/{{generation}}/restore", "event"): _of_pass(
        "POST", f"{API}/events/{{event}}/passes/7/restore", success=200, json={}
    ),
    ("GET /pledges/passes/{event_id:uuid}/{generation}", "event"): _of_pass(
        "GET", "/pledges/passes/{event}/7", success=200
    ),
    ("POST /pledges/passes/{event_id:uuid}/{generation}/withdraw", "event"): _of_pass(
        "POST", "/pledges/passes/{event}/7/withdraw", success=303, data=_NEVER_MADE
    ),
    ("POST /pledges/passes/{event_id:uuid}/{generation}/restore", "event"): _of_pass(
        "POST", "/pledges/passes/{event}/7/restore", success=303, data={}
    ),
    (f"POST {API}/positions/{{position_id}}/match", "pledge"): _step(f"{API}/positions/{{position}}/match"),
    (f"POST {API}/positions/{{position_id}}/trial", "pledge"): _step(f"{API}/positions/{{position}}/trial"),
    (f"POST {API}/positions/{{position_id}}/cancel", "pledge"): _step(f"{API}/positions/{{position}}/cancel"),
    (f"POST {API}/positions/{{position_id}}/reopen", "pledge"): _step(f"{API}/positions/{{position}}/reopen"),
    (f"POST {API}/positions/{{position_id}}/undo", "pledge"): _step(f"{API}/positions/{{position}}/undo"),
    (f"POST {API}/pledges/{{pledge_id}}/affirm", "pledge"): _step(f"{API}/pledges/{{id}}/affirm", success=200),
    (f"POST {API}/pledges/{{pledge_id}}/undo-affirmation", "pledge"): _step(
        f"{API}/pledges/{{id}}/undo-affirmation", success=200
    ),
    (f"POST {API}/pledges/{{pledge_id}}/lapse", "pledge"): _step(f"{API}/pledges/{{id}}/lapse"),
    # A day of years ago.
    (f"POST {API}/pledges/{{pledge_id}}/defer-lapse", "pledge"): _step(
        f"{API}/pledges/{{id}}/defer-lapse", success=422
    ),
    ("POST /pledges/{pledge_id:uuid}/step", "pledge"): _step(
        "/pledges/{id}/step", body={"step": "cancel", "position": "1"}
    ),
    ("GET /internal/pledges/v1/pledges/{pledge_id}/contact", "pledge"): contact_address,
    ("GET /internal/pledges/v1/call-lists/{event_id}", "call"): call_list,
    ("GET /pledges/pass/{token}", "event pass"): enter_with_pass,
    ("POST /pledges/pass/{token}", "event pass"): go_on_as_guest,
    ("GET /pledges/new", "event"): intake_of_event,
    ("GET /pledges/new", "company"): intake_with_companies,
    ("GET /pledges/new", "pledge"): beside("/pledges/new?received={id}", "company"),
    ("GET /pledges/new", "business contact"): beside("/pledges/new?again={id}", "contact"),
    ("POST /pledges/new", "event"): log_by_form,
    ("GET /pledges/batch", "event"): grid_of_event,
    ("GET /pledges/batch", "company"): grid_with_companies,
    ("POST /pledges/batch", "event"): save_slips,
    ("GET /pledges/batch/saved", "receipts of a batch"): receipts_of_batch,
    ("GET /pledges/import", "event"): import_of_event,
    ("POST /pledges/import", "event"): judge_import,
    ("POST /pledges/import/errors", "event"): errors_of_import,
    ("POST /pledges/import/hires", "pledge"): judge_hires,
    ("POST /pledges/import/hires/errors", "pledge"): errors_of_hires,
    ("GET /pledges/calls", "call"): list_of(f"/pledges/calls?event={TONIGHT}&who=all", "company"),
    ("GET /pledges/calls", "business contact"): list_of(f"/pledges/calls?event={TONIGHT}&who=all", "contact"),
    ("GET /pledges/catalogue", "task"): show_tasks,
    ("GET /pledges/catalogue/card.pdf", "task"): print_card,
    ("POST /pledges/catalogue/tasks/{code}", "task"): change_task,
    ("GET /participants/rules", "hour rule"): show_hour_rules,
    ("POST /participants/rules/{rule_id:uuid}/end", "hour rule"): change_hour_rule("end"),
    ("POST /participants/rules/{rule_id:uuid}/withdraw", "hour rule"): change_hour_rule("withdraw"),
    ("POST /pledges/calls/assign", "call"): assign_calls,
    ("POST /pledges/calls/{pledge_id:uuid}", "outcome of a call"): record_outcome,
    ("GET /pledges", "pledge"): list_of("/pledges?who=all&job_type=praktik", "company"),
    ("GET /pledges", "business contact"): list_of("/pledges?who=all&job_type=praktik", "contact"),
    ("GET /pledges/{pledge_id:uuid}", "pledge"): one("/pledges/{id}", "company"),
    ("GET /pledges/{pledge_id:uuid}", "business contact"): one("/pledges/{id}", "contact", inside=True),
    ("GET /pledges/{pledge_id:uuid}", "hire"): one("/pledges/{id}", "hire_contact", inside=True),
    **CASE_WORK_PROBES,
    **PARTICIPANT_PROBES,
    **PROFILE_CARD_PROBES,
    **MATCHING_PROBES,
}
