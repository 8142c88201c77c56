"""`tilsagn admin-link`: the link by which a taskforce gets its first administrator."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from deploy.cli.console import Refusal, output
from deploy.cli.installation import attach
from services.events.identity.first_admin.commands import make_first_admin_link
from services.events.register import queries
from shared.db.database import Database

if TYPE_CHECKING:
    from deploy.cli.installation import Installation


async def setup_links(installation: Installation) -> dict[str, str | None]:
    """Make a link for each taskforce in which no administrator can sign in, by its short name; None for any other."""
    database = await Database.connect(installation.events(), name="admin-link")
    try:
        async with database.system() as conn:
            taskforces = await queries.taskforces(conn)
        paths = {one.slug: await make_first_admin_link(database, one.id) for one in taskforces}
    finally:
        await database.close()
    return {slug: path and f"{installation.url}{path}" for slug, path in paths.items()}


def print_link(taskforce: str) -> None:
    """Print the link of one taskforce; those made before open nothing any more.

    Raises:
        Refusal: there is no such taskforce, or an administrator of it can sign in and add others.
    """
    links = asyncio.run(setup_links(attach()))
    if taskforce not in links:
        raise Refusal(f"There is no taskforce called {taskforce}.")
    link = links[taskforce]
    if link is None:
        raise Refusal(f"{taskforce} has an administrator who can sign in, and adds others on the page “People”.")
    output().print(link, soft_wrap=True, highlight=False)
