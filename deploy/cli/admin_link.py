"""`tilsagn admin-link`: prints the link that creates a taskforce's first administrator."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from deploy.cli.console import CommandError, stdout_console
from deploy.cli.installation import attach
from deploy.cli.taskforces import unknown_taskforce
from services.events.identity.first_admin.commands import make_first_admin_link
from services.events.register import queries
from shared.db.database import Database

if TYPE_CHECKING:
    from deploy.cli.installation import Installation


async def make_admin_links(installation: Installation) -> dict[str, str | None]:
    """Return a new link for each taskforce by short name; None where an administrator can sign in."""
    database = await Database.connect(installation.events(), name="admin-link")
    try:
        async with database.system() as conn:
            taskforces = await queries.taskforces(conn)
        paths = {one.slug: await make_first_admin_link(database, one.id) for one in taskforces}
    finally:
        await database.close()
    return {slug: path and f"{installation.url}{path}" for slug, path in paths.items()}


def print_link(taskforce: str) -> None:
    """Print a new link for one taskforce; earlier links stop working.

    Raises:
        CommandError: the taskforce does not exist, or it has an administrator who can sign in.
    """
    links = asyncio.run(make_admin_links(attach()))
    if taskforce not in links:
        raise unknown_taskforce(taskforce, links)
    link = links[taskforce]
    if link is None:
        raise CommandError(f"{taskforce} has an administrator who can sign in, and adds others on the page “People”.")
    stdout_console().print(link, soft_wrap=True)
