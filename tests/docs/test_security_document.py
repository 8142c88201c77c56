"""docs/security.md accounts for the whole standard, and whatever it names is there."""

from __future__ import annotations

import ast
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
DOCUMENT: Final = ROOT / "docs" / "security.md"
PICTURE: Final = ROOT / "docs" / "images" / "data-flow.svg"

REQUIREMENTS: Final[dict[int, tuple[int, ...]]] = {
    1: (2, 9, 11, 3, 2),
    2: (3, 3, 4, 1),
    3: (0, 2, 4, 6, 5, 0, 2),
    4: (3, 1, 2, 4),
    5: (1, 3, 2, 3),
    6: (3, 12, 4, 4, 5, 3, 0, 4),
    7: (3, 4, 2, 5, 2, 2),
    8: (2, 3, 1, 1),
    9: (3, 4),
    10: (2, 2, 4, 11, 5, 2, 3),
    11: (2, 3, 3, 4, 1, 1),
    12: (3, 2, 4),
    13: (1, 5, 2, 5),
    14: (2, 4, 3),
    15: (3, 3, 7, 0),
    16: (1, 5, 4, 3, 3),
    17: (1, 4, 2),
}
"""How many requirements of levels 1 and 2 each section of OWASP ASVS 5.0.0 has, by chapter.

Within a section they come before those of level 3, so they are numbered from 1.
"""
STATES: Final = ("met", "not shown", "not met", "n/a")
_LINK: Final = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Row:
    """A line of the table.

    Attributes:
        numbers: the requirements it is about, as `1.2.3`.
    """

    chapter: int
    numbers: tuple[str, ...]
    level: str
    state: str
    why: str
    shown_by: str


def written() -> str:
    """The document."""
    return DOCUMENT.read_text(encoding="utf-8")


def rows_of(document: str) -> list[Row]:
    """Every line of the table, in its order."""
    found = []
    for line in re.findall(r"^\| V\d.*\|$", document, re.MULTILINE):
        number, level, _asked, state, why, shown_by = (cell.strip() for cell in line.strip("|").split("|"))
        first, _, last = number.replace("V", "").partition("–")
        section, _, start = first.rpartition(".")
        if last:
            assert last.rpartition(".")[0] == section, f"{number} goes over a section's end"
        numbers = tuple(f"{section}.{one}" for one in range(int(start), int((last or first).rpartition(".")[2]) + 1))
        found.append(Row(int(first.partition(".")[0]), numbers, level, state.strip("*"), why, shown_by))
    return found


def all_of_the_standard() -> list[str]:
    """Every requirement of levels 1 and 2, as `1.2.3`, in the standard's order."""
    return [
        f"{chapter}.{section}.{number}"
        for chapter, sections in REQUIREMENTS.items()
        for section, many in enumerate(sections, start=1)
        for number in range(1, many + 1)
    ]


def unfounded(rows: list[Row]) -> list[str]:
    """Rows that say something without saying why."""
    return [
        row.numbers[0]
        for row in rows
        if row.state not in STATES
        or row.level not in {"1", "2", "1, 2"}
        or (not _LINK.search(row.shown_by) if row.state == "met" else not row.why)
    ]


@cache
def names_in(file: Path) -> frozenset[str]:
    """The names of the tests in a file."""
    found = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    return frozenset(one.name for one in found if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef))


def missing_tests(rows: list[Row]) -> list[str]:
    """Tests that rows name and that are not there: a link's text is the test's name, with blanks for underscores."""
    return [
        f"{row.numbers[0]}: {target}::{words}"
        for row in rows
        for words, target in _LINK.findall(row.shown_by)
        if target.endswith(".py") and target.startswith("../tests/")
        if not (DOCUMENT.parent / target).is_file()
        or f"test_{words.replace(' ', '_')}" not in names_in((DOCUMENT.parent / target).resolve())
    ]


def anchors(document: str) -> set[str]:
    """What GitHub lets one link to in a document."""
    headings = re.findall(r"^#+ (.+)$", document, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def dead_links(document: str) -> list[str]:
    """Links to files and sections of ours that are not there."""
    dead = []
    for _words, target in _LINK.findall(document):
        if target.startswith("https://"):
            continue
        path, _, section = target.partition("#")
        file = (DOCUMENT.parent / path).resolve() if path else DOCUMENT
        there = file.exists()
        if there and section:
            there = section in anchors(document if file == DOCUMENT else file.read_text(encoding="utf-8"))
        if not there:
            dead.append(target)
    return dead


def test_every_requirement_of_the_standard_stands_in_the_table_once_and_in_order() -> None:
    assert [number for row in rows_of(written()) for number in row.numbers] == all_of_the_standard()
    assert len(all_of_the_standard()) == 253


def test_every_row_says_whether_it_is_so_and_what_shows_it_or_why_not() -> None:
    assert unfounded(rows_of(written())) == []


def test_every_test_it_names_is_there() -> None:
    rows = rows_of(written())
    assert missing_tests(rows) == []
    assert sum("../tests/" in row.shown_by for row in rows) > 100


def test_every_link_leads_somewhere() -> None:
    assert dead_links(written()) == []


def test_the_counts_are_those_of_the_rows() -> None:
    document, of_all = written(), Counter[str]()
    for chapter in REQUIREMENTS:
        of = Counter(row.state for row in rows_of(document) if row.chapter == chapter for _ in row.numbers)
        of_all += of
        name = re.search(rf"^### {chapter}\. (.+)$", document, re.MULTILINE)
        assert name is not None
        assert f"| {chapter}. {name[1]} | {' | '.join(str(of[state]) for state in STATES)} |" in document
        told = ", ".join(f"{of[state]} {state}" for state in STATES)
        assert f"### {chapter}. {name[1]}\n\n{of.total()} requirements: {told}.\n" in document
    assert f"| **all {of_all.total()}** | {' | '.join(f'**{of_all[state]}**' for state in STATES)} |" in document


def test_whatever_is_missing_is_noticed() -> None:
    document = written()
    [row] = [line for line in document.splitlines() if line.startswith("| V8.4.1 |")]
    without = [number for one in rows_of(document.replace(row, "")) for number in one.numbers]
    assert set(all_of_the_standard()) - set(without) == {"8.4.1"}
    assert missing_tests(rows_of(document.replace("[the roles that connect are bound", "[the roles that connect own")))
    assert unfounded(rows_of(document.replace(row, re.sub(r"\[.*\)", "", row)))) == ["8.4.1"]
    assert dead_links(document.replace("](#limits)", "](#no-limits)")) != []
    assert dead_links(document.replace("](authorisation.md)", "](authorization.md)")) != []


def test_the_picture_is_described_and_fetches_and_runs_nothing() -> None:
    drawing = PICTURE.read_text(encoding="utf-8")
    root = ET.fromstring(drawing)
    kinds = {one.tag.removeprefix("{http://www.w3.org/2000/svg}") for one in root.iter()}
    assert kinds <= {"svg", "title", "desc", "style", "defs", "marker", "path", "rect", "circle", "text", "tspan"}
    described = {one.get("id"): (one.text or "").strip() for one in root if one.get("id")}
    assert all(described.get(name) for name in (root.get("aria-labelledby") or "none").split())
    assert "://" not in drawing.replace("http://www.w3.org/2000/svg", "")


@pytest.mark.parametrize("number", range(1, 15))
def test_every_flow_of_the_picture_is_told_below_it(number: int) -> None:
    [told] = re.findall(r"## What flows where\n(.*?)\n## ", written(), re.DOTALL)
    lines = [line.split("|")[1] for line in told.splitlines() if line.startswith("| ")]
    assert str(number) in re.findall(r"\d+", " ".join(lines))
    assert f">{number}</text>" in PICTURE.read_text(encoding="utf-8")
