"""The page of the import of hires: from a dry run to hires, and the lines to be corrected."""

from __future__ import annotations

import re

from tests.pledges.browsing import HTML, hidden, text_of
from tests.pledges.conftest import Caller, hire_body

PATH = "/pledges/import/hires"
HEADER = "virksomhed;startdato;betalte timer;kontaktperson;telefon;bemærkning"


async def test_a_case_worker_checks_a_list_and_imports_it(one_caller: Caller) -> None:
    headers = one_caller.headers("caseworker") | HTML
    template = await one_caller.client.get(f"{PATH}/skabelon.csv", headers=headers)
    content = f"{HEADER}\r\nBæk & Søn;01-02-2024;7,5;Mette;20304050;ja\r\n".encode("cp1252")

    judged = await one_caller.client.post(PATH, files={"file": ("a.csv", content)}, headers=headers)
    carried = {"carried": hidden(judged.text, "carried"), "step": "import"}
    imported = await one_caller.client.post(PATH, data=carried, headers=headers)
    again = await one_caller.client.post(PATH, data=carried, headers=headers)

    assert template.text.startswith("\ufeffvirksomhed;cvr;p-nummer;kommune;tilsagn;jobtype;startdato;betalte timer")
    assert "1 ny ansættelse" in text_of(judged.text)
    assert "bemærkning" in text_of(judged.text)
    assert "1 ansættelse er importeret" in text_of(imported.text)
    assert "Intet er nyt" in text_of(again.text)
    [address] = set(re.findall(r'href="(/hires/[0-9a-f-]{36})"', imported.text + again.text))
    hire = await one_caller.client.get(address, headers=headers)
    assert "Bæk & Søn" in text_of(hire.text)


async def test_a_hire_that_was_confirmed_by_hand_is_pointed_out(one_caller: Caller) -> None:
    company = {"name": "Bæk", "cvr": "24256790"}
    body = hire_body(company=company, start_date="2026-11-02", pledge_id=None)
    assert (await one_caller.confirm(body)).status_code == 201
    lines = ["virksomhed;cvr;startdato;betalte timer;kontaktperson", *(f"Bæk;24256790;{n}-11-2026;5;M" for n in (1, 2))]

    judged = await one_caller.client.post(
        PATH, files={"file": ("a.csv", "\n".join(lines).encode())}, headers=one_caller.headers("caseworker") | HTML
    )

    assert "2 nye ansættelser" in text_of(judged.text)
    assert text_of(judged.text).count("er allerede bekræftet. Er det den samme?") == 1


async def test_the_lines_to_be_corrected_come_in_the_same_format(one_caller: Caller) -> None:
    headers = one_caller.headers("coordinator") | HTML
    good, bad = "Bæk;01-02-2024;5;Mette;+45 20304050;", "=Holm;31-02-2024;90;Mette;+45 20304050;Eva 010170-1234"
    content = "\r\n".join([HEADER, good, bad]).encode()

    judged = await one_caller.client.post(PATH, files={"file": ("a.csv", content)}, headers=headers)
    errors = await one_caller.client.post(
        f"{PATH}/errors", data={"carried": hidden(judged.text, "carried")}, headers=headers
    )

    assert judged.status_code == 422
    assert "1 linje skal rettes" in text_of(judged.text)
    [header, line, end] = errors.content.decode("utf-8-sig").split("\r\n")
    assert header == f"{HEADER};Linje;Hvad der er galt"
    assert line.startswith("'=Holm;31-02-2024;90;Mette;'+45 20304050;;3;")
    assert "startdato: Skal være en dato" in line
    assert (end, "1234" in errors.text) == ("", False)
