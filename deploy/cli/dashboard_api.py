"""Reads the dashboard's API for the commands that print what it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deploy.cli.installation import attach, client
from deploy.cli.responses import json_of
from deploy.cli.taskforces import find_taskforce
from deploy.cli.tokens import token_for

if TYPE_CHECKING:
    from collections.abc import Mapping


async def get_json(resource: str, query: Mapping[str, str | None], *, taskforce: str) -> Mapping[str, Any]:
    """Return what a resource answers to a coordinator of the taskforce.

    Args:
        resource: its path below `/api/dashboard/v1/`.
        query: the parameters; what is None is left out.

    Raises:
        CommandError: nothing is running, there is no such taskforce, or the API refuses a parameter.
    """
    installation = attach()
    await find_taskforce(installation, taskforce)
    token = token_for(installation.signing_key, "coordinator", taskforce=taskforce)
    params = {name: value for name, value in query.items() if value is not None}
    async with client(installation.url, token) as http:
        answered: Mapping[str, Any] = json_of(await http.get(f"/api/dashboard/v1/{resource}", params=params))
        return answered
