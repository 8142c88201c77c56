"""docs/security.md covers the whole standard, and every test and section it refers to exists."""

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
"""The number of requirements of levels 1 and 2 in each section of OWASP ASVS 5.0.0, by chapter.

In each section they come before those of level 3, so their numbers begin with 1.
"""
STATES: Final = ("met", "not shown", "not met", "n/a")
_LINK: Final = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Row:
    """A row of the table.

    Attributes:
        numbers: its requirements, as `1.2.3`.
    """

    chapter: int
    numbers: tuple[str, ...]
    level: str
    state: str
    why: str
    shown_by: str


def document_text() -> str:
    """Return the document."""
    return DOCUMENT.read_text(encoding="utf-8")


def rows_of(document: str) -> list[Row]:
    """Return the rows of the table in order."""
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
    """Return every requirement of levels 1 and 2, as `1.2.3`, in the order of the standard."""
    return [
        f"{chapter}.{section}.{number}"
        for chapter, sections in REQUIREMENTS.items()
        for section, many in enumerate(sections, start=1)
        for number in range(1, many + 1)
    ]


def rows_without_evidence(rows: list[Row]) -> list[str]:
    """Return the rows without evidence or reason."""
    return [
        row.numbers[0]
        for row in rows
        if row.state not in STATES
        or row.level not in {"1", "2", "1, 2"}
        or (not _LINK.search(row.shown_by) if row.state == "met" else not row.why)
    ]


@cache
def names_in(file: Path) -> frozenset[str]:
    """Return the names of the functions in a file."""
    found = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    return frozenset(one.name for one in found if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef))


def missing_tests(rows: list[Row]) -> list[str]:
    """Return links to tests that do not exist. The text of a link is the test's name with spaces for underscores."""
    return [
        f"{row.numbers[0]}: {target}::{words}"
        for row in rows
        for words, target in _LINK.findall(row.shown_by)
        if target.endswith(".py") and target.startswith("../tests/")
        if not (DOCUMENT.parent / target).is_file()
        or f"test_{words.replace(' ', '_')}" not in names_in((DOCUMENT.parent / target).resolve())
    ]


def anchors(document: str) -> set[str]:
    """Return the anchors that GitHub creates for the headings of a document."""
    headings = re.findall(r"^#+ (.+)$", document, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def dead_links(document: str) -> list[str]:
    """Return links to files and sections that do not exist."""
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


def test_the_table_has_every_requirement_of_the_standard_once_and_in_order() -> None:
    assert [number for row in rows_of(document_text()) for number in row.numbers] == all_of_the_standard()
    assert len(all_of_the_standard()) == 253


def test_every_row_has_a_state_and_evidence_or_a_reason() -> None:
    assert rows_without_evidence(rows_of(document_text())) == []


def test_every_linked_test_exists() -> None:
    rows = rows_of(document_text())
    assert missing_tests(rows) == []
    assert sum("../tests/" in row.shown_by for row in rows) > 100


def test_every_link_has_a_target() -> None:
    assert dead_links(document_text()) == []


def test_the_counts_match_the_rows() -> None:
    document, totals = document_text(), Counter[str]()
    for chapter in REQUIREMENTS:
        of = Counter(row.state for row in rows_of(document) if row.chapter == chapter for _ in row.numbers)
        totals += of
        name = re.search(rf"^### {chapter}\. (.+)$", document, re.MULTILINE)
        assert name is not None
        assert f"| {chapter}. {name[1]} | {' | '.join(str(of[state]) for state in STATES)} |" in document
        summary = ", ".join(f"{of[state]} {state}" for state in STATES)
        assert f"### {chapter}. {name[1]}\n\n{of.total()} requirements: {summary}.\n" in document
    assert f"| **all {totals.total()}** | {' | '.join(f'**{totals[state]}**' for state in STATES)} |" in document


def test_missing_rows_tests_and_targets_are_found() -> None:
    document = document_text()
    [row] = [line for line in document.splitlines() if line.startswith("| V8.4.1 |")]
    without = [number for one in rows_of(document.replace(row, "")) for number in one.numbers]
    assert set(all_of_the_standard()) - set(without) == {"8.4.1"}
    assert missing_tests(
        rows_of(
            document.replace(
                "[policies apply to the roles of services", "[policies do not apply to the roles of services"
            )
        )
    )
    assert rows_without_evidence(rows_of(document.replace(row, re.sub(r"\[.*\)", "", row)))) == ["8.4.1"]
    assert dead_links(document.replace("](#limits)", "](#no-limits)")) != []
    assert dead_links(document.replace("](authorisation.md)", "](authorization.md)")) != []


def test_the_picture_has_a_description_and_no_scripts_or_external_content() -> None:
    drawing = PICTURE.read_text(encoding="utf-8")
    root = ET.fromstring(drawing)
    kinds = {one.tag.removeprefix("{http://www.w3.org/2000/svg}") for one in root.iter()}
    assert kinds <= {"svg", "title", "desc", "style", "defs", "marker", "path", "rect", "circle", "text", "tspan"}
    described = {one.get("id"): (one.text or "").strip() for one in root if one.get("id")}
    assert all(described.get(name) for name in (root.get("aria-labelledby") or "none").split())
    assert "://" not in drawing.replace("http://www.w3.org/2000/svg", "")


@pytest.mark.parametrize("number", range(1, 15))
def test_every_flow_of_the_picture_is_in_the_table_below_it(number: int) -> None:
    [section] = re.findall(r"## Data flows\n(.*?)\n## ", document_text(), re.DOTALL)
    lines = [line.split("|")[1] for line in section.splitlines() if line.startswith("| ")]
    assert str(number) in re.findall(r"\d+", " ".join(lines))
    assert f">{number}</text>" in PICTURE.read_text(encoding="utf-8")
