"""The taskforces of an installation: what the option --taskforce may name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deploy.cli.console import CommandError
from deploy.cli.installation import attach
from shared.db.database import Database

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from deploy.cli.installation import Installation


async def taskforces(installation: Installation) -> dict[str, UUID]:
    """Return the id of each taskforce by its short name, in the order of the names."""
    register = await Database.connect(installation.events(), name="taskforces")
    try:
        async with register.system() as conn:
            rows = await conn.fetch("select slug, id from taskforces order by slug")
    finally:
        await register.close()
    return {row["slug"]: row["id"] for row in rows}


async def find_taskforce(installation: Installation, slug: str) -> UUID:
    """Return the id of a taskforce. Raises `CommandError` with the names of those that exist."""
    known = await taskforces(installation)
    if slug not in known:
        raise unknown_taskforce(slug, known)
    return known[slug]


async def check_taskforce_if_running(slug: str) -> None:
    """Raise `CommandError` if an installation runs and has no such taskforce."""
    try:
        installation = attach()
    except CommandError:
        return
    await find_taskforce(installation, slug)


def unknown_taskforce(slug: str, known: Collection[str]) -> CommandError:
    """Return the error about a taskforce that does not exist."""
    there_is = f"there is {', '.join(known)}" if known else "there is none yet"
    return CommandError(f"There is no taskforce {slug!r}: {there_is}. Name one with --taskforce.")
