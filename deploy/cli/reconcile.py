"""`tilsagn reconcile`: after a restore, the broker knows what the databases know, and nothing else."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from typing import TYPE_CHECKING, Any

import asyncpg
from aiokafka.errors import KafkaError

from deploy import bus
from deploy.cli.console import Refusal, notes, output, say_json
from deploy.cli.installation import Installation, attach
from deploy.cli.people import read_ledger
from deploy.cli.steps import Steps
from deploy.privacy import people
from deploy.services import SERVICES, app_role
from deploy.verification.sourceless import Sourceless, sourceless
from shared.messaging.replay import replay_all

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from shared.privacy.subjects import RepeatedErasures

_PUBLISHERS = ("events", "pledges")
_SHOWN = 200
_REPLAY_SECONDS = 600


def run_reconcile(erasures: Sequence[Path], *, as_json: bool) -> None:
    """Erase again who was erased, list what the databases have lost, empty the broker, publish everything anew.

    In this order, so that it can be done again wherever it was cut short: the list is out before what it was made
    from is gone.

    Args:
        erasures: copies of the ledger, made before the restore; what the restored ledger has is erased anyway.

    Raises:
        Refusal: the services run, a copy cannot be read, or the broker cannot be emptied.
    """
    if "PLEDGES_DATABASE_URL" not in os.environ:
        raise Refusal(
            "`reconcile` is for a deployment of separate processes: give it their environment. An installation of "
            "`tilsagn up` fills its broker anew at every start."
        )
    installation = attach()
    copies = [line for file in erasures for line in read_ledger(file)]
    asyncio.run(_reconcile(installation, copies if erasures else None, as_json=as_json))


async def _reconcile(installation: Installation, copies: Sequence[Mapping[str, Any]] | None, *, as_json: bool) -> None:
    owners = {service: installation.owner_dsn(service) for service in SERVICES}
    steps = Steps(notes())
    await _refuse_running(owners)
    with steps("Erasing again who was erased"):
        repeated = await _erase_again(installation, copies or ())
    if repeated.came_back:
        notes().print(f"  {repeated.came_back:,} rows had come back with the backup.")
    if repeated.kept:
        notes().print(
            f"[yellow]![/] {len(repeated.kept)} accounts that had been erased are back, and were not erased again: of "
            "those who can sign in as administrator they are the last ones now "
            f"({', '.join(map(str, repeated.kept))}). Let another administrator sign in, then erase them with "
            "`tilsagn person erase`."
        )
    if copies is None:
        notes().print(
            "[yellow]![/] No copy of the ledger of erasures was given: who was erased after the restored moment is "
            "back. If there is a copy (`tilsagn erasures`), do this again with --erasures FILE."
        )
    with steps("Reading the broker"):
        lost = await sourceless(installation.kafka, {service: owners[service] for service in _PUBLISHERS})
    if as_json:
        say_json({"lost": [one.as_json() for one in lost]})
    else:
        _print(lost)
    with steps("Marking every change as unpublished"):
        messages = {service: await _publish_anew(owners[service]) for service in _PUBLISHERS}
    with steps("Emptying the broker"):
        try:
            await bus.empty(installation.kafka)
        except KafkaError as why:
            raise Refusal(
                f"The broker was not emptied ({type(why).__name__}): see that it runs and lets this command delete "
                "records, and do this again before anything is started."
            ) from None
    notes().print(
        f"[green]✓[/] {sum(messages.values()):,} changes will be published anew. Start the apps and workers now, then "
        "compare with `tilsagn verify`."
    )


async def _erase_again(installation: Installation, copies: Sequence[Mapping[str, Any]]) -> RepeatedErasures:
    try:
        return await people.repeat(installation.owner_dsn, copies)
    except (asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError, asyncpg.UndefinedFunctionError):
        raise Refusal(
            "The restored databases are older than this version, and have no such ledger of erasures: run the migrate "
            "jobs first, then this again."
        ) from None
    except (ValueError, TypeError) as why:
        raise Refusal(f"The copy of the ledger cannot be used: {why}.") from None


async def _refuse_running(owners: Mapping[str, str]) -> None:
    found: set[str] = set()
    for url in owners.values():
        connection = await asyncpg.connect(url, timeout=10, command_timeout=30)
        try:
            # Everybody sees who is connected; what they do is not shown, and not asked for.
            if await connection.fetchval("select pg_is_in_recovery()"):
                raise Refusal("PostgreSQL is still recovering: wait until it has finished.")
            rows = await connection.fetch(
                "select distinct usename as name from pg_stat_activity where usename = any($1)",
                [app_role(service) for service in SERVICES],
            )
        finally:
            await connection.close(timeout=5)
        found |= {row["name"] for row in rows}
    if found:
        raise Refusal(f"Apps or workers run (connected as {', '.join(sorted(found))}): stop all of them first.")


async def _publish_anew(url: str) -> int:
    connection: Any = await asyncpg.connect(url, timeout=10, command_timeout=_REPLAY_SECONDS)
    try:
        async with connection.transaction():
            return await replay_all(connection)
    finally:
        await connection.close(timeout=5)


def _print(lost: Sequence[Sourceless]) -> None:
    console = output()
    if not lost:
        console.print("[green]✓[/] The broker knows of nothing that the databases have not got.")
        return
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in sorted(Counter(one.type for one in lost).items()))
    console.print(f"[red]✗[/] The restored databases have not got {len(lost):,} changes that were made ({kinds}):")
    for one in lost[:_SHOWN]:
        console.print(f"  {one.recorded_at}  {one.type} {one.aggregate_id} version {one.version}")
    if len(lost) > _SHOWN:
        console.print(f"  … and {len(lost) - _SHOWN:,} more: --json has all of them, with what they said.")
    console.print(
        "They are lost; who was told that they were received has to be asked again. The list is nowhere else.\n"
    )
