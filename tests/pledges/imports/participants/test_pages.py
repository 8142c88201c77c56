"""The page of the import of participants: from a dry run to participants, and the lines to be corrected."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.pledges.browsing import HTML, hidden, text_of
from tests.pledges.participants.conftest import STRUER

if TYPE_CHECKING:
    from tests.pledges.conftest import Caller

PATH = "/participants/import"
HEADER = "sagsnummer;timer fra;dage;bemærkning"


def headers(caller: Caller, *roles: Any) -> dict[str, str]:
    return caller.headers(*(roles or ("caseworker",)), municipality=STRUER) | HTML


async def test_a_case_worker_checks_a_list_and_imports_it(caller: Caller) -> None:
    template = await caller.client.get(f"{PATH}/skabelon.csv", headers=headers(caller))
    content = f"{HEADER}\r\nS-2041;7,5;man-fre;ja\r\n".encode("cp1252")
    judged = await caller.client.post(PATH, files={"file": ("a.csv", content)}, headers=headers(caller))
    carried = {"carried": hidden(judged.text, "carried"), "step": "import"}
    imported = await caller.client.post(PATH, data=carried, headers=headers(caller))
    again = await caller.client.post(PATH, data=carried, headers=headers(caller))

    assert template.text.startswith("\ufeffsagsnummer;kommune;målgruppe;målgruppe fra;indsats;ledig fra;timer fra")
    assert "1 nye borgere og 0, der ændres" in text_of(judged.text)
    assert "bemærkning" in text_of(judged.text)
    assert "1 nye og 0 ændrede" in text_of(imported.text)
    assert "Intet er nyt" in text_of(again.text)
    [address] = set(re.findall(r'href="(/participants/[0-9a-f-]{36})"', imported.text + again.text))
    shown = await caller.client.get(address, headers=headers(caller))
    assert "S-2041" in text_of(shown.text)


async def test_the_lines_to_be_corrected_come_in_the_same_format_without_cpr_numbers(caller: Caller) -> None:
    content = "\r\n".join([HEADER, "S-1;5;man;", "010190-1234;5;måske;Eva 020290-1234"]).encode()
    judged = await caller.client.post(PATH, files={"file": ("a.csv", content)}, headers=headers(caller))
    carried = {"carried": hidden(judged.text, "carried")}
    errors = await caller.client.post(f"{PATH}/errors", data=carried, headers=headers(caller))

    assert judged.status_code == 422
    assert "1 linje skal rettes" in text_of(judged.text)
    assert "Ligner et CPR-nummer" in text_of(judged.text)
    assert "010190" not in text_of(judged.text)
    [header, line, end] = errors.content.decode("utf-8-sig").split("\r\n")
    assert header == f"{HEADER};Linje;Hvad der er galt"
    assert line.startswith(";5;måske;;3;")
    assert "dage: Skal være ugedage" in line
    assert (end, "1234" in errors.text) == ("", False)


async def test_only_case_workers_import(caller: Caller) -> None:
    for role in ("coordinator", "facilitator", "admin", "auditor", "member"):
        assert (await caller.client.get(PATH, headers=headers(caller, role))).status_code == 403
