"""`tilsagn pack`: fetches the pack of a meeting as files, and waits while it is made."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Final

from deploy.cli.console import CommandError, stderr_console
from deploy.cli.installation import attach, client
from deploy.cli.responses import problem_text
from deploy.cli.step_progress import StepProgress
from deploy.cli.taskforces import find_taskforce
from deploy.cli.tokens import token_for

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from uuid import UUID

    import httpx

    from deploy.cli.installation import Installation
    from deploy.cli.step_progress import Update

PATIENCE_SECONDS: Final = 120.0
"""A pack takes a second or two; longer only while the events service is away."""
_LOOK_SECONDS: Final = 0.3


def fetch_pack(meeting_id: UUID, *, taskforce: str, pdf: Path | None, xlsx: Path | None, language: str | None) -> None:
    """Write the pack of a meeting into files.

    Raises:
        CommandError: no file is named, there is no such meeting, or the pack is not made in time.
    """
    files = {kind: file for kind, file in (("pdf", pdf), ("xlsx", xlsx)) if file is not None}
    if not files:
        raise CommandError("Name a file for the PDF with --pdf, for the workbook with --xlsx, or both.")
    for file in files.values():
        if not file.absolute().parent.is_dir():
            raise CommandError(f"There is no folder {file.absolute().parent} for {file.name}.")
    asyncio.run(_fetch(attach(), meeting_id, taskforce, files, language))


async def _fetch(
    installation: Installation, meeting_id: UUID, taskforce: str, files: Mapping[str, Path], language: str | None
) -> None:
    await find_taskforce(installation, taskforce)
    token = token_for(installation.signing_key, "coordinator", taskforce=taskforce)
    step = StepProgress(stderr_console())
    async with client(installation.url, token) as http:
        for kind, file in files.items():
            url = f"/meetings/{meeting_id}/pack.{kind}"
            with step(f"{'PDF' if kind == 'pdf' else 'Workbook'}: {file.name}") as update:
                content = await _wait_for(http, url, {"language": language} if language else {}, update)
            await asyncio.to_thread(file.write_bytes, content)


async def _wait_for(http: httpx.AsyncClient, url: str, query: Mapping[str, str], update: Update) -> bytes:
    """Return the file as soon as it is made."""
    said = "It has not begun"
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                response = await http.get(url, params=query)
                if response.status_code == 200:
                    return response.content
                if response.status_code != 202:
                    raise CommandError(problem_text(response))
                progress = json.loads(response.content)
                said = str(progress["detail"]).rstrip(".")
                if progress["status"] == "failed":
                    raise CommandError(f"The pack could not be made: {said}.")
                update(progress["step"], progress["steps"])
                await asyncio.sleep(_LOOK_SECONDS)
    except TimeoutError:
        raise CommandError(f"The pack was not made within {PATIENCE_SECONDS:.0f} seconds. {said}.") from None
