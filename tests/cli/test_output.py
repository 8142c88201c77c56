"""What commands print: data as it is, on every terminal, and never a failure of what was done."""

from __future__ import annotations

import errno
import io
import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import pytest
from rich.table import Table
from rich.text import Text

from deploy.cli import figures, imports, recount, status, targets
from deploy.cli.console import CommandError, print_json, reporting_change, stdout_console
from deploy.cli.encoding import configure_output
from services.pledges.imports.report import CellError, Report, Row, Verdict
from tests.cli.command import tilsagn

BRACKETS = "Klamme [bold]ApS[/] :car: [/intern] [link=x]"
DANISH = "Sønderbæk Smørrebrød på hjørnet … ✓ 日"


@contextmanager
def ascii_terminal() -> Iterator[io.BytesIO]:
    """Stdout has ASCII only; yields the bytes that are printed."""
    printed = io.BytesIO()
    with redirect_stdout(io.TextIOWrapper(printed, encoding="ascii")) as stream:
        configure_output()
        yield printed
        stream.detach()


@contextmanager
def closed_pipe() -> Iterator[None]:
    """Stdout is a pipe whose reader has left, like after `| head -1`."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w", encoding="utf-8") as stream, redirect_stdout(stream):
        yield


class FullDisk(io.StringIO):
    """A file on a full disk."""

    def write(self, _: str) -> NoReturn:
        raise OSError(errno.ENOSPC, "No space left on device")


def row(company: str, verdict: Verdict, *errors: CellError) -> Row:
    return Row(line=2, verdict=verdict, pledge_id=None, positions=1, errors=errors, company=company)


def report(*rows: Row, imported: bool = False, ignored: tuple[str, ...] = ()) -> Report:
    return Report(rows=rows, ignored_columns=ignored, imported=imported)


# ---- data as it is


def test_brackets_and_colons_in_data_are_printed_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    table = Table(BRACKETS)
    table.add_row(BRACKETS)
    stdout_console().print(BRACKETS, table, sep="\n")
    assert capsys.readouterr().out.count(BRACKETS) == 3


def test_control_characters_in_data_do_not_reach_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    title = "\x1b]0;Klamme\x07 \x9b31mApS\x7f"
    table = Table(title)
    table.add_row(Text(title))
    stdout_console().print(title, table, sep="\n")
    printed = capsys.readouterr().out
    assert printed.count("Klamme") == 3
    assert {sign for sign in printed if not sign.isprintable()} == {"\n"}


def test_an_import_prints_brackets_of_companies_columns_and_messages(capsys: pytest.CaptureFixture[str]) -> None:
    refused = row(BRACKETS, "refused", CellError("løn [kr/time]", "Not [/number]."))
    imports._print(stdout_console(), report(refused, ignored=("bemærkning [/intern]",)), dry_run=True)
    printed = capsys.readouterr().out
    assert BRACKETS in printed
    assert "løn [kr/time] Not [/number]." in printed
    assert "bemærkning [/intern]" in printed


def test_an_import_prints_what_may_be_wrong_with_lines_that_are_not_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    noted = replace(row("Bæk", "new"), warnings=("Says the same as line 1.",), flags=("contact_unreachable",))
    imports._print(stdout_console(), report(noted), dry_run=True)
    assert "Says the same as line 1. taken, and flagged: contact_unreachable" in capsys.readouterr().out


def test_figures_print_lasting_jobs_and_brackets_of_an_events_title(capsys: pytest.CaptureFixture[str]) -> None:
    count = {**dict.fromkeys(figures._JOB_TYPES, 0), "smaajob": 2}
    event = {"title": BRACKETS, "date": "2026-11-03", "event_id": "1", "pledged_positions": count, "hires": count}
    employed = {"yes": 41, "no": 12, "unknown": 7, "of": 60}
    nobody = dict.fromkeys(employed, 0)
    figures._print(
        {
            "known_at": None,
            "filters": {"industry": "C"},
            "breakdowns": {
                "industry": {
                    "parts": [{"key": "C", "name": None, "pledged_positions": count, "hires": count}],
                    "rest": None,
                },
                "company": {
                    "parts": [{"key": "1", "name": "[Bager]", "pledged_positions": count, "hires": count}],
                    "rest": {"key": None, "name": None, "pledged_positions": count, "hires": count},
                },
            },
            "as_of": "2026-11-30",
            "quarters": [],
            "events": [event],
            "still_employed": {"3": {"by_job_type": dict.fromkeys(figures._JOB_TYPES, nobody) | {"smaajob": employed}}},
            "hires_current_by_hours": {"10-15": count},
            "hires_current_by_ladder": {"fewer": count},
            "hires_ended_by_reason": {"moved": count},
            "median_days": {"pledged_to_hired": {"days": 30.5, "cases": 6}},
            "outreach_new_companies": 12,
            "outreach_contacts": {"visit": 30, "call": 0, "card": None},
        }
        | dict.fromkeys(figures._MEASURES, count)
    )
    printed = capsys.readouterr().out
    assert "Klamme [bold]ApS[/] :car:" in printed
    assert re.search(r"After 3 months +41 of 60, 7\?", printed)
    assert re.search(r"10–15 +2\b", printed)
    assert re.search(r"Fewer +2\b", printed)
    assert re.search(r"\[Bager\] +2 → 2\b", printed)
    assert re.search(r"Moved away +2\b", printed)
    assert re.search(r"From pledged to the first day of work +30,5 +6\b", printed)
    assert re.search(r"New companies, each once +12\b", printed)
    assert re.search(r"Cards handed over +hidden\b", printed)


def test_the_status_prints_brackets_of_a_check(capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
    class Attached:
        url = "http://localhost:8080"
        health_url = url

    async def fetch(_url: str) -> tuple[bool, list[dict[str, Any]]]:
        return True, [{"name": "pledges [/app]", "ok": True, "detail": BRACKETS}]

    async def nothing(_installation: object) -> dict[str, str]:
        return {}

    monkeypatch.setattr(status, "attach", Attached)
    monkeypatch.setattr(status, "_fetch", fetch)
    monkeypatch.setattr(status, "_waiting_for_confirmation", nothing)
    status.show_status(as_json=False)
    printed = capsys.readouterr().out
    assert "pledges [/app]" in printed
    assert BRACKETS in printed


# ---- every terminal


def test_an_ascii_terminal_gets_replacements_of_other_letters() -> None:
    table = Table("Firma")
    table.add_row(DANISH)
    with ascii_terminal() as terminal:
        stdout_console().print(table)
    printed = terminal.getvalue().decode("ascii")
    assert "Soenderbaek Smoerrebroed paa hjoernet ... + ?" in printed
    assert "| Firma" in printed


def test_json_on_an_ascii_terminal_has_the_same_values() -> None:
    with ascii_terminal() as terminal:
        print_json({"company": DANISH})
    assert json.loads(terminal.getvalue().decode("ascii")) == {"company": DANISH}


@pytest.mark.processes
def test_targets_print_counts_beside_shares(capsys: pytest.CaptureFixture[str]) -> None:
    share = {
        "measure": "still_employed_6",
        "job_type": "smaajob",
        "value": 40,
        "unit": "percent",
        "ends_on": "2026-12-31",
        "counted": 39,
        "decided": 70,
        "begun": 121,
        "low": 49,
        "high": 63,
        "status": "on_track",
        "reachable_until": "2027-06-30",
    }
    count = share | {"measure": "hires", "unit": "count", "counted": 196, "decided": None, "begun": None, "value": 200}
    slips = {"status": "at_risk", "reachable_until": "2026-12-16"}
    with_nobody = share | {"counted": 0, "decided": 0, "begun": 0, "low": None, "high": None, "status": None}
    targets._print({"as_of": "2026-12-01", "targets": [share, count | slips, with_nobody]})
    printed = " ".join(capsys.readouterr().out.split())
    assert "56% (39 of 70) 32% (39 of 121)" in printed
    assert "can be reached until 16.12.2026" in printed
    assert "nothing decides yet" in printed


@pytest.mark.parametrize(
    "command", [["--help"], ["doctor"], ["figures", "--as-of", "[/æ]"], ["import", "pledges", "æ"]]
)
def test_commands_work_on_an_ascii_terminal(command: list[str], tmp_path: Path) -> None:
    ran = tilsagn(*command, state=tmp_path / "state", environment={"LC_ALL": "C", "PYTHONIOENCODING": "ascii"})
    assert "Traceback" not in ran.notes
    assert (ran.output + ran.notes).isascii()
    assert ran.exit_code == {"--help": 0, "doctor": ran.exit_code, "figures": 2, "import": 1}[command[0]]


# ---- what was done stays done


@pytest.fixture
def committed_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Runs `tilsagn import pledges` whose rows are committed, with the given report."""
    file = tmp_path / "tilsagn.csv"
    file.write_text("virksomhed\n")

    async def imported(*_: Any, **__: Any) -> Report:
        return report(row(BRACKETS, "new"), imported=True)

    monkeypatch.setattr(imports, "attach", lambda: None)
    monkeypatch.setattr(imports, "_import", imported)
    return lambda **options: imports.import_file(file, dry_run=False, taskforce="struer", **options)


@pytest.mark.parametrize("as_json", [False, True])
def test_an_import_ends_well_when_the_reader_of_its_report_has_left(
    committed_import: Callable[..., None], as_json: bool
) -> None:
    with closed_pipe():
        committed_import(as_json=as_json)


@pytest.mark.parametrize("as_json", [False, True])
def test_an_import_ends_well_and_says_so_when_its_report_cannot_be_written(
    committed_import: Callable[..., None], as_json: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    with redirect_stdout(FullDisk()):
        committed_import(as_json=as_json)
    assert "The pledges were imported, but the report of it could not be printed (No space left on device)." in (
        capsys.readouterr().err
    )


def test_a_result_that_changed_nothing_and_cannot_be_written_is_a_failure() -> None:
    with redirect_stdout(FullDisk()), pytest.raises(OSError, match="No space left"):
        print_json({})


def test_an_error_of_a_report_is_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with reporting_change("The dashboard was rebuilt"):
        json.loads("")
    assert capsys.readouterr().err == (
        "! The dashboard was rebuilt, but the report of it could not be printed (JSONDecodeError).\n"
    )


def test_a_refused_import_still_fails(committed_import: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    async def refused(*_: Any, **__: Any) -> Report:
        return report(row("x", "refused", CellError("", "No.")))

    monkeypatch.setattr(imports, "_import", refused)
    with pytest.raises(CommandError, match="1 of 1 rows cannot be imported"):
        committed_import(as_json=False)


def test_the_metric_of_a_wrong_board_is_one(tmp_path: Path) -> None:
    file = tmp_path / "boards.prom"
    recount.write_metrics(file, {"struer": None, "vejle": "it says 9, counted anew it is 8"})
    samples = [line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert samples == ['tilsagn_board_drift{taskforce="struer"} 0', 'tilsagn_board_drift{taskforce="vejle"} 1']
    assert list(tmp_path.iterdir()) == [file]
