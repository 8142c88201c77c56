"""`tilsagn dead-letters`: lists, shows and replays dead letters of all services."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg
from rich.table import Table
from rich.text import Text

from deploy.cli.console import (
    BAD,
    FAILED,
    OK,
    CommandError,
    print_json,
    progress,
    reporting_change,
    stdout_console,
    with_command_name,
)
from deploy.cli.installation import Installation, attach
from shared.db.database import Database
from shared.messaging import dead_letters
from shared.messaging.envelope import InvalidMessage, UnknownType

if TYPE_CHECKING:
    from shared.messaging.consumer import Consumer
    from shared.messaging.dead_letters import DeadLetter

_LISTED = 500


@dataclass(frozen=True)
class _Found:
    service: str
    dead_letter: DeadLetter


def list_dead_letters(*, as_json: bool) -> None:
    """Print the dead letters that were not replayed, oldest first."""
    found = asyncio.run(_waiting(attach()))
    if as_json:
        print_json([_summary(each) for each in found])
        return
    if not found:
        stdout_console().print(Text.assemble(OK, " No message was put aside."))
        return
    table = Table("Dead letter", "Since", "Consumer", "Topic", "Reason", box=None, header_style="bold", pad_edge=False)
    for each in found:
        dead_letter = each.dead_letter
        since = f"{dead_letter.recorded_at.astimezone():%d.%m.%Y %H.%M}"
        topic = dead_letter.record.topic.removeprefix("tilsagn.")
        table.add_row(str(dead_letter.dead_letter_id), since, each.service, topic, dead_letter.reason)
    stdout_console().print(table)
    stdout_console().print(
        with_command_name(f"\n{len(found)} waiting. `tilsagn dead-letters show ID` tells more about one.")
    )


def show_dead_letter(dead_letter_id: UUID, *, as_json: bool) -> None:
    """Print one dead letter with headers and value. Raises `CommandError` if it does not exist."""
    each = asyncio.run(_find(attach(), dead_letter_id))
    if as_json:
        print_json(
            _summary(each)
            | {"headers": dict(each.dead_letter.record.headers), "value": _text(each.dead_letter.record.value)}
        )
        return
    dead_letter, record = each.dead_letter, each.dead_letter.record
    console = stdout_console()
    for name, value in (
        ("Dead letter", str(dead_letter.dead_letter_id)),
        ("Put aside by", f"{dead_letter.consumer_group} ({each.service})"),
        ("When", f"{dead_letter.recorded_at.astimezone():%d.%m.%Y %H.%M.%S}"),
        ("Reason", f"{dead_letter.reason}: {dead_letter.detail}"),
        (
            "Replayed",
            f"{dead_letter.replayed_at.astimezone():%d.%m.%Y %H.%M.%S}" if dead_letter.replayed_at else "not yet",
        ),
        ("From", f"{record.topic}, partition {record.partition}, offset {record.offset}"),
        ("Key", _text(record.key) or "none"),
    ):
        console.print(Text.assemble((f"{name:<13}", "bold"), value))
    console.print("\nHeaders", style="bold")
    for name, value in sorted(record.headers.items()):
        console.print(f"  {name}: {value}")
    console.print("\nValue", style="bold")
    console.print(_pretty(record.value))


def replay_dead_letters(dead_letter_ids: Sequence[UUID], *, every: bool, as_json: bool) -> None:
    """Replay dead letters. Raises `CommandError` if one fails again."""
    if bool(dead_letter_ids) == every:
        raise CommandError(
            "Say which letters to replay, or --all: `tilsagn dead-letters list` names them.", exit_code=2
        )
    outcome = asyncio.run(_replay(attach(), dead_letter_ids, every=every))
    done = [dead_letter for dead_letter, problem in outcome if problem is None]
    with reporting_change("The letters were replayed"):
        _print_outcome(outcome, as_json=as_json)
    if len(done) < len(outcome):
        raise CommandError(
            f"{len(outcome) - len(done)} of {len(outcome)} letters stay where they are.", exit_code=FAILED
        )


def _print_outcome(outcome: Sequence[tuple[UUID, str | None]], *, as_json: bool) -> None:
    if as_json:
        print_json(
            [
                {"letter": str(dead_letter), "replayed": problem is None, "problem": problem}
                for dead_letter, problem in outcome
            ]
        )
        return
    console = stdout_console()
    for dead_letter, problem in outcome:
        mark, text = (BAD, f"{dead_letter} still cannot work: {problem}") if problem else (OK, str(dead_letter))
        console.print(Text.assemble(mark, f" {text}"))
    if not outcome:
        console.print(Text.assemble(OK, " Nothing waits to be replayed."))


# ---- databases


@asynccontextmanager
async def _databases(installation: Installation) -> AsyncIterator[dict[str, Database]]:
    """Open the databases of the services that read messages, by service."""
    opened: dict[str, Database] = {}
    try:
        for service, settings in installation.readers().items():
            opened[service] = await Database.connect(settings, name=f"{service}-letters")
        yield opened
    finally:
        for database in opened.values():
            await database.close()


async def _waiting(installation: Installation) -> list[_Found]:
    found: list[_Found] = []
    async with _databases(installation) as databases:
        for service, database in databases.items():
            async with database.system() as conn:
                found += [_Found(service, each) for each in await dead_letters.pending(conn, limit=_LISTED)]
    return sorted(found, key=lambda each: each.dead_letter.recorded_at)


async def _find(installation: Installation, dead_letter_id: UUID) -> _Found:
    async with _databases(installation) as databases:
        for service, database in databases.items():
            async with database.system() as conn:
                dead_letter = await dead_letters.find(conn, dead_letter_id)
            if dead_letter is not None:
                return _Found(service, dead_letter)
    raise CommandError(f"There is no letter {dead_letter_id}: `tilsagn dead-letters list` names those that wait.")


async def _replay(
    installation: Installation, dead_letter_ids: Sequence[UUID], *, every: bool
) -> list[tuple[UUID, str | None]]:
    selected = await _waiting(installation) if every else [await _find(installation, each) for each in dead_letter_ids]
    workers = installation.workers()
    outcome: list[tuple[UUID, str | None]] = []
    async with _databases(installation) as databases:
        with progress() as bars:
            for each in bars.track(selected, description="Replaying"):
                problem = await _replay_one(databases[each.service], workers[each.service].consumers, each.dead_letter)
                outcome.append((each.dead_letter.dead_letter_id, problem))
    return outcome


async def _replay_one(database: Database, consumers: Sequence[Consumer], dead_letter: DeadLetter) -> str | None:
    """Replay one dead letter; return the reason if it fails again, else None."""
    consumer = next((one for one in consumers if one.group == dead_letter.consumer_group), None)
    if consumer is None:
        return f"no reader is called {dead_letter.consumer_group} any more"
    if dead_letter.replayed_at is not None:
        return "it has been replayed already"
    try:
        await consumer.replay(database, dead_letter)
    except InvalidMessage as why:
        return f"{why.reason}: {why.detail}"
    except UnknownType as unknown:
        return f"its type {unknown} is not known"
    except (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError) as refused:
        return f"the database refuses it ({type(refused).__name__})"
    return None


# ---- output


def _summary(each: _Found) -> dict[str, Any]:
    dead_letter, record = each.dead_letter, each.dead_letter.record
    return {
        "letter": str(dead_letter.dead_letter_id),
        "service": each.service,
        "consumer_group": dead_letter.consumer_group,
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "key": _text(record.key),
        "reason": dead_letter.reason,
        "detail": dead_letter.detail,
        "recorded_at": dead_letter.recorded_at.isoformat(),
        "replayed_at": dead_letter.replayed_at.isoformat() if dead_letter.replayed_at else None,
    }


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("utf-8", "backslashreplace")


def _pretty(value: bytes | None) -> str:
    if value is None:
        return "none"
    try:
        return json.dumps(json.loads(value), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return value.decode("utf-8", "backslashreplace")
