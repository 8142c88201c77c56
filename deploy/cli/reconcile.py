"""`tilsagn reconcile`: after a restore, makes the topics contain exactly what the databases contain."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from typing import TYPE_CHECKING, Any

import asyncpg
from aiokafka.errors import KafkaError
from rich.text import Text

from deploy import topic_contents
from deploy.cli.console import (
    BAD,
    NOTE,
    OK,
    CommandError,
    print_json,
    reporting_change,
    stderr_console,
    stdout_console,
)
from deploy.cli.data_subjects import read_ledger
from deploy.cli.installation import Installation, attach
from deploy.cli.step_progress import StepProgress
from deploy.privacy import data_subjects
from deploy.services import SERVICES, app_role
from deploy.verification.lost_changes import LostChange, find_lost_changes
from shared.contracts.catalogue import PUBLISHERS
from shared.messaging.replay import replay_all

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from shared.privacy.subjects import RepeatedErasures

_SHOWN = 200
_REPLAY_SECONDS = 600


def run_reconcile(erasures: Sequence[Path], *, as_json: bool) -> None:
    """Repeat erasures, list the lost changes, mark every change as unpublished, and empty the topics.

    The order makes it safe to run again after an interruption: the list is printed before its source is deleted.

    Args:
        erasures: copies of the ledger, made before the restore. Entries of the restored ledger are repeated anyway.
        as_json: print the lost changes as JSON.

    Raises:
        CommandError: the services run, a copy cannot be read, or the topics cannot be emptied.
    """
    if "PLEDGES_DATABASE_URL" not in os.environ:
        raise CommandError(
            "`reconcile` is for a deployment of separate processes: give it their environment. An installation of "
            "`tilsagn up` fills its broker anew at every start."
        )
    installation = attach()
    copies = [line for file in erasures for line in read_ledger(file)]
    asyncio.run(_reconcile(installation, copies if erasures else None, as_json=as_json))


async def _reconcile(installation: Installation, copies: Sequence[Mapping[str, Any]] | None, *, as_json: bool) -> None:
    owners = {service: installation.owner_dsn(service) for service in SERVICES}
    steps = StepProgress(stderr_console())
    await _check_stopped(owners)
    with steps("Erasing again who was erased"):
        repeated = await _repeat_erasures(installation, copies or ())
    if repeated.restored:
        stderr_console().print(f"  {repeated.restored:,} rows had come back with the backup.")
    if repeated.kept:
        accounts = (
            f"{len(repeated.kept)} accounts that had been erased are back, and were not erased again: of those who can "
            f"sign in as administrator they are the last ones now ({', '.join(map(str, repeated.kept))}). Let another "
            "administrator sign in, then erase them with `tilsagn person erase`."
        )
        stderr_console().print(Text.assemble(NOTE, f" {accounts}"))
    if copies is None:
        missing = (
            "No copy of the ledger of erasures was given: who was erased after the restored moment is back. If there "
            "is a copy (`tilsagn erasures`), do this again with --erasures FILE."
        )
        stderr_console().print(Text.assemble(NOTE, f" {missing}"))
    with steps("Reading the broker"):
        lost = await find_lost_changes(installation.kafka, {service: owners[service] for service in PUBLISHERS})
    if as_json:
        print_json({"lost": [one.as_json() for one in lost]})
    else:
        _print(lost)
    with steps("Marking every change as unpublished"):
        messages = {service: await _mark_unpublished(owners[service]) for service in PUBLISHERS}
    with steps("Emptying the broker"):
        try:
            await topic_contents.empty(installation.kafka)
        except KafkaError as why:
            raise CommandError(
                f"The broker was not emptied ({type(why).__name__}): see that it runs and lets this command delete "
                "records, and do this again before anything is started."
            ) from None
    done = (
        f"{sum(messages.values()):,} changes will be published anew. Start the apps and workers now, then compare with "
        "`tilsagn verify`."
    )
    with reporting_change("The topics were emptied, and every change will be published anew"):
        stderr_console().print(Text.assemble(OK, f" {done}"))


async def _repeat_erasures(installation: Installation, copies: Sequence[Mapping[str, Any]]) -> RepeatedErasures:
    try:
        return await data_subjects.repeat(installation.owner_dsn, copies)
    except (asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError, asyncpg.UndefinedFunctionError):
        raise CommandError(
            "The restored databases are older than this version, and have no such ledger of erasures: run the migrate "
            "jobs first, then this again."
        ) from None
    except (ValueError, TypeError) as why:
        raise CommandError(f"The copy of the ledger cannot be used: {why}.") from None


async def _check_stopped(owners: Mapping[str, str]) -> None:
    found: set[str] = set()
    for url in owners.values():
        connection = await asyncpg.connect(url, timeout=10, command_timeout=30)
        try:
            # Every role may see which roles are connected.
            if await connection.fetchval("select pg_is_in_recovery()"):
                raise CommandError("PostgreSQL is still recovering: wait until it has finished.")
            rows = await connection.fetch(
                "select distinct usename as name from pg_stat_activity where usename = any($1)",
                [app_role(service) for service in SERVICES],
            )
        finally:
            await connection.close(timeout=5)
        found |= {row["name"] for row in rows}
    if found:
        raise CommandError(f"Apps or workers run (connected as {', '.join(sorted(found))}): stop all of them first.")


async def _mark_unpublished(url: str) -> int:
    connection: Any = await asyncpg.connect(url, timeout=10, command_timeout=_REPLAY_SECONDS)
    try:
        async with connection.transaction():
            return await replay_all(connection)
    finally:
        await connection.close(timeout=5)


def _print(lost: Sequence[LostChange]) -> None:
    console = stdout_console()
    if not lost:
        console.print(Text.assemble(OK, " The broker knows of nothing that the databases have not got."))
        return
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in sorted(Counter(one.type for one in lost).items()))
    missing = f"The restored databases have not got {len(lost):,} changes that were made ({kinds}):"
    console.print(Text.assemble(BAD, f" {missing}"))
    for one in lost[:_SHOWN]:
        console.print(f"  {one.recorded_at}  {one.type} {one.aggregate_id} version {one.version}")
    if len(lost) > _SHOWN:
        console.print(f"  … and {len(lost) - _SHOWN:,} more: --json has all of them, with what they said.")
    console.print(
        "They are lost: ask the people who got a receipt for them to log them again. The list is nowhere else.\n"
    )
