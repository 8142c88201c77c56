"""`tilsagn verify`: is what the dashboard shows what the services know?"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from deploy.cli.answers import expect
from deploy.cli.console import FAILED, Refusal, notes, output, say_json
from deploy.cli.installation import Installation, attach, client
from deploy.services import SERVICES
from deploy.verification.check import Verdict, check
from deploy.verification.quiet import NeverQuiet
from shared.http.auth import Principal, sign_token

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from uuid import UUID

_SHOWN = 200
_TOKEN_SECONDS = 900


def run_verify(*, as_json: bool, wait_seconds: float) -> None:
    """Compare, and say what was compared. Raises `Refusal` where anything differs, after naming each difference."""
    installation = attach()
    console = notes()
    try:
        with console.status("Comparing") as status:
            verdict = asyncio.run(
                _verify(installation, wait_seconds=wait_seconds, tell=lambda what: status.update(f"Comparing {what}"))
            )
    except NeverQuiet as busy:
        raise Refusal(f"No quiet moment to compare in: {busy}. `tilsagn status` tells whether it is stuck.") from None
    if as_json:
        say_json(_as_json(verdict))
    else:
        _print(verdict)
    if verdict.differences:
        count = len(verdict.differences)
        raise Refusal(
            f"The dashboard differs from the services' records in {count} {'place' if count == 1 else 'places'}: "
            "`tilsagn rebuild dashboard` builds it anew.",
            exit_code=FAILED,
        )


async def _verify(installation: Installation, *, wait_seconds: float, tell: Any) -> Verdict:
    owners = {service: installation.owner_dsn(service) for service in SERVICES if service != "notifications"}
    async with client(installation.url) as http:

        async def figures(taskforce_id: UUID, day: date) -> Mapping[str, Any]:
            # A reader of the figures in that taskforce, whichever it is.
            reader = Principal("person:00000000-0000-0000-0000-000000000000", frozenset({"coordinator"}), taskforce_id)
            token = sign_token(installation.signing_key, reader, lifetime_seconds=_TOKEN_SECONDS)
            answer = await http.get(
                "/api/dashboard/v1/figures",
                params={"as_of": day.isoformat()},
                headers={"authorization": f"Bearer {token}"},
            )
            found: Mapping[str, Any] = expect(answer)
            return found

        async def board(slug: str) -> Mapping[str, Any]:
            found: Mapping[str, Any] = expect(await http.get(f"/board/{slug}.json"))
            return found

        return await check(
            owners,
            figures=figures,
            board=board,
            settled=lambda: installation.settled(seconds=wait_seconds),
            progress=tell,
            smallest_public_count=installation.dashboard().board_smallest_count,
        )


def _print(verdict: Verdict) -> None:
    console = output()
    for difference in verdict.differences[:_SHOWN]:
        where = verdict.taskforces.get(difference.taskforce_id, str(difference.taskforce_id))
        console.print(f"[red]✗[/] {where}: [bold]{difference.about}[/]: {difference.what}")
    if len(verdict.differences) > _SHOWN:
        console.print(f"… and {len(verdict.differences) - _SHOWN:,} more: --json names them all.")
    if not verdict.differences:
        console.print("[green]✓[/] The dashboard says what the services know.")
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
