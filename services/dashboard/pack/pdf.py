"""A document of figures as PDF: A4, accessible (PDF/UA-1), with the same bytes for the same document.

All texts are prepared here, in the document's language; `pack.typ` only lays them out.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from services.dashboard.pack.document import cell_text
from shared.documents.typesetting import render_pdf
from shared.i18n.translations import gettext as _
from shared.ui.charts.palette import COLOURS

if TYPE_CHECKING:
    from services.dashboard.pack.document import Document, Section, Table

MEDIA_TYPE: Final = "application/pdf"
LAYOUT: Final = Path(__file__).with_name("pack.typ")
_FILL: Final = re.compile(r"url\(#[\w-]+-p(\d)\)")
"""A fill with a pattern. PDF viewers draw the seams of its tiles, so a document has plain colours; they differ in
lightness, too."""
_NARROW_COLUMNS: Final = 6
"""A table with more columns is set in smaller letters."""


def pdf(document: Document) -> bytes:
    """Return the document as a PDF. Blocks for some tenths of a second: call it in a thread.

    The words that are added here are in the current language, which has to be the document's.

    Raises:
        typst.TypstError: the layout is wrong, or the document would not be accessible.
    """
    return render_pdf(LAYOUT, document_data(document), made_at=document.made_at)


def document_data(document: Document) -> dict[str, Any]:
    """Return everything that is printed, as texts."""
    return {
        "language": document.language,
        "letterhead": document.letterhead,
        "title": document.title,
        "subtitle": document.subtitle,
        "times": document.times,
        "notes": list(document.notes),
        "page": _("Page"),
        "of": _("of"),
        "sections": [_section(section) for section in document.sections],
    }


def _section(section: Section) -> dict[str, Any]:
    return {
        "title": section.title,
        "caption": section.caption,
        "begins_page": section.begins_page,
        "empty": section.empty if section.is_empty else "",
        "headlines": [
            {"value": cell_text(one.value), "label": one.label, "note": one.note} for one in section.headlines
        ],
        "charts": [
            {
                "svg": _FILL.sub(lambda found: COLOURS[int(found[1])], str(chart.drawing.svg)),
                "alternative": chart.alternative,
                "legend": [{"colour": COLOURS[series], "name": name} for series, name in chart.legend],
            }
            for chart in section.charts
        ],
        "tables": [_table(table) for table in section.tables],
        "entries": [{"title": one.title, "text": one.text, "facts": " · ".join(one.facts)} for one in section.entries],
    }


def _table(table: Table) -> dict[str, Any]:
    return {
        "title": table.title,
        "note": table.note,
        "small": len(table.columns) > _NARROW_COLUMNS,
        "columns": [{"heading": one.heading, "words": one.words} for one in table.columns],
        "rows": [[cell_text(cell) for cell in row] for row in table.rows],
    }
