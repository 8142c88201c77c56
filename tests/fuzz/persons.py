"""Persons from all of Unicode, from the intake to their erasure.

Names, addresses and telephone numbers of every script, and cells that spreadsheets write, go through the intake, the
import, mails, the report and the erasure. Each request is accepted or refused in words, and whoever is stored is found
and erased by their address in any of its spellings.
"""

from __future__ import annotations

import random
import re
import sys
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import getaddresses
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import httpx
import idna

from tests.fuzz.tally import Asked, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.fuzz.installation import World

SCRIPTS: Final = (
    (0x41, 0x5A),
    (0x61, 0x7A),
    (0xC0, 0x17F),
    (0x1E00, 0x1EFF),
    (0x391, 0x3C9),
    (0x410, 0x44F),
    (0x531, 0x556),
    (0x5D0, 0x5EA),
    (0x620, 0x64A),
    (0x904, 0x939),
    (0xB85, 0xBB9),
    (0xE01, 0xE30),
    (0x10D0, 0x10F0),
    (0x1200, 0x1248),
    (0x3041, 0x3096),
    (0x4E00, 0x9FA5),
    (0xAC00, 0xD7A3),
    (0x1F300, 0x1F64F),
)
"""First and last code points of what names are written in; emoji are the last."""
SPREADSHEET_CELLS: Final = (
    "#I/T",
    "#REFERENCE!",
    "#VÆRDI!",
    "#NAVN?",
    "#DIVISION/0!",
    "#N/A",
    "########",
    "NULL",
    "nan",
    "0",
    "-",
    "1.000",
    "1e1",
    "1_0",
    "２",
    "2,50",
    "2,03E+07",
    "=2+3",
    "@sum(1)",
    "03-11-2026 00:00:00",
    "45964",
    "SÃ¸nderbÃ¦k",
    "S\ufffdnderb\ufffdk",
    "[bold]",
    "'20304050",
    " \u00a0 ",
)
INVISIBLE: Final = ("\u200b", "\u200e", "\u2060", "\ufeff", "\u00ad")
_COLUMNS: Final = ("virksomhed", "dato", "pladser", "timer fra", "kontaktperson", "telefon", "e-mail", "cvr", "_uuid")
_SEEN: Final = re.compile(r'name="seen" value="([0-9a-f]{64})"')
_ACCEPTED: Final = frozenset({200, 201, 303})
_REFUSED: Final = frozenset({409, 422})


@dataclass(frozen=True, slots=True)
class Person:
    """A contact of a pledge, as typed. An import gives its pledge another id."""

    pledge_id: UUID
    company: str
    name: str
    email: str
    phone: str

    def spellings(self, rng: random.Random) -> list[str]:
        """Return other spellings of the address: all of them mean the same mailbox."""
        local, _, domain = self.email.rpartition("@")
        at = rng.randrange(len(domain))
        spellings = [
            f"  {self.email} ",
            # Capital letters that mean another domain are left out: SS for ß, I for ı.
            f"{local}@{domain.upper() if domain.upper().lower() == domain.lower() else domain}",
            unicodedata.normalize("NFD", self.email),
            f"{local}@{domain[:at]}{rng.choice(INVISIBLE)}{domain[at:]}",
        ]
        with suppress(idna.IDNAError):
            spellings.append(f"{local}@{idna.encode(domain.lower()).decode()}")
        return spellings


class Persons:
    """Draws persons from a seed, and sends them to a running installation."""

    def __init__(self, world: World, http: httpx.Client, seed: int) -> None:
        self._world, self._http, self._rng = world, http, random.Random(seed)
        self.stored: list[Person] = []

    def play(self, number: int) -> Iterator[Asked | Finding]:
        """Log a pledge for each of `number` persons, import as many lines, look up, report and erase who is stored."""
        for _ in range(number):
            yield from self._log(self._person())
        for _ in range(max(1, number // 5)):
            yield from self._import()
        for person in self.stored:
            yield from self._look_up_and_erase(person)
        yield from self._mails()

    # --- drawing

    def _person(self) -> Person:
        rng = self._rng
        number = f"{rng.randrange(20, 100)}{rng.randrange(10**6):06}"
        phone = rng.choice(
            [number, f"+45 {number}", f"0045{number}", " ".join(re.findall("..", number)), f"\u202a+45{number}\u202c"]
        )
        return Person(
            UUID(int=rng.getrandbits(128), version=4),
            self._text(rng.randint(1, 4)) + " ApS",
            self._text(rng.randint(1, 3)),
            self._address(),
            phone,
        )

    def _word(self) -> str:
        """Return a word of one script, sometimes with a character from anywhere in Unicode."""
        rng = self._rng
        first, last = rng.choice(SCRIPTS)
        word = "".join(chr(rng.randint(first, last)) for _ in range(rng.randint(1, 12)))
        if rng.random() < 0.1:
            word += self._any_character()
        return unicodedata.normalize(rng.choice(["NFC", "NFD"]), word)

    def _any_character(self) -> str:
        while unicodedata.category(character := chr(self._rng.randint(1, sys.maxunicode))) == "Cs":
            pass
        return character

    def _text(self, words: int) -> str:
        space = self._rng.choice([" ", "  ", "\u00a0", ", ", "-"])
        return space.join(self._word() for _ in range(words))

    def _address(self) -> str:
        rng = self._rng
        if rng.random() < 0.1:
            return f"{self._word()}@{self._word()}.example"  # most are refused
        local = "".join(rng.choice("abcdefghijklmnopqrstuvwxyz0123456789._-æøå") for _ in range(rng.randint(1, 12)))
        label = rng.choice(["firma", "blåbærgrød", "straße", "café", "ελλάδα", "пример", "例え", "firma-syd"])
        return f"{local.strip('._-') or 'x'}{rng.randrange(10**6)}@{label}{rng.randrange(1000)}.example"

    # --- sending

    def _log(self, person: Person) -> Iterator[Asked | Finding]:
        pledge = {
            "id": str(person.pledge_id),
            "company": {"name": person.company},
            "contact": {"name": person.name, "email": person.email, "phone": person.phone},
            "job_type": "smaajob",
            "positions": 1,
            "weekly_hours": {"from": 5, "to": 10},
            "captured_at": datetime.now(UTC).isoformat(),
        }
        response = self._http.post(
            f"{self._world.origin('pledges')}/api/pledges/v1/pledges",
            json=pledge,
            headers=self._world.headers("member") | {"idempotency-key": str(person.pledge_id)},
        )
        yield from self._judge("POST /api/pledges/v1/pledges", response, repr(person))
        if response.status_code == 201:
            self.stored.append(person)

    def _import(self) -> Iterator[Asked | Finding]:
        """Import a file; every other one has cells, and an encoding, that are to be refused."""
        spoiled = self._rng.random() < 0.5
        rows = [";".join(_COLUMNS)]
        persons = [self._person() for _ in range(10 if spoiled else 3)]
        for person in persons:
            cells = [person.company, "03-11-2026", "2", "7,5", person.name, person.phone, person.email, "24256790"]
            cells.append(str(UUID(int=self._rng.getrandbits(128), version=4)))
            if spoiled and self._rng.random() < 0.5:
                cells[self._rng.randrange(len(cells))] = self._rng.choice(SPREADSHEET_CELLS)
            rows.append(";".join('"' + cell.replace('"', '""') + '"' for cell in cells))
        encodings = ["cp1252", "cp850", "mac-roman"] if spoiled else ["utf-8-sig", "utf-8", "utf-16"]
        encoding = self._rng.choice(encodings)
        content = "\r\n".join(rows).encode(encoding, errors="replace")
        for step in ("look", "import"):
            response = self._http.post(
                f"{self._world.origin('pledges')}/pledges/import",
                files={"file": ("tilsagn.csv", content, "text/csv")},
                data={"step": step},
                headers=self._page_headers(),
            )
            yield from self._judge("POST /pledges/import", response, f"{encoding}: {content!r}")
            if step == "import" and response.status_code == 200:
                self.stored += persons

    def _look_up_and_erase(self, person: Person) -> Iterator[Asked | Finding]:
        for spelling in [person.email, *person.spellings(self._rng)]:
            response = self._post("/report", email=spelling, format="json", language="da")
            yield from self._judge("POST /personal-data/report", response, f"{person!r} by {spelling!r}")
            if not _holds(response):
                yield Finding("POST /personal-data/report", "not_found", f"{person!r} by {spelling!r}")
        response = self._post("/report", email=person.email, format="pdf", language=self._rng.choice(["da", "en"]))
        yield from self._judge("POST /personal-data/report", response, repr(person))
        if not response.content.startswith(b"%PDF-"):
            yield Finding("POST /personal-data/report", "no_pdf", repr(person))
        searched, typed = self._rng.choices([person.email, *person.spellings(self._rng)], k=2)
        page = self._post("/erase", email=searched)
        yield from self._judge("POST /personal-data/erase", page, f"{person!r} by {searched!r}")
        seen = _SEEN.search(page.text)
        if seen is None:
            yield Finding("POST /personal-data/erase", "not_found", f"{person!r} by {searched!r}")
            return
        response = self._post("/erasures", email=searched, typed=typed, seen=seen[1])
        yield from self._judge("POST /personal-data/erasures", response, f"{person!r}, {searched!r} typed as {typed!r}")
        if response.status_code != 303:
            yield Finding("POST /personal-data/erasures", "not_erased", f"{person!r}, {searched!r} typed as {typed!r}")
        elif _holds(self._post("/report", email=person.email, format="json", language="da")):
            yield Finding("POST /personal-data/erasures", "still_held", repr(person))

    def _mails(self) -> Iterator[Finding]:
        """Every mail that arrived has one recipient, and its address is one of those that were typed."""
        for mail in self._world.topology.mail.mails:
            recipients = getaddresses([str(mail["to"])])
            if len(recipients) != 1 or "@" not in recipients[0][1]:
                yield Finding("a mail", "recipients", f"{mail['to']!r}")
            if any("\n" in str(value) for value in mail.values()):
                yield Finding("a mail", "header_injection", f"{mail.items()!r}")

    def _page_headers(self) -> dict[str, str]:
        return self._world.headers("admin") | {"accept": "text/html"}

    def _post(self, path: str, **form: str) -> httpx.Response:
        return self._http.post(
            f"{self._world.origin('events')}/personal-data{path}",
            data={"purpose": "subject_access"} | form,
            headers=self._page_headers(),
        )

    def _judge(self, operation: str, response: httpx.Response, what: str) -> Iterator[Asked | Finding]:
        yield Asked(operation, response.status_code)
        if response.status_code not in _ACCEPTED | _REFUSED:
            yield Finding(operation, "neither_accepted_nor_refused", f"{response.status_code}: {what}")


def _holds(response: httpx.Response) -> bool:
    """Whether a report holds a contact: no two persons have one address."""
    if response.status_code != 200:
        return False
    groups: list[dict[str, Any]] = response.json()["held"]
    return any(group["rows"] for group in groups if group["table"] == "pledge_contacts")
