"""Declares the commands for the evening of an event."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer

from deploy.cli.options import AsJson, Taskforce


def add_to(app: typer.Typer, *, panel: str) -> None:
    """Add the commands to the program, in a panel of its help."""
    app.command(rich_help_panel=panel)(rehearse)


def rehearse(  # noqa: PLR0917  (typer names every option)
    taskforce: Taskforce = "struer",
    event: Annotated[
        UUID | None, typer.Option(help="Which event. Without it: the one that is open, or today's.")
    ] = None,
    phones: Annotated[int, typer.Option(min=1, max=60, help="How many phones.")] = 30,
    pledges: Annotated[
        int | None, typer.Option(min=1, max=500, help="How many pledges. Without it: 104, or as fits the phones.")
    ] = None,
    seconds: Annotated[float, typer.Option(min=5, max=1800, metavar="SECONDS", help="How long people type.")] = 90,
    seed: Annotated[int, typer.Option(help="Of what is typed, and when the network is gone.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Play tonight's event beforehand, with phones and a bad network, and say whether all is ready.

    Real browsers open the event's pass and type pledges, for practice: they count
    nowhere and are deleted at the end. Exits 1 if something is not ready.
    Needs `make setup`, for the browser.

    \b
    tilsagn rehearse
    tilsagn rehearse --phones 5 --seconds 20
    """
    from deploy.cli.rehearse import run_rehearsal  # noqa: PLC0415

    run_rehearsal(
        taskforce=taskforce,
        event=event,
        phones=phones,
        pledges=pledges if pledges is not None else round(104 / 30 * phones),
        seconds=seconds,
        seed=seed,
        as_json=as_json,
    )
