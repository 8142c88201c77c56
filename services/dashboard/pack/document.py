"""What a document of figures is made of: sections with texts, tables and charts. PDF, XLSX and CSV are made from it.

A cell holds a value, never a formatted number: the PDF writes it as pages do, and a spreadsheet gets the number itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Final

from shared.i18n.translations import N_
from shared.i18n.translations import gettext as _
from shared.ui.formats import date_text, moment_text, number_text, percent_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shared.i18n.translations import Language
    from shared.ui.charts import Drawing


class Sign(Enum):
    """Why there is no number. Each has a sign of its own, and none of them is a zero."""

    HIDDEN = N_("hidden")
    UNKNOWN = N_("unknown")
    NOT_APPLICABLE = N_("does not apply")

    @property
    def mark(self) -> str:
        """How it looks in a table."""
        return _MARKS[self]


_MARKS: Final = {Sign.HIDDEN: "•", Sign.UNKNOWN: "?", Sign.NOT_APPLICABLE: "–"}


@dataclass(frozen=True, slots=True)
class Share:
    """A share of 1. A table has its numerator and its denominator in cells beside it.

    Attributes:
        at_least: it may be more: some of the others are unknown.
    """

    value: float
    at_least: bool = False


Cell = str | int | float | date | datetime | Share | Sign


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading, and whether it holds words rather than numbers."""

    heading: str
    words: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table. The first cell of a row names it.

    Attributes:
        title: what it shows; it is the caption of the table for those who do not see it.
    """

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing, and the sentence that stands for it where it cannot be seen.

    Attributes:
        legend: the number of each series, which gives its colour, with its name.
    """

    drawing: Drawing
    alternative: str
    legend: Sequence[tuple[int, str]] = ()


@dataclass(frozen=True, slots=True)
class Headline:
    """A number in large letters, with what it counts and a note."""

    value: int | Sign
    label: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """Something in words: an item of the agenda, a decision, a definition.

    Attributes:
        facts: short facts beside it, such as its owner and its day.
    """

    title: str
    text: str = ""
    facts: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the document under a heading of its own. In XLSX it is a sheet.

    Attributes:
        code: stable name, for the names of files.
        sheet: the name of its sheet; at most 31 characters.
        caption: measure, source, population and period.
        empty: the sentence that is shown instead if nothing else is.
    """

    code: str
    title: str
    sheet: str
    caption: str = ""
    headlines: Sequence[Headline] = ()
    charts: Sequence[Chart] = ()
    tables: Sequence[Table] = ()
    entries: Sequence[Entry] = ()
    empty: str = ""
    begins_page: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether it has nothing to show besides its title."""
        return not (self.headlines or self.charts or self.tables or self.entries)


@dataclass(frozen=True, slots=True)
class Document:
    """A document, in one language.

    Attributes:
        letterhead: the name of the taskforce.
        subtitle: the meeting's day and place, or the day of the figures.
        times: which pair of times the figures have, in words.
        made_at: the moment of its figures. It is also written into the files as the time of creation, so that the same
            figures give the same bytes.
    """

    language: Language
    letterhead: str
    title: str
    subtitle: str
    times: str
    made_at: datetime
    sections: Sequence[Section] = field(default_factory=tuple)
    notes: Sequence[str] = ()

    def tables(self) -> Iterator[tuple[Section, Table]]:
        """Yield every table with its section."""
        for section in self.sections:
            for table in section.tables:
                yield section, table


def cell_text(cell: Cell) -> str:
    """Return a cell as pages and PDF show it, in the current language."""
    match cell:
        case str():
            return cell
        case Sign():
            return cell.mark
        case Share():
            share = percent_text(cell.value)
            return _("at least %(share)s", share=share) if cell.at_least else share
        case datetime():
            return moment_text(cell)
        case date():
            return date_text(cell)
    return number_text(cell).replace("-", "\N{MINUS SIGN}")
