"""Declares the commands about everybody's data: the ledger of erasures, and retention."""

from __future__ import annotations

from typing import Annotated

import typer

from deploy.cli.options import AsJson


def add_to(app: typer.Typer, *, panel: str) -> None:
    """Add the commands to the program, in a panel of its help."""
    app.command(rich_help_panel=panel)(erasures)
    app.command(rich_help_panel=panel)(retention)


def erasures() -> None:
    """Print the ledger of erasures, to be kept beside the backups.

    It says which rows were erased and nothing of what they held. A restore
    brings them back; `tilsagn reconcile --erasures` erases them again.

    \b
    tilsagn erasures > erasures.json
    """
    from deploy.cli.data_subjects import print_ledger  # noqa: PLC0415

    print_ledger()


def retention(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be deleted.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Confirm what waits, without being asked.")] = False,
    as_json: AsJson = False,
) -> None:
    """Delete personal data that is past its deadline, as the workers do once a day.

    Two things wait for your confirmation, because nobody can undo them: what is
    more than a tenth of its rows, and everything if the clock has leapt since
    the last run. The command names them and asks; a yes is for this run only.

    The services' personal_data.toml and docs/privacy.da.md contain purposes and
    retention periods.

    \b
    tilsagn retention --dry-run
    tilsagn retention
    tilsagn retention --yes --json
    """
    from deploy.cli.retention import run_retention  # noqa: PLC0415

    run_retention(dry_run=dry_run, yes=yes, as_json=as_json)
