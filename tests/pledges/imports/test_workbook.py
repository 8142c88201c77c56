"""Workbooks: cells as Excel in Denmark shows them, and what is refused in words."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, datetime
from typing import Any

import pytest

from services.pledges.imports.layout import OF_PAGE
from services.pledges.imports.report import NotATable
from services.pledges.imports.workbook import open_sheet, row_of_cells
from services.pledges.imports.workbook_xml import read_rows
from tests.pledges.imports.workbooks import HEADER, one_sheet, read_table, with_part, workbook

LINE = ("Ålekisten", date(2024, 11, 3), 2, 7.5, "Mette Krog", 20304050, 24256790)
SHEET = "xl/worksheets/sheet1.xml"


def cells(*values: object, number_format: str | int = "") -> list[str]:
    def fill(book: Any) -> None:
        style = book.add_format({"num_format": number_format}) if number_format else None
        sheet = book.add_worksheet()
        for column, value in enumerate(values):
            sheet.write(0, column, value, style)

    [row] = open_sheet(workbook(fill), OF_PAGE).rows()
    return row_of_cells(row)


def refusal_of(content: bytes) -> tuple[str, dict[str, object]]:
    with pytest.raises(NotATable) as refusal:
        read_table(content)
    return refusal.value.message, refusal.value.parameters


def test_a_workbook_has_the_cells_that_its_csv_file_has() -> None:
    csv = f"{';'.join(HEADER)}\r\nÅlekisten;03-11-2024;2;7,5;Mette Krog;20304050;24256790"

    table = read_table(one_sheet(HEADER, LINE))

    assert (table.columns, table.lines) == (read_table(csv.encode()).columns, read_table(csv.encode()).lines)
    assert table.sheet == "Ark1"


def test_numbers_are_written_as_in_denmark_and_without_the_noise_of_a_computer() -> None:
    assert cells(7.5, 0.1 + 0.2, 24256790, 1003387539, 0, -3, 0.00001) == [
        *("7,5", "0,3", "24256790", "1003387539", "0", "-3", "0,00001")
    ]


def test_a_number_that_lost_digits_is_shortened_as_excel_shows_it() -> None:
    assert cells(1234567890123456789) == ["1,23457E+18"]


def test_text_stays_as_it_is() -> None:
    assert cells("0671", "24256790,00", " Bæk\u00a0Vask ", "1.000") == ["0671", "24256790,00", "Bæk Vask", "1.000"]


def test_true_and_false_are_the_words_of_a_danish_excel() -> None:
    assert cells(True, False) == ["SAND", "FALSK"]


def test_a_day_with_a_time_keeps_it() -> None:
    assert cells(date(2026, 11, 3), datetime(2026, 11, 3, 14, 30)) == ["03-11-2026", "03-11-2026 14:30:00"]  # noqa: DTZ001


@pytest.mark.parametrize(
    ("number_format", "value", "shown"),
    [
        ("0%", 0.5, "50%"),
        ("0.00%", 0.075, "7,5%"),
        ("0.0\\ %", 0.5, "50%"),
        ("0000", 671, "0671"),
        ("000000-0000", 101701234, "0101701234"),
        ('0000" kr."', 671, "0671"),
        ("00 00 00 00", 20304050, "20304050"),
        ("0000;-0000", 671, "0671"),
        ("#,##0", 1000, "1000"),
        ("0.00", 7.5, "7,5"),
        ("0", 7, "7"),
        ('0" %"', 7, "7"),
    ],
)
def test_a_format_that_changes_what_a_number_says_is_read(number_format: str, value: float, shown: str) -> None:
    assert cells(value, number_format=number_format) == [shown]


def test_error_values_are_no_empty_cells() -> None:
    def fill(book: Any) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, LINE[:5])
        sheet.write_formula(1, 5, "=VLOOKUP(1,A1:A2,1)", None, "#N/A")
        sheet.write_formula(3, 8, "=1/0", None, "#DIV/0!")

    table = read_table(workbook(fill))

    assert table.lines[0].cells["telefon"] == "#N/A"
    assert (table.lines[1].number, table.lines[1].cells) == (4, {"": "#DIV/0!"})


def test_a_formula_is_read_as_its_result() -> None:
    def fill(book: Any) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        sheet.write_formula(1, 0, '="Bæk"', None, "Bæk")
        sheet.write_formula(1, 2, "=1+1", None, 2)

    assert read_table(workbook(fill)).lines[0].cells == {"virksomhed": "Bæk", "pladser": "2"}


@pytest.mark.parametrize("result", [b"<v></v>", b"<v/>", b""])
def test_a_formula_without_its_result_is_named(result: bytes) -> None:
    def fill(book: Any) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, LINE)
        sheet.write_formula(1, 2, "=1+1", None, 2)

    content = with_part(workbook(fill), {SHEET: lambda xml: xml.replace(b"</f><v>2</v>", b"</f>" + result)})

    message, parameters = refusal_of(content)

    assert "formula without its result" in message
    assert parameters == {"line": 2, "column": "pladser"}


def test_an_empty_result_and_a_formula_beside_the_table_are_no_harm() -> None:
    def fill(book: Any) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, LINE[:6])
        sheet.write_formula(1, 6, '=""', None, "none")
        sheet.write_formula(1, 9, "=1+1", None, 77)

    def without_results(xml: bytes) -> bytes:
        return xml.replace(b"<v>none</v>", b"<v></v>").replace(b"<v>77</v>", b"")

    [line] = read_table(with_part(workbook(fill), {SHEET: without_results})).lines

    assert "cvr" not in line.cells


def test_empty_lines_and_columns_keep_the_numbers_of_the_others() -> None:
    table = read_table(one_sheet(("", *HEADER), (), ("", *LINE), first=2))

    assert [line.number for line in table.lines] == [5]
    assert table.lines[0].cells["virksomhed"] == "Ålekisten"


def test_notes_beside_the_table_are_in_columns_without_a_name() -> None:
    [line] = read_table(one_sheet(HEADER, (*LINE, "", "ring", "010170-1234"))).lines

    assert line.cells[""] == "ring 010170-1234"


def test_a_merged_title_above_the_names_is_named() -> None:
    def fill(book: Any) -> None:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, 6, "Småjob-tilsagn 2024")
        sheet.write_row(2, 0, HEADER)
        sheet.write_row(3, 0, LINE)

    message, parameters = refusal_of(workbook(fill))

    assert "names of the columns" in message
    assert parameters == {"line": 3}


def test_the_first_sheet_that_is_shown_and_has_content_is_read_and_the_others_are_named() -> None:
    def fill(book: Any) -> None:
        book.add_worksheet("Lister").write(0, 0, "x")
        book.add_worksheet("Tom").write_blank(0, 0, None, book.add_format({"bold": True}))
        book.add_chartsheet("Diagram")
        for name in ("Struer", "Lemvig"):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, HEADER)
            sheet.write_row(1, 0, (name, *LINE[1:]))
        book.get_worksheet_by_name("Struer").activate()
        book.get_worksheet_by_name("Lister").hide()

    table = read_table(workbook(fill))

    assert (table.sheet, table.other_sheets) == ("Struer", ("Lemvig",))
    assert [line.cells["virksomhed"] for line in table.lines] == ["Struer"]


def test_a_workbook_without_content_is_refused() -> None:
    assert "are empty" in refusal_of(one_sheet())[0]


def packed(**parts: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml").replace("_bin", ".bin"), part)
    return content.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (OLE, "another format"),
        (packed(mimetype="application/vnd.oasis.opendocument.spreadsheet", content_xml="<a/>"), "another format"),
        (packed(xl__workbook_bin=""), "another format"),
        (packed(word__document_xml="<a/>"), "no spreadsheet"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "password"),
        (one_sheet(HEADER, LINE)[:-600], "damaged"),
        (with_part(one_sheet(HEADER, LINE), {SHEET: lambda xml: xml[:-60]}), "damaged"),
        (with_part(one_sheet(HEADER, LINE), {SHEET: lambda xml: xml.replace(b'"A2"', b'"A99999999"')}), "damaged"),
        (with_part(one_sheet(HEADER, LINE), {SHEET: lambda xml: xml.replace(b"7.5", b"7,5")}), "damaged"),
        (with_part(one_sheet(HEADER, LINE), {"xl/sharedStrings.xml": lambda _xml: b""}), "damaged"),
        (with_part(one_sheet(HEADER, LINE), {SHEET: lambda xml: xml.replace(b"?>", b"?><!DOCTYPE a>")}), "damaged"),
    ],
    ids=["xls", "ods", "xlsb", "docx", "password", "cut", "xml", "place", "number", "strings", "entities"],
)
def test_what_is_no_readable_workbook_is_refused_in_words(content: bytes, words: str) -> None:
    assert words in refusal_of(content)[0]


def test_a_csv_file_named_as_a_workbook_is_read_as_what_it_is() -> None:
    assert read_table(";".join(HEADER).encode()).columns == HEADER


def test_a_small_file_that_unpacks_to_a_large_one_is_not_unpacked() -> None:
    bomb = with_part(one_sheet(HEADER, LINE), {SHEET: lambda xml: xml + b" " * 17 * 1024 * 1024})

    assert len(bomb) < 100_000
    assert "unpacked" in refusal_of(bomb)[0]


def test_false_counts_of_what_follows_are_no_harm() -> None:
    counted = with_part(
        one_sheet(HEADER, LINE),
        {"xl/sharedStrings.xml": lambda xml: re.sub(rb'ount="[0-9]+"', b'ount="4294967296"', xml)},
    )

    assert read_table(counted).lines == read_table(one_sheet(HEADER, LINE)).lines


def test_a_cell_far_below_the_others_is_a_line_of_its_own() -> None:
    below = with_part(one_sheet(HEADER, ("x",)), {SHEET: lambda xml: xml.replace(b'"A2"', b'"A1048576"')})

    assert [(line.number, line.cells) for line in read_table(below).lines] == [(1_048_576, {HEADER[0]: "x"})]


def test_a_cell_far_to_the_right_is_named() -> None:
    def fill(book: Any) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        sheet.write(1, 16_383, "x")

    message, parameters = refusal_of(workbook(fill))

    assert "far to the right" in message
    assert parameters == {"line": 2}


def test_days_of_a_workbook_that_counts_from_1904_are_the_same() -> None:
    def fill(book: Any) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, LINE)

    content = workbook(fill, date_1904=True)

    assert read_table(content).lines == read_table(one_sheet(HEADER, LINE)).lines


@pytest.mark.parametrize(
    "number_format",
    ["dd-mm-yyyy", "d. mmmm yyyy", "[$-406]d. mmmm yyyy;@", "yyyy-mm-dd", "d/m/yy", "DD.MM.YYYY", 14, 22],
)
def test_a_day_is_recognised_by_its_format(number_format: str | int) -> None:
    assert cells(date(2026, 11, 3), number_format=number_format) == ["03-11-2026"]


@pytest.mark.parametrize("number_format", ["General", "0.00", '0" dage"', "[Red]0", "@", "# ?/?"])
def test_a_number_is_no_day(number_format: str) -> None:
    assert cells(46329, number_format=number_format) == ["46329"]


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        ('<c r="A1" t="inlineStr"><is><t>Bæk</t></is></c>', "Bæk"),
        ('<c r="A1" t="inlineStr"><is><r><t>Bæk </t></r><r><t>ApS</t></r><rPh><t>x</t></rPh></is></c>', "Bæk ApS"),
        ('<c r="A1" t="str"><v>a_x000D_\nb_x005F_x000D_</v></c>', "a\r\nb_x000D_"),
        ('<c r="A1" t="d"><v>2026-11-03T00:00:00</v></c>', "2026-11-03T00:00:00"),
        ("<c><v>7</v></c>", "7"),
        ('<c r="A1" t="b"><v>1</v></c>', "SAND"),
        ('<c r="A1"><v>2.0304050E7</v></c>', "20304050"),
    ],
)
def test_other_programs_write_cells_in_other_ways(xml: str, text: str) -> None:
    sheet = f'<worksheet xmlns="x"><sheetData><row>{xml}</row></sheetData></worksheet>'

    [row] = read_rows([sheet.encode()], [], [], from_1904=False)
    assert (row.number, row.cells) == (1, {1: text})


def test_a_cell_with_a_long_text_is_named() -> None:
    message, parameters = refusal_of(one_sheet(HEADER, ("x" * 2001, *LINE[1:])))

    assert "2,000 characters" in message
    assert parameters == {"line": 2}
