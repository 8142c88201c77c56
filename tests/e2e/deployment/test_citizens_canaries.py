"""I7 for citizens: what is planted about a hundred of them stays in the schema `participants`.

They are registered, noted about, given cards with photos, found by their reference, hired, read by every role and
reported to themselves. Then the places of `test_canaries` are searched, and every other table of the owning service.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import asyncpg
import httpx

from deploy.privacy import data_subjects
from shared.fields.case_reference import CaseReference
from shared.privacy.subjects import SubjectIdentifiers
from tests.e2e.deployment.test_canaries import HTML, Evening, plant, searched
from tests.faults import privacy
from tests.pledges.conftest import TODAY
from tests.pledges.participants.profile_cards.pictures import picture

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.support.topology import Topology

API = "/api/pledges/v1/participants"
WITH_CARDS = 20


@dataclass
class Citizens:
    """A taskforce in which citizens are registered, each with a planted word of their own."""

    evening: Evening
    ids: list[str] = field(default_factory=list)

    @property
    def words(self) -> Sequence[str]:
        return self.evening.planted.contacts

    @property
    def _origin(self) -> dict[str, str]:
        return {"origin": self.evening.topology.url("/").rstrip("/"), "sec-fetch-site": "same-origin"} | HTML

    async def _send(self, method: str, path: str, expected: int, **request: Any) -> httpx.Response:
        headers = request.pop("headers", {"x-purpose": "casework", "idempotency-key": str(uuid4())})
        answer = await self.evening.ask("caseworker", method, path, headers=headers, **request)
        assert answer.status_code == expected, (path, answer.text)
        return answer

    async def _post(self, path: str, **form: Any) -> httpx.Response:
        return await self._send("POST", path, 303, data=form, headers=self._origin)

    async def register(self) -> None:
        """Register everybody, with a note and a change, and some with a card that has a photo and was withdrawn."""
        for number, word in enumerate(self.words):
            made = await self._send("POST", API, 201, json={"case_reference": f"S-7{word}"})
            self.ids.append(made.json()["id"])
            path = f"/participants/{self.ids[-1]}"
            until = (TODAY + timedelta(days=90)).isoformat()
            await self._post(f"{path}/notes", id=str(uuid4()), body=f"{word} vil gerne arbejde ude", keep_until=until)
            if number < WITH_CARDS:
                await self._card(path, word, until)
        await self._send("POST", API, 409, json={"case_reference": f"S-7{self.words[0]}"})
        await self._send("POST", API, 422, json={"case_reference": self.words[0] * 10, "programme": self.words[1]})

    async def _card(self, path: str, word: str, until: str) -> None:
        card = {
            "preferred_name": word,
            "words": f"Jeg er {word}.",
            "tasks": ["packing"],
            "language": "da",
            "basis": "consent",
            "consented_on": TODAY.isoformat(),
            "valid_from": TODAY.isoformat(),
            "valid_until": until,
        }
        await self._post(f"{path}/card", **card)
        answer = await self.evening.ask(
            "caseworker",
            "POST",
            path.replace("/participants/", "/participants/photos/"),
            data={"alt": f"{word} i en have"},
            files={"photo": (f"{word}.jpg", picture(), "image/jpeg")},
            headers=self._origin,
        )
        assert answer.status_code == 303, answer.text
        page = (await self._send("GET", f"{path}/card", 200, headers=HTML)).text
        assert word in page
        [link, *_] = re.findall(r"(/card/[\w-]{43})[\"<]", page)
        assert word in (await self.evening.ask(None, "GET", link, headers=HTML)).text
        assert (await self._send("GET", f"{path}/card/card.pdf", 200, headers=HTML)).content.startswith(b"%PDF")

    async def hire(self) -> None:
        """Hire some of them, for themselves and by their case reference on the page."""
        for word, participant_id in list(zip(self.words, self.ids, strict=True))[:5]:
            hire = {
                "id": str(uuid4()),
                "company": {"name": "Struer Trælast"},
                "job_type": "smaajob",
                "start_date": TODAY.isoformat(),
                "weekly_hours": 8,
                "contact_person": {"name": "Karen"},
                "participant_id": participant_id,
            }
            headers = {"idempotency-key": hire["id"]}
            await self._send("POST", "/api/pledges/v1/hires", 201, json=hire, headers=headers)
            assert word not in (await self.evening.ask("coordinator", "GET", f"/hires/{hire['id']}", headers=HTML)).text

    async def search(self) -> None:
        """Find a citizen as people do: by what the forms of the pages send, to the addresses that they name."""
        for page, id_ in (
            ("/participants", "search-reference"),
            ("/queue", "find-q"),
            ("/queue", "finder-q"),
            ("/queue/search", "search-q"),
        ):
            html = (await self._send("GET", page, 200, headers=HTML)).text
            [form] = [one for one in re.findall(r"<form\b.*?</form>", html, re.DOTALL) if f'id="{id_}"' in one]
            method, action = (re.findall(rf'\b{name}="([^"]+)"', form)[0] for name in ("method", "action"))
            [name] = re.findall(rf'id="{id_}" name="(\w+)"', form)
            typed = {name: f"S-7{self.words[0]}"}
            sent: dict[str, Any] = {"params": typed} if method == "get" else {"data": typed}
            answer = await self._send(method.upper(), action, 200, headers=self._origin, **sent)
            assert self.ids[0] in answer.text, page

    async def look(self) -> None:
        """Open every page as every role, follow the lists to their ends, and ask for a report."""
        for role in ("member", "coordinator", "caseworker", "facilitator", "admin", "auditor"):
            for path in (
                "/",
                "/queue?view=all&due=all",
                "/participants",
                f"/participants/{self.ids[0]}",
                f"/participants/{self.ids[0]}/hours",
                f"/participants/{self.ids[0]}/card",
                "/personal-data/deadlines",
                f"{API}?page_size=20",
            ):
                kind = {"x-purpose": "casework"} if path.startswith("/api") else HTML
                answer = await self.evening.ask(role, "GET", path, headers=kind)
                assert answer.status_code in {200, 303, 403, 404}, path
                assert role == "caseworker" or self.words[0] not in answer.text, (role, path)
        form = {"municipality": "0671", "case_reference": f"S-7{self.words[0]}", "purpose": "subject_access"}
        for path, more in (("", {}), ("/report", {"format": "json", "language": "da"}), ("/erase", {})):
            answer = await self.evening.ask(
                "admin", "POST", f"/personal-data{path}", data=form | more, headers=self._origin
            )
            assert answer.status_code == 200, answer.text
            # The page repeats what was searched for, and shows nothing else.
            assert (f"{self.words[0]} vil gerne" in answer.text) == (path == "/report")


async def _tables_with(topology: Topology, taskforce: UUID, words: Sequence[str]) -> set[str]:
    """Return the tables of pledges in which one of the words is."""
    planted = re.compile("|".join(words))
    conn = await asyncpg.connect(topology.superuser_dsn("pledges"), command_timeout=30)
    try:
        tables = await conn.fetch(
            """
            select distinct format('%I.%I', table_schema, table_name) as name
              from information_schema.columns
             where column_name = 'taskforce_id'
            """
        )
        return {
            table["name"]
            for table in tables
            for row in await conn.fetch(
                f"select row_::text as text from {table['name']} as row_ where taskforce_id = $1", taskforce
            )
            if planted.search(row["text"].lower())
        }
    finally:
        await conn.close()


async def test_the_data_of_a_hundred_citizens_stays_in_the_schema_participants(running: Topology) -> None:
    before = privacy.places(running)
    async with httpx.AsyncClient(timeout=20) as http:
        evening = Evening(running, http, plant())
        await evening.register()
        citizens = Citizens(evening)
        await citizens.register()
        await citizens.hire()
        await citizens.search()
        await citizens.look()

        assert await searched(evening, before) == []
        assert evening.found_in_addresses() == set()
        assert await _tables_with(running, evening.taskforce, citizens.words) == {
            f"participants.{table}" for table in ("participants", "notes", "profile_cards")
        }

        await citizens._post(f"/participants/{citizens.ids[0]}/card/withdraw")
        case = CaseReference("0671", f"S-7{citizens.words[1]}")
        found = await data_subjects.find(
            running.subjects_dsn, evening.taskforce, SubjectIdentifiers(cases=frozenset({case}))
        )
        await data_subjects.erase(running.subjects_dsn, evening.taskforce, found, by=None)
        assert await _tables_with(running, evening.taskforce, [citizens.words[1]]) == set()
        assert await searched(evening, before) == []
