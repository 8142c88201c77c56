"""The parts of an Excel workbook (ECMA-376, SpreadsheetML): sheets, styles, strings and cells. No I/O.

A cell is text as Excel in Denmark would save it as CSV. python-calamine 0.9, which we tried, makes an empty cell of an
error value and of a formula without its result, and 0.5 of `50%`; and it asks for as much memory as the
file says it needs: 6 kB with a false count of strings end the process.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final
from xml.parsers import expat

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

Row = dict[int, str]
"""The cells of a line that are not empty, by column, counted from 1."""

_PLACE: Final = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_LINE: Final = re.compile(r"[1-9][0-9]{0,6}")
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")

# The formats that have no code in the file.
_PERCENTS: Final = frozenset({9, 10})
_DAYS: Final = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_LITERAL: Final = re.compile(r'\\.|"[^"]*"|\[[^\]]*\]|_.|\*.')
_DAY_LETTER: Final = re.compile("[dmyhs]", re.IGNORECASE)
_SEVERAL_ZEROS: Final = re.compile("0{2,}")
_DIGIT_OR_LETTER: Final = re.compile("[0-9#?.,A-Za-z]")

_FIRST_DAY: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - a day of a spreadsheet has no time zone
_DAYS_BEFORE_1904: Final = 1462
_AFTER_LAST_DAY: Final = 2_958_466
_SECONDS_PER_DAY: Final = 86_400
_PRECISE: Final = 10**15
"""Excel keeps 15 digits of a number."""


class UnreadableXml(Exception):
    """The XML is not well-formed, is no part of a workbook, or declares a document type."""


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """A sheet as the workbook lists it.

    Attributes:
        target: the path of its part, in the folder of the workbook's.
    """

    name: str
    target: str
    is_shown: bool


@dataclass(frozen=True, slots=True)
class Style:
    """How a number is shown: as percent, as a day, or with this many digits at least."""

    is_percent: bool = False
    is_day: bool = False
    digits: int = 0


@dataclass(slots=True)
class SheetRow:
    """A line of a sheet that is not empty.

    Attributes:
        number: counted from 1.
        unsolved: the columns of formulas that were saved without their result.
    """

    number: int
    cells: Row = field(default_factory=dict)
    unsolved: list[int] = field(default_factory=list)


def read_sheets(workbook: bytes, relationships: bytes) -> tuple[list[SheetEntry], bool]:
    """Return the sheets in their order, without diagrams, and whether days are counted from 1904."""
    targets: dict[str, str] = {}
    sheets: list[SheetEntry] = []
    settings: dict[str, str] = {}

    def relationship(name: str, attributes: Mapping[str, str]) -> None:
        if name == "Relationship" and attributes.get("Type", "").endswith("/worksheet"):
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    def sheet(name: str, attributes: Mapping[str, str]) -> None:
        if name == "workbookPr":
            settings.update(attributes)
        elif name == "sheet" and (target := targets.get(attributes.get("id", ""))):
            sheets.append(SheetEntry(attributes.get("name", ""), target, attributes.get("state") in {None, "visible"}))

    _parse(relationships, relationship)
    _parse(workbook, sheet)
    return sheets, settings.get("date1904") in {"1", "true"}


def read_styles(styles: bytes) -> list[Style]:
    """Return the styles that cells refer to by their number."""
    codes: dict[str, str] = {}
    format_ids: list[str] = []
    inside: list[str] = []

    def start(name: str, attributes: Mapping[str, str]) -> None:
        if name == "numFmt" and "numFmts" in inside:
            codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif name == "xf" and "cellXfs" in inside:
            format_ids.append(attributes.get("numFmtId", "0"))
        inside.append(name)

    _parse(styles, start, lambda _name, _text: inside.pop())
    return [_style(_index(id_), codes.get(id_, "")) for id_ in format_ids]


def read_strings(strings: bytes) -> list[str]:
    """Return the texts that cells refer to by their number."""
    texts: list[str] = []
    parts: list[str] = []
    inside: list[str] = []

    def start(name: str, _attributes: Mapping[str, str]) -> None:
        if name == "si":
            parts.clear()
        inside.append(name)

    def end(name: str, text: str) -> None:
        inside.pop()
        # rPh is how a word is pronounced.
        if name == "t" and "rPh" not in inside:
            parts.append(text)
        elif name == "si":
            texts.append(_unescaped("".join(parts)))

    _parse(strings, start, end)
    return texts


def read_rows(
    sheet: Iterable[bytes], strings: Sequence[str], styles: Sequence[Style], *, from_1904: bool
) -> Iterator[SheetRow]:
    """Return the lines of a sheet that are not empty, while it is read.

    Args:
        sheet: its XML, in parts.
        from_1904: whether days are counted from 1904.

    Raises:
        UnreadableXml: it cannot be read, or its lines are not in their order.
    """
    finished: list[SheetRow] = []
    row = SheetRow(0)
    line = column = 0
    cell: Mapping[str, str] = {}
    parts: dict[str, str] = {}
    inside: list[str] = []

    def begin(number: int) -> None:
        nonlocal row
        if number < row.number:
            raise UnreadableXml
        if number > row.number:
            finished.append(row)
            row = SheetRow(number)

    def start(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal line, column, cell
        inside.append(name)
        if name == "row":
            # The places may be left out.
            line, column = _line(attributes.get("r"), line), 0
        elif name == "c":
            line, column = _place(attributes["r"]) if "r" in attributes else (line, column + 1)
            cell = attributes
            parts.clear()

    def end(name: str, text: str) -> None:
        inside.pop()
        if name in {"v", "f"}:
            parts[name] = text
        elif name == "t" and "rPh" not in inside:
            parts["t"] = parts.get("t", "") + text
        elif name == "c":
            if "f" in parts and not parts.get("v") and cell.get("t", "n") in {"n", "b"}:
                begin(line)
                row.unsolved.append(column)
            value = _value(cell, parts, strings, styles, days_before=_DAYS_BEFORE_1904 if from_1904 else 0)
            if text := value.replace("\u00a0", " ").strip():
                begin(line)
                row.cells[column] = text

    for _part in _parse_parts(sheet, start, end):
        yield from (found for found in finished if found.cells or found.unsolved)
        finished.clear()
    if row.cells or row.unsolved:
        yield row


def _value(
    cell: Mapping[str, str],
    parts: Mapping[str, str],
    strings: Sequence[str],
    styles: Sequence[Style],
    *,
    days_before: int,
) -> str:
    """Return what a cell shows.

    Args:
        cell: its attributes.
        parts: the texts of its elements, by name.
    """
    kind, value = cell.get("t", "n"), parts.get("v", "")
    if kind == "s":
        return strings[_index(value, len(strings))]
    if kind == "inlineStr":
        return _unescaped(parts.get("t", ""))
    if kind == "str":
        return _unescaped(value)
    if kind == "b" and value:
        return "SAND" if value in {"1", "true"} else "FALSK"
    if kind == "n" and value:
        style = styles[_index(cell.get("s", "0"), len(styles))] if styles else Style()
        return _number(value, style, days_before)
    return value


def _style(id_: int, code: str) -> Style:
    shown = _LITERAL.sub("", code).partition(";")[0]
    digits = "".join(_DIGIT_OR_LETTER.findall(shown))
    return Style(
        is_percent=id_ in _PERCENTS or "%" in shown,
        is_day=bool(_DAY_LETTER.search(shown)) if code else id_ in _DAYS,
        digits=len(digits) if _SEVERAL_ZEROS.fullmatch(digits) else 0,
    )


def _number(text: str, style: Style, days_before: int) -> str:
    try:
        number = float(text)
    except ValueError:
        raise UnreadableXml from None
    if style.is_day and 0 <= number + days_before < _AFTER_LAST_DAY:
        return _day(number + days_before)
    if style.is_percent:
        return f"{_decimal(number * 100)}%"
    if not abs(number) < _PRECISE:
        # As Excel shows it: the digits are lost.
        return f"{number:.5E}".replace(".", ",")
    return _decimal(number).zfill(style.digits)


def _day(number: float) -> str:
    moment = _FIRST_DAY + timedelta(seconds=round(number * _SECONDS_PER_DAY))
    return moment.strftime("%d-%m-%Y %H:%M:%S").removesuffix(" 00:00:00")


def _decimal(number: float) -> str:
    """Return a number without the noise of binary fractions."""
    return f"{Decimal(f'{number:.15g}'):f}".replace(".", ",")


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def _index(text: str, length: int = 2**31) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and int(text) < length):
        raise UnreadableXml
    return int(text)


def _line(number: str | None, before: int) -> int:
    if number is None:
        return before + 1
    if not _LINE.fullmatch(number):
        raise UnreadableXml
    return int(number)


def _place(reference: str) -> tuple[int, int]:
    found = _PLACE.fullmatch(reference)
    if found is None:
        raise UnreadableXml
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(found[2]), column


def _parse(
    xml: bytes,
    start: Callable[[str, Mapping[str, str]], None],
    end: Callable[[str, str], object] = lambda _name, _text: None,
) -> None:
    """Call `start` and `end` for each element, see `_parse_parts`."""
    for _part in _parse_parts([xml], start, end):
        pass


def _parse_parts(
    parts: Iterable[bytes],
    start: Callable[[str, Mapping[str, str]], None],
    end: Callable[[str, str], object],
) -> Iterator[None]:
    """Call `start` with the name and the attributes of each element, and `end` with its name and its text behind the
    last element in it. Names are without their namespace. Yields after each part of the XML."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    texts: list[str] = []

    def started(name: str, attributes: dict[str, str]) -> None:
        texts.clear()
        start(_local(name), {_local(key): value for key, value in attributes.items()})

    def ended(name: str) -> None:
        end(_local(name), "".join(texts))
        texts.clear()

    def refuse(*_declaration: object) -> None:
        raise UnreadableXml

    parser.StartElementHandler = started
    parser.EndElementHandler = ended
    parser.CharacterDataHandler = texts.append
    # Entities are declared there.
    parser.StartDoctypeDeclHandler = refuse
    try:
        for part in parts:
            parser.Parse(part, False)
            yield
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, ValueError):
        # The second and third: an unknown encoding, or bytes that are none of it.
        raise UnreadableXml from None


def _local(name: str) -> str:
    return name.rpartition(" ")[2]
