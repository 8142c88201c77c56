"""Adding, renaming and removing one's own passkeys."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from structlog.testing import capture_logs

from services.events.identity.administration import commands as people
from services.events.identity.passkeys import store as passkeys
from services.events.identity.passkeys.domain import CODE_LIFETIME, MAX_PASSKEYS, WRONG_TRIES, needs_code
from services.events.identity.people.domain import Person
from services.events.identity.people.store import lock_people
from services.events.identity.sessions import commands as sessions
from services.events.identity.sessions import store as session_store
from tests.events.identity.authenticator import Device
from tests.events.identity.browsing import BY_SCRIPT, ORIGIN, PAGE, Browser, a_code, count, kind, passkey_ids

if TYPE_CHECKING:
    from services.events.identity.sessions.domain import Proof
    from services.events.settings import EventsSettings
    from shared.db.database import Database


async def test_the_number_of_passkeys_is_limited(phone: Browser, eva: Person, taskforce_id: UUID) -> None:
    await phone.signed_in(taskforce_id, eva, "link")
    for _ in range(MAX_PASSKEYS):
        phone.device = Device(ORIGIN)
        assert (await phone.enrol()).status_code == 200
    phone.device = Device(ORIGIN)
    assert kind(await phone.enrol()) == "too-many-passkeys"


def test_privileged_people_signed_in_by_a_magic_link_need_a_code() -> None:
    assert needs_code("link", {"member", "caseworker"})
    assert not needs_code("link", {"member", "coordinator"})
    proofs: tuple[Proof, ...] = ("passkey", "provider", "demonstration", "setup")
    for proof in proofs:
        assert not needs_code(proof, {"admin"}), proof


async def test_a_mailbox_is_not_enough_to_become_an_administrator(
    phone: Browser, karen: Person, db: Database, events_settings: EventsSettings, taskforce_id: UUID
) -> None:
    await phone.signed_in(taskforce_id, karen, "link")
    assert kind(await phone.enrol()) == "enrolment-code-needed"
    code = await a_code(db, events_settings, taskforce_id, karen)
    assert kind(await phone.enrol()) == "enrolment-code-wrong"
    assert kind(await phone.enrol("AAAA-AAAA")) == "enrolment-code-wrong"
    assert (await phone.enrol(f" {code.lower().replace('-', ' ')}")).status_code == 200
    assert (await phone.client.get("/people", headers=PAGE)).status_code == 200
    assert await count(db, taskforce_id, "enrolment_codes") == 0


@pytest.mark.parametrize(
    ("change", "left"),
    [
        ({"roles": frozenset({"admin"})}, 0),
        ({"email": "eva.ny@struer.example"}, 0),
        ({"roles": frozenset({"coordinator"})}, 1),
        ({"name": "Eva Ny"}, 1),
    ],
)
async def test_a_passkey_added_without_a_code_ends_with_the_address_or_a_privileged_role(
    enrolled: Browser, eva: Person, db: Database, taskforce_id: UUID, change: dict[str, Any], left: int
) -> None:
    """Such a passkey proves only access to a mailbox."""
    await people.change_person(db, taskforce_id, replace(eva, **change))
    assert await count(db, taskforce_id, "passkeys") == left


async def test_commands_lock_people_before_passkeys_and_sessions(
    enrolled: Browser, eva: Person, db: Database, taskforce_id: UUID
) -> None:
    """Otherwise they could deadlock, and PostgreSQL would abort one of them."""
    signed = enrolled.device.sign(await enrolled.sign_in_options())
    async with db.change(taskforce_id) as conn:
        await lock_people(conn, taskforce_id)
        signing_in = asyncio.create_task(enrolled.answered(signed))
        await asyncio.sleep(0.3)
        await passkeys.delete_of_person(conn, taskforce_id, eva.id)
    assert kind(await signing_in) == "passkey-refused"

    await enrolled.signed_in(taskforce_id, eva, "link")
    made = Device(ORIGIN).make((await enrolled.registration_options()).json())
    async with db.change(taskforce_id) as conn:
        await lock_people(conn, taskforce_id)
        adding = asyncio.create_task(enrolled.send("/account/passkeys", {"credential": made}))
        await asyncio.sleep(0.3)
        await session_store.delete_all(conn, taskforce_id, eva.id)
    assert kind(await adding) == "session-over"
    assert await count(db, taskforce_id, "passkeys") == 0


async def test_a_code_works_once(
    phone: Browser, karen: Person, db: Database, events_settings: EventsSettings, taskforce_id: UUID
) -> None:
    code = await a_code(db, events_settings, taskforce_id, karen)
    await phone.signed_in(taskforce_id, karen, "link")
    assert (await phone.enrol(code)).status_code == 200
    await phone.signed_in(taskforce_id, karen, "link")
    phone.device = Device(ORIGIN)
    assert kind(await phone.enrol(code)) == "enrolment-code-needed"


async def test_a_code_adds_only_one_of_two_devices(
    phone: Browser,
    other_phone: Browser,
    karen: Person,
    db: Database,
    events_settings: EventsSettings,
    taskforce_id: UUID,
) -> None:
    code = await a_code(db, events_settings, taskforce_id, karen)
    made = []
    for one in (phone, other_phone):
        await one.signed_in(taskforce_id, karen, "link")
        made.append({"credential": one.device.make((await one.registration_options(code)).json())})
    answers = await asyncio.gather(
        phone.send("/account/passkeys", made[0]), other_phone.send("/account/passkeys", made[1])
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert await count(db, taskforce_id, "passkeys") == 1


async def test_a_code_is_void_after_five_wrong_tries(
    phone: Browser, karen: Person, db: Database, events_settings: EventsSettings, taskforce_id: UUID
) -> None:
    code = await a_code(db, events_settings, taskforce_id, karen)
    await phone.signed_in(taskforce_id, karen, "link")
    for _ in range(WRONG_TRIES):
        assert kind(await phone.enrol("AAAA-AAAA")) == "enrolment-code-wrong"
    assert kind(await phone.enrol(code)) == "enrolment-code-needed"


async def test_a_code_is_void_after_two_days(
    phone: Browser, karen: Person, db: Database, events_settings: EventsSettings, taskforce_id: UUID
) -> None:
    code = await a_code(db, events_settings, taskforce_id, karen)
    async with db.change(taskforce_id) as conn:
        await conn.execute("update enrolment_codes set expires_at = expires_at - $1::interval", CODE_LIFETIME)
    await phone.signed_in(taskforce_id, karen, "link")
    assert kind(await phone.enrol(code)) == "enrolment-code-needed"


async def test_a_new_code_replaces_the_previous_one(
    phone: Browser, karen: Person, db: Database, events_settings: EventsSettings, taskforce_id: UUID
) -> None:
    before = await a_code(db, events_settings, taskforce_id, karen)
    await phone.signed_in(taskforce_id, karen, "link")
    options = (await phone.registration_options(before)).json()
    code = await a_code(db, events_settings, taskforce_id, karen)
    answer = await phone.send("/account/passkeys", {"credential": phone.device.make(options)})
    assert kind(answer) == "passkey-challenge-over"
    assert kind(await phone.enrol(before)) == "enrolment-code-wrong"
    assert (await phone.enrol(code)).status_code == 200


async def test_a_code_is_for_one_person(
    phone: Browser, karen: Person, db: Database, events_settings: EventsSettings, taskforce_id: UUID
) -> None:
    bo = Person(uuid4(), "Bo To", "bo2@struer.example", frozenset({"auditor"}))
    await people.add_person(db, taskforce_id, bo)
    code = await a_code(db, events_settings, taskforce_id, karen)
    await a_code(db, events_settings, taskforce_id, bo)
    await phone.signed_in(taskforce_id, bo, "link")
    assert kind(await phone.enrol(code)) == "enrolment-code-wrong"


async def test_a_code_is_shown_once_and_never_stored(
    phone: Browser, karen: Person, db: Database, taskforce_id: UUID
) -> None:
    await phone.signed_in(taskforce_id, karen, "passkey")
    bodil = Person(uuid4(), "Bodil", "bodil@struer.example", frozenset({"auditor"}))
    await people.add_person(db, taskforce_id, bodil)
    with capture_logs() as logs:
        page = (await phone.client.post(f"/people/{bodil.id}/enrolment-code", headers=PAGE)).text
    code = page.partition('class="new-code">')[2][:9]
    assert code[4] == "-"
    async with db.read(taskforce_id) as conn:
        rows = str(await conn.fetch("select * from enrolment_codes"))
    for place in (rows, str(logs), (await phone.client.get(f"/people/{bodil.id}", headers=PAGE)).text):
        assert code not in place
        assert code.replace("-", "") not in place
    await phone.signed_in(taskforce_id, bodil, "link")
    assert (await phone.enrol(code)).status_code == 200


async def test_a_deactivated_person_gets_no_code(
    phone: Browser, karen: Person, eva: Person, db: Database, taskforce_id: UUID
) -> None:
    await people.deactivate_person(db, taskforce_id, eva.id)
    await phone.signed_in(taskforce_id, karen, "passkey")
    answer = await phone.client.post(f"/people/{eva.id}/enrolment-code", headers=PAGE)
    assert answer.status_code == 404


async def test_the_first_administrator_needs_no_code(phone: Browser, karen: Person, taskforce_id: UUID) -> None:
    await phone.signed_in(taskforce_id, karen, "setup")
    assert (await phone.client.get("/people", headers=PAGE)).status_code == 403
    assert (await phone.enrol()).status_code == 200
    assert (await phone.client.get("/people", headers=PAGE)).status_code == 200


async def test_an_ended_session_cannot_add_a_passkey(
    phone: Browser, eva: Person, db: Database, taskforce_id: UUID
) -> None:
    key = await phone.signed_in(taskforce_id, eva, "link")
    options = (await phone.registration_options()).json()
    await sessions.end(db, key)
    answer = await phone.send("/account/passkeys", {"credential": phone.device.make(options)})
    assert answer.status_code == 401
    assert await count(db, taskforce_id, "passkeys") == 0


async def test_a_refusal_for_a_magic_link_session_says_what_to_do(
    phone: Browser, karen: Person, taskforce_id: UUID
) -> None:
    await phone.signed_in(taskforce_id, karen, "link")
    answer = await phone.client.get("/people?lang=en", headers=PAGE)
    assert answer.status_code == 403
    assert "does not open the way you signed in" in answer.text
    assert 'href="/account"' in answer.text
    assert "Ask an administrator for a code" in (await phone.client.get("/account?lang=en", headers=PAGE)).text


async def test_a_passkey_is_renamed(enrolled: Browser, db: Database, taskforce_id: UUID) -> None:
    await enrolled.sign_in()
    [id] = await passkey_ids(db, taskforce_id)
    for name, status in (("Evas telefon", 303), ("", 422), ("x" * 61, 422), ("010190-1234", 422)):
        answer = await enrolled.client.post(f"/account/passkeys/{id}", data={"name": name}, headers=PAGE)
        assert answer.status_code == status, name
    assert "Evas telefon" in (await enrolled.client.get("/account", headers=PAGE)).text


async def test_a_member_removes_even_the_last_passkey(enrolled: Browser, db: Database, taskforce_id: UUID) -> None:
    await enrolled.sign_in()
    [id] = await passkey_ids(db, taskforce_id)
    assert (await enrolled.client.post(f"/account/passkeys/{id}/remove", headers=PAGE)).status_code == 200
    assert kind(await enrolled.sign_in()) == "passkey-refused"


async def test_privileged_people_keep_one_passkey_unless_the_provider_signs_them_in(
    phone: Browser, karen: Person, db: Database, taskforce_id: UUID
) -> None:
    await phone.signed_in(taskforce_id, karen, "passkey")
    for _ in range(2):
        phone.device = Device(ORIGIN)
        await phone.enrol()
    first, second = await passkey_ids(db, taskforce_id)
    assert (await phone.client.post(f"/account/passkeys/{first}/remove", headers=PAGE)).status_code == 303
    answer = await phone.client.post(f"/account/passkeys/{second}/remove", headers=BY_SCRIPT)
    assert kind(answer) == "last-passkey"
    await phone.signed_in(taskforce_id, karen, "provider")
    assert (await phone.client.post(f"/account/passkeys/{second}/remove", headers=PAGE)).status_code == 303


async def test_a_mailbox_is_not_enough_to_remove_an_administrators_passkeys(
    phone: Browser, karen: Person, db: Database, taskforce_id: UUID
) -> None:
    await phone.signed_in(taskforce_id, karen, "passkey")
    for _ in range(2):
        phone.device = Device(ORIGIN)
        await phone.enrol()
    ids = await passkey_ids(db, taskforce_id)
    await phone.signed_in(taskforce_id, karen, "link")
    answer = await phone.client.post(f"/account/passkeys/{ids[0]}/remove", headers=BY_SCRIPT)
    assert (answer.status_code, kind(answer)) == (403, "sign-in-too-weak")
    assert await passkey_ids(db, taskforce_id) == ids


async def test_another_persons_passkey_cannot_be_renamed_or_removed(
    enrolled: Browser, karen: Person, db: Database, taskforce_id: UUID
) -> None:
    [id] = await passkey_ids(db, taskforce_id)
    await enrolled.signed_in(taskforce_id, karen, "passkey")
    for path, form in ((f"/account/passkeys/{id}", {"name": "Karens"}), (f"/account/passkeys/{id}/remove", {})):
        answer = await enrolled.client.post(path, data=form, headers=BY_SCRIPT)
        assert (answer.status_code, kind(answer)) == (404, "passkey-not-found")
