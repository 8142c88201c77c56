"""Findings: what a command that checks something has found, one line each, with the remedy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from rich.table import Table
from rich.text import Text

from deploy.cli.console import BAD, NOTE, OK, stdout_console

if TYPE_CHECKING:
    from collections.abc import Iterable

Verdict = Literal["ok", "note", "bad"]

_MARKS: Final = {"ok": OK, "note": NOTE, "bad": BAD}


@dataclass(frozen=True)
class Finding:
    """The result of one check. `advice` is the remedy where the verdict is not `ok`."""

    name: str
    verdict: Verdict
    detail: str
    advice: str = ""


def print_findings(findings: Iterable[Finding]) -> None:
    """Print a line for each finding."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column()
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for finding in findings:
        advice = f"\n{finding.advice}" if finding.advice else ""
        table.add_row(Text(*_MARKS[finding.verdict]), finding.name, Text.assemble(finding.detail, (advice, "bold")))
    stdout_console().print(table)


def bad_names(findings: Iterable[Finding]) -> str:
    """Return the names of the bad findings, in one text; empty if there are none."""
    return ", ".join(finding.name for finding in findings if finding.verdict == "bad")
