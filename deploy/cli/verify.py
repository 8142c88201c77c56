"""`tilsagn verify`: compares the dashboard with the services' own records."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from rich.text import Text

from deploy.cli.console import BAD, FAILED, OK, CommandError, print_json, stderr_console, stdout_console
from deploy.cli.installation import Installation, attach, client
from deploy.cli.responses import json_of
from deploy.services import SERVICES
from deploy.verification.check import Verdict, check
from deploy.verification.delivery import MessagesPending
from shared.http.auth import Principal, sign_token

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from uuid import UUID

_SHOWN = 200
_TOKEN_SECONDS = 900


def run_verify(*, as_json: bool, wait_seconds: float) -> None:
    """Print the result of the comparison. Raises `CommandError` if anything differs."""
    installation = attach()
    console = stderr_console()
    try:
        with console.status("Comparing") as status:
            verdict = asyncio.run(
                _verify(
                    installation,
                    wait_seconds=wait_seconds,
                    progress=lambda what: status.update(Text(f"Comparing {what}")),
                )
            )
    except MessagesPending as busy:
        raise CommandError(
            f"No quiet moment to compare in: {busy}. `tilsagn status` tells whether it is stuck."
        ) from None
    if as_json:
        print_json(_as_json(verdict))
    else:
        _print(verdict)
    if verdict.differences:
        count = len(verdict.differences)
        raise CommandError(
            f"The dashboard differs from the services' records in {count} {'place' if count == 1 else 'places'}: "
            "`tilsagn rebuild dashboard` builds it anew.",
            exit_code=FAILED,
        )


async def _verify(installation: Installation, *, wait_seconds: float, progress: Any) -> Verdict:
    owners = {service: installation.owner_dsn(service) for service in SERVICES if service != "notifications"}
    async with client(installation.url) as http:

        async def figures(taskforce_id: UUID, day: date) -> Mapping[str, Any]:
            # The figures are readable for a coordinator of their taskforce.
            reader = Principal("person:00000000-0000-0000-0000-000000000000", frozenset({"coordinator"}), taskforce_id)
            token = sign_token(installation.signing_key, reader, lifetime_seconds=_TOKEN_SECONDS)
            response = await http.get(
                "/api/dashboard/v1/figures",
                params={"as_of": day.isoformat(), "breakdowns": "true"},
                headers={"authorization": f"Bearer {token}"},
            )
            found: Mapping[str, Any] = json_of(response)
            return found

        async def board(slug: str) -> Mapping[str, Any]:
            found: Mapping[str, Any] = json_of(await http.get(f"/board/{slug}.json"))
            return found

        return await check(
            owners,
            figures=figures,
            board=board,
            wait_until_delivered=lambda: installation.wait_until_delivered(seconds=wait_seconds),
            progress=progress,
            smallest_public_count=installation.dashboard().board_smallest_count,
        )


def _print(verdict: Verdict) -> None:
    console = stdout_console()
    for difference in verdict.differences[:_SHOWN]:
        where = verdict.taskforces.get(difference.taskforce_id, str(difference.taskforce_id))
        console.print(Text.assemble(BAD, f" {where}: ", (difference.about, "bold"), f": {difference.what}"))
    if len(verdict.differences) > _SHOWN:
        console.print(f"… and {len(verdict.differences) - _SHOWN:,} more: --json names them all.")
    if not verdict.differences:
        console.print(Text.assemble(OK, " The dashboard says what the services know."))
    plural = {"company": "companies", "check-in": "check-ins", "board": "public boards"}
    things = ", ".join(
        f"{count:,} {kind if count == 1 else plural.get(kind, f'{kind}s')}" for kind, count in verdict.compared.items()
    )
    console.print(f"  Compared {things}; figures on {len(verdict.days)} days.")


def _as_json(verdict: Verdict) -> dict[str, Any]:
    return {
        "ok": not verdict.differences,
        "taskforces": sorted(verdict.taskforces.values()),
        "compared": dict(verdict.compared),
        "days": sorted(day.isoformat() for day in verdict.days),
        "differences": [
            {
                "taskforce": verdict.taskforces.get(each.taskforce_id, str(each.taskforce_id)),
                "about": each.about,
                "what": each.what,
            }
            for each in verdict.differences
        ],
    }
