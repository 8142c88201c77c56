"""Options that several commands have."""

from __future__ import annotations

from typing import Annotated

import typer

Taskforce = Annotated[str, typer.Option(metavar="SLUG", help="The taskforce's short name.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]
