"""Signing in by a mailed link through the real processes, the broker and a mail server; a member of two taskforces."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING
from uuid import uuid4

import httpx

from services.events.identity.administration.commands import add_person
from services.events.identity.people.domain import Person
from services.events.register import commands
from shared.db.database import Database
from shared.http.auth import SESSION_COOKIE
from shared.settings import ServiceSettings
from tests.e2e.deployment.test_processes import until

if TYPE_CHECKING:
    from email.message import EmailMessage

    from tests.support.topology import Topology


BROWSER = {"accept": "text/html", "sec-fetch-site": "same-origin", "sec-fetch-mode": "navigate"}


async def test_a_member_requests_a_link_by_mail_and_signs_in(running: Topology) -> None:
    taskforces = {uuid4(): f"Taskforce {name}" for name in ("Øst", "Vest")}
    address = f"mette-{uuid4().hex[:8]}@medlem.example"
    settings = ServiceSettings(database_url=running.app_dsn("events"), token_jwks=running.secrets["TOKEN_JWKS"])
    database = await Database.connect(settings, name="e2e")
    for id, name in taskforces.items():
        await commands.register_taskforce(
            database, id=id, slug=f"t{id.hex[:12]}", name=name, municipality="0671", since=date(2018, 5, 1)
        )
        await add_person(database, id, Person(uuid4(), "Mette Medlem", address, frozenset({"member"})))
    await database.close()

    def mails() -> list[EmailMessage]:
        return [mail for mail in running.mail.mails if mail["to"].addresses[0].addr_spec == address]

    async def both_have_come() -> bool:
        return len(mails()) == len(taskforces)

    async with httpx.AsyncClient(timeout=60, headers=BROWSER) as browser:
        answer = await browser.post(running.url("/sign-in/link"), data={"email": address.upper()})
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in/sent")
        kept = answer.headers["set-cookie"].partition(";")[0]
        await until(both_have_come)
        assert {mail["from"].addresses[0].display_name for mail in mails()} == set(taskforces.values())
        for mail in mails():
            body = mail.get_body(("plain",))
            assert body is not None
            [path] = re.findall(r"https?://\S+(/sign-in/link/\S+)", body.get_content())
            # A mail scanner opens the link first.
            assert (await httpx.AsyncClient().get(running.url(path))).status_code == 200
            answer = await browser.post(running.url(path), headers={"cookie": kept})
            assert (answer.status_code, answer.headers["location"]) == (303, "/")
            session = answer.headers.get_list("set-cookie")[0]
            assert session.startswith(f"{SESSION_COOKIE}=")
            # Every service accepts the session by the token that events signs.
            cookies = session.partition(";")[0]
            renewal = await browser.get(running.url("/pledges"), headers={"cookie": cookies})
            assert (renewal.status_code, renewal.headers["location"]) == (307, "/session/renew?next=%2Fpledges")
            renewed = await browser.get(running.url(renewal.headers["location"]), headers={"cookie": cookies})
            token = renewed.headers.get_list("set-cookie")[0].partition(";")[0]
            page = await browser.get(running.url("/pledges"), headers={"cookie": f"{cookies}; {token}"})
            assert page.status_code == 200
