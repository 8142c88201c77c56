"""The pages of the import: verdicts, and the file of errors."""

from __future__ import annotations

import base64
import csv
import io
import re
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from services.pledges.imports.layout import OF_PAGE
from shared.http import auth, csrf
from shared.ui.csrf_field import FIELD
from tests.pledges.browsing import HTML, count, hidden, text_of
from tests.pledges.conftest import Caller
from tests.pledges.imports.workbooks import HEADER, one_sheet, workbook

if TYPE_CHECKING:
    from uuid import UUID

    import httpx

    from shared.db.database import Database


async def test_a_file_is_judged_and_then_imported(
    caller: Caller, pledges_database: Database, taskforce_id: UUID
) -> None:
    headers = caller.headers("coordinator") | HTML
    content = "virksomhed;dato;pladser;timer fra;kontaktperson\r\nBæk;01-02-2024;2;5;Eva\r\n".encode("cp1252")

    judged = await caller.client.post("/pledges/import", files={"file": ("a.csv", content)}, headers=headers)
    assert "1 nyt tilsagn, 2 pladser" in text_of(judged.text)
    assert await count(pledges_database, taskforce_id) == 0
    carried = {"carried": hidden(judged.text, "carried"), "step": "import"}
    imported = await caller.client.post("/pledges/import", data=carried, headers=headers)
    again = await caller.client.post("/pledges/import", data=carried, headers=headers)

    assert "1 tilsagn er importeret" in text_of(imported.text)
    assert again.status_code == 200
    assert await count(pledges_database, taskforce_id) == 1


async def test_a_file_named_like_a_cpr_number_is_not_read(one_caller: Caller) -> None:
    content = b"virksomhed;dato;pladser;timer fra;kontaktperson\r\nB;01-02-2024;2;5;Eva\r\n"
    answer = await one_caller.client.post(
        "/pledges/import",
        files={"file": ("cpr_010170_1234.csv", content)},
        headers=one_caller.headers("coordinator") | HTML,
    )
    assert answer.status_code == 422
    assert "Filens navn ligner et CPR-nummer. Giv filen et andet navn, og vælg den igen." in text_of(answer.text)
    assert "1234" not in answer.text


async def test_verdicts_are_in_the_order_of_the_lines_beside_their_companies(one_caller: Caller) -> None:
    content = (
        "virksomhed;dato;pladser;timer fra;kontaktperson;telefon\r\n"
        "Bæk A/S;01-02-2024;2;5;Eva;97850000\r\n"
        "Holm ApS;x;2;5;Eva;97850000\r\n"
        "Eva 010170-1234;01-02-2024;2;5;Eva;97850000\r\n"
    ).encode()

    answer = await one_caller.client.post(
        "/pledges/import", files={"file": ("a.csv", content)}, headers=one_caller.headers("coordinator") | HTML
    )

    lines = re.findall(r"Linje (\d+)</th>\s*<td[^>]*>([^<]*)</td>", answer.text)
    assert lines == [("2", "Bæk A/S"), ("3", "Holm ApS"), ("4", "–")]


async def test_what_looks_like_another_line_is_pointed_out_beside_it(one_caller: Caller) -> None:
    header = "virksomhed;dato;pladser;timer fra;kontaktperson;telefon"
    content = f"{header}\r\nBæk A/S;01-02-2024;2;5;Eva;97850000\r\nBæk A/S;01-02-2024;2;5;Eva;97850001\r\n".encode()

    answer = await one_caller.client.post(
        "/pledges/import", files={"file": ("a.csv", content)}, headers=one_caller.headers("coordinator") | HTML
    )

    assert answer.status_code == 200
    assert "Ligner linje 2; kun dette er anderledes: telefon." in text_of(answer.text)


async def test_the_errors_can_be_downloaded_as_a_file_for_excel(one_caller: Caller) -> None:
    content = (
        "virksomhed;dato;pladser;timer fra;kontaktperson;telefon\r\n"
        "Bæk A/S;01-02-2024;2;5;Eva;97850000\r\n"
        "=Holm;x;0;5;Eva;97850000\r\n"
        "Eva 010170-1234;01-02-2024;2;5;Eva;97850000\r\n"
    ).encode("cp1252")
    headers = one_caller.headers("coordinator") | HTML
    page = await one_caller.client.post("/pledges/import", files={"file": ("a.csv", content)}, headers=headers)
    assert "Hent det, der skal rettes" in text_of(page.text)

    answer = await one_caller.client.post(
        "/pledges/import/errors", data={"carried": hidden(page.text, "carried")}, headers=headers
    )

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'attachment; filename="fejl-i-import.csv"' in answer.headers["content-disposition"]
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert "1234" not in answer.text
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert lines[0] == [*content.decode("cp1252").splitlines()[0].split(";"), "Linje", "Hvad der er galt"]
    assert [line[:-1] for line in lines[1:]] == [
        ["'=Holm", "x", "0", "5", "Eva", "97850000", "3"],
        ["", "01-02-2024", "2", "5", "Eva", "97850000", "4"],
    ]
    assert "dato: Skal være en dato" in lines[1][-1]
    assert "; pladser: " in lines[1][-1]


async def test_a_corrected_file_of_errors_can_be_imported(one_caller: Caller) -> None:
    content = b"virksomhed;dato;pladser;timer fra;kontaktperson;telefon\r\n=Holm;x;2;5;Eva;+45 97850000\r\n"
    headers = one_caller.headers("coordinator") | HTML
    carried = {"carried": base64.urlsafe_b64encode(content).decode(), "step": "judge"}

    errors = await one_caller.client.post("/pledges/import/errors", data=carried, headers=headers)
    corrected = errors.content.decode().replace(";x;", ";01-02-2024;").encode()
    again = await one_caller.client.post("/pledges/import", files={"file": ("a.csv", corrected)}, headers=headers)

    assert "'+45 97850000" in errors.text
    assert "1 nyt tilsagn" in text_of(again.text)
    assert "=Holm" in text_of(again.text)


@pytest.mark.parametrize(
    ("day", "words"), [("01-02-2024", "1 tilsagn er importeret"), ("x", "Hent det, der skal rettes")]
)
async def test_a_file_of_two_megabytes_goes_through_every_step(one_caller: Caller, day: str, words: str) -> None:
    notes = range(1040)
    header = "virksomhed;dato;pladser;timer fra;kontaktperson;" + ";".join(f"note {number}" for number in notes)
    content = f"{header}\r\nBæk;{day};2;5;Eva;{';'.join('æ' * 995 for _ in notes)}\r\n".encode()
    assert 2_000_000 < len(content) < OF_PAGE.file_bytes
    # As a browser sends it: with the session's cookie, and with the value against forged forms in every form.
    token = one_caller.headers("coordinator")["authorization"].removeprefix("Bearer ")
    value = "x" * 43
    cookies = f"{auth.COOKIE}={token}; {csrf.COOKIE}={value}"
    headers = {"cookie": cookies, "sec-fetch-site": "same-origin"} | HTML

    async def post(path: str, data: dict[str, str], **files: Any) -> httpx.Response:
        return await one_caller.client.post(path, data=data | {FIELD: value}, headers=headers, **files)

    page = await post("/pledges/import", {"step": "judge"}, files={"file": ("a.csv", content)})
    carried = {"carried": hidden(page.text, "carried"), "step": "import"}
    imported = await post("/pledges/import", carried)
    errors = await post("/pledges/import/errors", carried)

    assert words in text_of(imported.text)
    assert errors.headers["content-type"] == "text/csv; charset=utf-8"


@pytest.mark.parametrize(
    ("carried", "status"), [("!", 400), (base64.urlsafe_b64encode(b"a;b\n1;2").decode(), 422)], ids=["mangled", "other"]
)
async def test_a_file_without_verdicts_has_no_errors_to_download(one_caller: Caller, carried: str, status: int) -> None:
    headers = one_caller.headers("admin") | HTML

    answer = await one_caller.client.post("/pledges/import/errors", data={"carried": carried}, headers=headers)

    assert answer.status_code == status
    assert "text/csv" not in answer.headers["content-type"]


@pytest.mark.parametrize(
    ("send", "status", "words"),
    [
        ({}, 422, "Vælg en fil."),
        ({"files": {"file": ("a.csv", b"a;b\n1;2")}}, 422, "Disse kolonner mangler"),
        (
            {
                "files": {
                    "file": ("a.csv", b"virksomhed;dato;pladser;timer fra;kontaktperson\nB&O;x;1;5;Eva 0101701234")
                }
            },
            422,
            "1 linje skal rettes",
        ),
        ({"files": {"file": ("a.xlsx", one_sheet(HEADER)[:-99])}}, 422, "Projektmappen er beskadiget."),
        ({"files": {"file": ("a.csv", b"x" * 5_000_000)}}, 422, "større end 2 MB"),
        ({"files": {"file": ("a.csv", b"x" * 9_000_000)}}, 413, ""),
        ({"data": {"carried": "!", "step": "import"}}, 400, ""),
    ],
    ids=["nothing", "columns", "cells", "damaged", "5 MB", "9 MB", "mangled"],
)
async def test_an_unusable_file_is_refused_on_the_page(
    one_caller: Caller, send: dict[str, Any], status: int, words: str
) -> None:
    answer = await one_caller.client.post("/pledges/import", headers=one_caller.headers("admin") | HTML, **send)

    assert answer.status_code == status
    assert words in text_of(answer.text)
    assert "1234" not in text_of(answer.text)


async def test_the_empty_file_to_fill_in_has_the_columns_and_opens_in_excel(caller: Caller) -> None:
    answer = await caller.client.get("/pledges/import/skabelon.csv", headers=caller.headers("admin"))

    assert answer.content.startswith(b"\xef\xbb\xbfvirksomhed;cvr;")
    assert "attachment" in answer.headers["content-disposition"]


async def test_a_workbook_is_judged_and_imported_and_the_sheets_that_were_left_out_are_named(
    caller: Caller, pledges_database: Database, taskforce_id: UUID
) -> None:
    headers = caller.headers("coordinator") | HTML

    def fill(book: Any) -> None:
        sheet = book.add_worksheet("Efterår")
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, ("Bæk", date(2024, 2, 1), 2, 7.5, "Eva", 97850000, 24256790))
        book.add_worksheet("Noter").write(0, 0, "x")
        book.add_worksheet("010170-1234").write(0, 0, "x")

    judged = await caller.client.post("/pledges/import", files={"file": ("a.xlsx", workbook(fill))}, headers=headers)
    carried = {"carried": hidden(judged.text, "carried"), "step": "import"}
    imported = await caller.client.post("/pledges/import", data=carried, headers=headers)

    assert "1 nyt tilsagn, 2 pladser" in text_of(judged.text)
    assert "»Efterår« er læst, og disse er sprunget over: Noter, …" in text_of(judged.text)
    assert "1 tilsagn er importeret" in text_of(imported.text)
    assert await count(pledges_database, taskforce_id) == 1


async def test_the_sheet_without_the_columns_is_named(one_caller: Caller) -> None:
    def fill(book: Any) -> None:
        book.add_worksheet("Vejledning").write(0, 0, "Sådan gør du")
        book.add_worksheet("Liste").write_row(0, 0, HEADER)

    answer = await one_caller.client.post(
        "/pledges/import", files={"file": ("a.xlsx", workbook(fill))}, headers=one_caller.headers("admin") | HTML
    )

    assert answer.status_code == 422
    assert "Arket »Vejledning« er læst, fordi det er det første." in text_of(answer.text)
