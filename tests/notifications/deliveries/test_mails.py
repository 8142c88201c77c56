"""The mails: who gets which one, in which words, and that nothing personal is stored."""

from __future__ import annotations

import io
import logging
from typing import TYPE_CHECKING
from uuid import uuid4

import asyncpg
import pytest

from shared.logging import configure_logging
from tests.notifications.messages import call_list, hire, invited, pledge, taskforce

if TYPE_CHECKING:
    from uuid import UUID

    from tests.notifications.conftest import Harness
    from tests.notifications.mail_server import MailServer
    from tests.notifications.owners import Owners
    from tests.support.infrastructure import Databases


async def test_the_contact_is_thanked_in_their_language(
    harness: Harness, mail_server: MailServer, taskforce_id: UUID
) -> None:
    message = pledge(taskforce_id)
    harness.set_contact(message, language="en")
    await harness.consume(taskforce(taskforce_id), message)
    async with harness.courier():
        assert await harness.settled(taskforce_id) == {("sent", None): 1}
    (mail,) = mail_server.accepted
    assert mail.recipient == "mette@firma.example"
    assert mail.message["Subject"] == "Thank you for your pledge of 3 småjobs"
    assert "Bager & Søn has said yes" in mail.text()
    assert mail.message["From"].addresses[0].display_name == "Taskforce Struer"


async def test_the_mail_does_not_contain_a_name_typed_by_a_guest(
    harness: Harness, mail_server: MailServer, taskforce_id: UUID
) -> None:
    by_guest, by_member = pledge(taskforce_id), pledge(taskforce_id, logged_by=uuid4())
    harness.set_contact(by_guest, email="guest@firma.example")
    harness.set_contact(by_member, email="member@firma.example")
    await harness.consume(by_guest, by_member)
    async with harness.courier():
        assert await harness.settled(taskforce_id) == {("sent", None): 2}
    texts = {mail.recipient: f"{mail.message['To']} {mail.text()} {mail.text('html')}" for mail in mail_server.accepted}
    assert "Mette" not in texts["guest@firma.example"]
    assert "Kære Mette Sørensen" in texts["member@firma.example"]


async def test_the_person_who_logged_the_pledge_gets_a_mail_about_the_hire(
    harness: Harness, mail_server: MailServer, taskforce_id: UUID
) -> None:
    message = hire(taskforce_id)
    harness.set_logger(message)
    await harness.consume(message)
    async with harness.courier():
        assert await harness.settled(taskforce_id) == {("sent", None): 1}
    (mail,) = mail_server.accepted
    assert mail.recipient == "anne@medlem.example"
    assert "fra Bager & Søn" in mail.text()
    assert "Mette" not in mail.message.as_string(), "the contact's name is no business of the member's"


async def test_whoever_is_to_ring_gets_the_list_as_it_is_when_it_is_sent(
    harness: Harness, owners: Owners, mail_server: MailServer, taskforce_id: UUID
) -> None:
    mine, nobodys, done = call_list(taskforce_id), call_list(taskforce_id, person_id=None), call_list(taskforce_id)
    call = {"company": "Bager & Søn", "contact": "Eva", "phone": "97850000", "job_type": "smaajob", "positions": 1}
    calls = {"event": "Aften", "calls": [call | {"hours_from": "5", "hours_to": "10"}]}
    for message in (mine, done):
        assert message.person_id is not None
        person = {"email": f"{message.calls}@medlem.example", "name": "Anne", "language": "da"}
        owners.people[taskforce_id, message.person_id] = person
    owners.coordinators[taskforce_id] = {"email": "koordinator@x.example", "name": "Kim", "language": "da"}
    owners.call_lists[taskforce_id, mine.event_id, mine.person_id] = calls
    owners.call_lists[taskforce_id, nobodys.event_id, None] = calls
    owners.call_lists[taskforce_id, done.event_id, done.person_id] = calls | {"calls": []}
    await harness.consume(mine, nobodys, done, copies=2)
    async with harness.courier():
        assert await harness.settled(taskforce_id) == {("sent", None): 2, ("skipped", "nothing_left"): 1}
    texts = {mail.recipient: mail.text() for mail in mail_server.accepted}
    assert set(texts) == {"2@medlem.example", "koordinator@x.example"}
    assert "Eva, 97 85 00 00" in texts["2@medlem.example"]


async def test_an_invited_person_gets_a_mail_that_says_where_to_sign_in(
    harness: Harness, owners: Owners, mail_server: MailServer, taskforce_id: UUID
) -> None:
    message, closed = invited(taskforce_id), invited(taskforce_id)
    owners.people[taskforce_id, message.person_id] = {"email": "bo@x.example", "name": "Bo Bak", "language": "da"}
    await harness.consume(message, closed, copies=2)
    async with harness.courier():
        assert await harness.settled(taskforce_id) == {("sent", None): 1, ("skipped", "no_address"): 1}
    (mail,) = mail_server.accepted
    assert mail.recipient == "bo@x.example"
    assert "/sign-in\n" in mail.text().replace("\r", "")


async def test_a_hire_is_mailed_even_if_the_company_was_erased(
    harness: Harness, owners: Owners, mail_server: MailServer, taskforce_id: UUID
) -> None:
    message = hire(taskforce_id)
    harness.set_logger(message)
    owners.contacts.clear()
    await harness.consume(message)
    async with harness.courier():
        assert await harness.settled(taskforce_id) == {("sent", None): 1}
    assert "Et tilsagn, du noterede, er blevet til et småjob" in mail_server.accepted[0].text()


async def test_two_taskforces_are_kept_apart(
    harness: Harness, mail_server: MailServer, taskforce_id: UUID, other_taskforce_id: UUID
) -> None:
    ours = pledge(taskforce_id)
    theirs = pledge(other_taskforce_id, pledge_id=ours.pledge_id)
    harness.set_contact(ours, email="ours@firma.example")
    harness.set_contact(theirs, email="theirs@firma.example")
    await harness.consume(taskforce(taskforce_id, "Vores"), taskforce(other_taskforce_id, "Deres"), ours, theirs)
    async with harness.courier():
        assert await harness.settled(taskforce_id) == {("sent", None): 1}
        assert await harness.settled(other_taskforce_id) == {("sent", None): 1}
    assert {(mail.recipient, mail.message["From"].addresses[0].display_name) for mail in mail_server.accepted} == {
        ("ours@firma.example", "Vores"),
        ("theirs@firma.example", "Deres"),
    }


async def test_no_personal_data_is_stored_or_logged(
    harness: Harness,
    mail_server: MailServer,
    notifications_dsns: Databases,
    taskforce_id: UUID,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log = io.StringIO()
    monkeypatch.setattr("sys.stderr", log)
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", list(root.handlers))
    monkeypatch.setattr(root, "level", root.level)
    configure_logging(log_format="json", level="DEBUG")
    # The mail server of the test talks of everything; it is not ours.
    monkeypatch.setattr(logging.getLogger("mail.log"), "propagate", False)
    sent, refused, odd, hired = pledge(taskforce_id), pledge(taskforce_id), pledge(taskforce_id), hire(taskforce_id)
    harness.set_contact(sent)
    harness.set_contact(refused, email="nobody@firma.example")
    harness.set_contact(odd, email="mette@firma.example>", name="Mette\r\nSørensen")
    harness.set_logger(hired)
    mail_server.recipients["nobody@firma.example"] = "550 nobody@firma.example is unknown"
    await harness.consume(sent, refused, odd, hired)
    async with harness.courier():
        await harness.settled(taskforce_id)
    assert len(mail_server.accepted) == 2

    everything = await everything_stored(notifications_dsns.superuser_dsn("notifications"))
    for personal in ("firma.example", "medlem.example", "Mette", "Sørensen", "Anne", "Holm", "Bager", "Kære"):
        assert personal not in everything
        assert personal not in log.getvalue()
    assert str(sent.pledge_id) in everything, "the search looks at the right place"
    assert "courier.attempted" in log.getvalue()


async def everything_stored(dsn: str) -> str:
    """Every row of every table of the database, as text."""
    conn = await asyncpg.connect(dsn)
    tables = await conn.fetch(
        "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'public'"
    )
    texts = [
        await conn.fetchval(f"select coalesce(string_agg(row::text, ' '), '') from {t['name']} as row") for t in tables
    ]
    await conn.close()
    return " ".join(texts)
