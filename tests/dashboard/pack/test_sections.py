"""What a document of figures says, as PDF and as XLSX."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from typing import TYPE_CHECKING, Any

import pypdf
import pytest

from services.dashboard.measures.figures import Figures
from services.dashboard.measures.outreach import Outreach
from services.dashboard.pack.document import Document, Sign, cell_text
from services.dashboard.pack.pdf import pdf
from services.dashboard.pack.sections import definitions, figure_sections, signs
from services.dashboard.pack.xlsx import workbook
from shared.i18n.translations import use_language
from tests.dashboard.pack.examples import KNOWN_AT, figures_of_struer
from tests.dashboard.pack.reading import pdf_text, read_value, sheets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.i18n.translations import Language


@pytest.fixture(autouse=True)
def danish() -> Iterator[None]:
    with use_language("da", service="dashboard"):
        yield


def document(figures: Figures, language: Language = "da", *, hides_small: bool = False) -> Document:
    sections = [*figure_sections(figures, "smaajob", hides_small=hides_small), definitions()]
    return Document(language, "Code of Care Struer", "Møde", "1. december", "01.12.2026", KNOWN_AT, sections, [signs()])


def test_pdf_and_xlsx_have_every_number_of_the_document() -> None:
    made = document(figures_of_struer())
    text, read = pdf_text(pdf(made)), sheets(workbook(made))
    for section, table in made.tables():
        for row in table.rows:
            assert " ".join(" ".join(map(cell_text, row)).split()) in text, row
            values = [cell.mark if isinstance(cell, Sign) else read_value(getattr(cell, "value", cell)) for cell in row]
            assert values in read[section.sheet.strip("?")], row
    for headline in made.sections[0].headlines:
        assert f"{cell_text(headline.value)} {headline.label}" in text


def test_a_workbook_has_real_numbers_days_and_shares_and_no_formula() -> None:
    content = workbook(document(figures_of_struer()))
    rows = sheets(content)["Arrangement for arrangement"]
    assert ["=1+1 <aften>", date(2026, 11, 1), 80, "–", 27, 27, 9, 0] in rows
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    assert not any(b"<f>" in part or b"hyperlink" in part for part in parts.values())


def test_the_same_figures_give_the_same_bytes_and_others_do_not() -> None:
    first, again, other = (document(figures_of_struer()) for _ in range(3))
    other.sections[0].tables[0].rows[0][1] = 1235  # type: ignore[index]
    for make in (pdf, workbook):
        assert make(first) == make(again) != make(other)


def test_the_pdf_is_tagged_and_in_its_language() -> None:
    for language in ("da", "en"):
        with use_language(language, service="dashboard"):
            reader = pypdf.PdfReader(io.BytesIO(pdf(document(figures_of_struer(), language))))
        catalog: Any = reader.trailer["/Root"]
        assert catalog["/Lang"] == language
        assert catalog["/MarkInfo"]["/Marked"]
        assert "/StructTreeRoot" in catalog
        assert b"pdfuaid" in catalog["/Metadata"].get_data()


def test_small_counts_are_hidden_with_what_would_give_them_away() -> None:
    shown = {
        row[0]: row[1]
        for section, table in document(figures_of_struer(), hides_small=True).tables()
        if section.code == "lasting"
        for row in table.rows
    }
    assert shown["Helbred"] is shown["Flyttet"] is Sign.HIDDEN
    assert shown["Flere timer i en anden virksomhed"] == 88
    assert shown["Efter 3 måneder"] == 120
    assert shown["Efter 12 måneder"] is Sign.HIDDEN
    assert shown["1–4 timer"] == 0
    assert "I alt" in shown


def test_new_companies_reached_are_a_section_once_there_are_contacts() -> None:
    figures = figures_of_struer()
    assert "outreach" not in {section.code for section in document(figures).sections}
    figures.outreach = Outreach(12, {"visit": 30, "call": 0, "card": None})
    (section,) = [section for section in document(figures).sections if section.code == "outreach"]
    assert section.title == "12 nye virksomheder er nået"
    assert section.tables[0].rows == [
        ["Nye virksomheder nået", 12],
        ["Besøg", 30],
        ["Opkald", 0],
        ["Kort afleveret", Sign.HIDDEN],
    ]


def test_an_empty_taskforce_has_a_document() -> None:
    made = document(Figures(date(2026, 12, 1), KNOWN_AT, None, waits=figures_of_struer().waits))
    assert "Der er ikke noget at vise endnu." in pdf_text(pdf(made))
    assert workbook(made)


def test_a_number_below_zero_has_a_minus_sign_as_the_sums_have() -> None:
    assert [cell_text(cell) for cell in (-1, 0, 12)] == ["\N{MINUS SIGN}1", "0", "12"]
