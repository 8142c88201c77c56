"""`tilsagn up` and `tilsagn demo`: run everything on this machine until Ctrl-C."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
import webbrowser
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from typing import TYPE_CHECKING, Final

import httpx
import uvloop
from pydantic import TypeAdapter, ValidationError
from rich.live import Live
from rich.table import Table
from rich.text import Text

from deploy.cli.admin_link import make_admin_links
from deploy.cli.console import FAILED, OK, CommandError, stdout_console, with_command_name
from deploy.cli.evening_view import EveningView
from deploy.cli.failures import explain
from deploy.cli.installation import Installation, client, demo_folder, installation_of
from deploy.cli.responses import json_of
from deploy.cli.scenario import load, loading_target
from deploy.cli.step_progress import StepProgress
from deploy.cli.taskforces import taskforces, unknown_taskforce
from deploy.cli.tokens import token_for
from deploy.local.files import open_privately
from deploy.local.launcher import Launcher, LocalSettings
from deploy.local.state import State
from deploy.scenarios import evening as evenings
from deploy.scenarios import facts, struer
from deploy.scenarios.identities import taskforce_id
from deploy.scenarios.struer_loading import is_loaded
from services.events.register import commands as events
from services.events.register.domain import SlugTaken
from shared.db.database import Database
from shared.fields.copenhagen import COPENHAGEN
from shared.fields.text import Name
from shared.logging import configure_logging

if TYPE_CHECKING:
    from io import TextIOWrapper

    from rich.console import Console

_LOG_BYTES: Final = 5_000_000
_TOKEN_HOURS: Final = 2.0
_ROLES: Final = (
    ("Member", "member", "logs pledges"),
    ("Coordinator", "coordinator", "runs the evening"),
    ("Case worker", "caseworker", "confirms hires"),
    ("Facilitator", "facilitator", "reads figures"),
    ("Admin", "admin", "adds people"),
    ("Auditor", "auditor", "reads figures"),
)


def run_up(
    *, port: int | None, browser: bool, slug: str | None, name: str | None, municipality: str, new_keys: bool
) -> None:
    """Run an installation until Ctrl-C; the first start registers one taskforce.

    Args:
        port: the port to use; when None, 8080 or the next free one.
        browser: open a browser if there is a display.
        slug, name, municipality: the taskforce of a new installation; `struer` if `slug` is None.
        new_keys: generate keys that were lost, although there are data.

    Raises:
        CommandError: the taskforce cannot be registered, or the installation has only others.
        Exception: whatever `Launcher.start` raises.
    """
    console = stdout_console()
    name = _canonical_name(name)

    async def after_start(installation: Installation) -> None:
        known = await _taskforces(installation, slug=slug, name=name, municipality=municipality)
        console.print(Text.assemble("\nTilsagn runs at ", (installation.url, "bold"), "\n"))
        for found in known:
            console.print(f"  Public board   {installation.url}/board/{found}")
        console.print(f"  Mails          {installation.mail_link}\n", soft_wrap=True, highlight=False)
        for found, link in (await make_admin_links(installation)).items():
            if link is not None:
                why = " has no administrator who can sign in. The person who opens this link becomes one:"
                console.print(Text.assemble((found, "bold"), why))
                console.print(f"  {link}\n", soft_wrap=True)
        console.print("In another terminal:")
        table = _links()
        table.add_row(
            f"  {with_command_name(f'tilsagn scenario load {struer.SLUG}')}", Text("eight years to look at", "dim")
        )
        table.add_row(f"  {with_command_name('tilsagn token --role caseworker')}", Text("a key for a program", "dim"))
        console.print(table)
        console.print("\nCtrl-C stops it. The data stays.", style="dim")
        _open_browser(installation.url, enabled=browser)

    uvloop.run(_run(LocalSettings(port=port, new_keys=new_keys), console, after_start, keep=True))


def run_demo(
    *, port: int | None, speed: float, evening: bool, again: bool, browser: bool, keep: bool, new_keys: bool
) -> None:
    """Run the demo installation, load the Struer scenario and play an evening.

    Args:
        port: the port to use; when None, 8080 or the next free one.
        speed: 1 plays the evening in a minute, 2 in half a minute.
        evening: play an evening.
        again: play another evening even if there was one today.
        browser: open a browser if there is a display.
        keep: keep running after the evening until Ctrl-C.
        new_keys: generate keys that were lost, although there are data.

    Raises:
        CommandError: existing data conflicts with the scenario, or the installation refused a step of the evening.
        Exception: whatever `Launcher.start` raises.
    """
    console = stdout_console()

    async def after_start(installation: Installation) -> None:
        async with loading_target(installation) as target:
            loaded = await is_loaded(target)
        if not loaded:
            await load(installation, StepProgress(console))
        _print_links(console, installation)
        _open_browser(f"{installation.url}/board/{struer.SLUG}", enabled=browser)
        if evening:
            try:
                await _play(console, installation, speed=speed, again=again)
            except (CommandError, httpx.HTTPError) as problem:
                if not keep:
                    raise
                # Keep running, so that the user can look for the cause.
                console.print(str(problem) if isinstance(problem, CommandError) else explain(problem), style="red")
        if keep:
            console.print("\nEverything stays up, and the data is kept. Ctrl-C stops it.", style="dim")

    folder = demo_folder()
    # As root, PostgreSQL's unprivileged account passes through it.
    folder.parent.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, exist_ok=True)
    settings = LocalSettings(state=folder, port=port, demo_mode=True, new_keys=new_keys)
    uvloop.run(_run(settings, console, after_start, keep=keep))


# ---- running


async def _run(
    settings: LocalSettings, console: Console, after_start: Callable[[Installation], Awaitable[None]], *, keep: bool
) -> None:
    """Start everything and run `after_start`. Stop on Ctrl-C or, without `keep`, when `after_start` returns."""
    _log_to_file(State(settings.state))
    work: asyncio.Task[None] | None = None

    def ready(launcher: Launcher) -> None:
        nonlocal work
        work = asyncio.create_task(_await_work(after_start(installation_of(launcher.configuration)), keep=keep))

    try:
        await Launcher(settings, progress=StepProgress(console)).run(ready)
    finally:
        if work is not None and not work.done():
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
    if work is not None and not work.cancelled() and (problem := work.exception()) is not None:
        raise problem


async def _await_work(work: Awaitable[None], *, keep: bool) -> None:
    """Await the work. Stop the launcher if it fails or, without `keep`, when it is done."""
    try:
        await work
    except BaseException:
        keep = False
        raise
    finally:
        if not keep:
            signal.raise_signal(signal.SIGTERM)


class _PrivateFileHandler(RotatingFileHandler):
    """Writes files that only their owner can read."""

    def _open(self) -> TextIOWrapper:
        return open(self.baseFilename, "a", encoding=self.encoding, errors=self.errors, opener=open_privately)


def _log_to_file(state: State) -> None:
    """Write the services' logs to a file in the state folder instead of the terminal."""
    configure_logging(log_format="json")
    to_terminal = logging.getLogger().handlers[0]
    to_file = _PrivateFileHandler(
        state.logs / "tilsagn.log", maxBytes=_LOG_BYTES, backupCount=2, encoding="utf-8", delay=True
    )
    to_file.setFormatter(to_terminal.formatter)
    for each in to_terminal.filters:
        to_file.addFilter(each)
    logging.getLogger().handlers = [to_file]
    logging.getLogger("aiokafka").setLevel(logging.WARNING)
    # Log lines before the folder exists are dropped.
    logging.raiseExceptions = False


def _open_browser(url: str, *, enabled: bool) -> None:
    screen = sys.platform == "darwin" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if enabled and screen and sys.stdout.isatty():
        asyncio.get_running_loop().run_in_executor(None, webbrowser.open, url)


# ---- up


def _canonical_name(name: str | None) -> str | None:
    """Return the taskforce's name in canonical form. Raises `CommandError`."""
    try:
        return None if name is None else TypeAdapter(Name).validate_python(name)
    except ValidationError as error:
        reason = str(error.errors()[0]["msg"]).rstrip(".")
        raise CommandError(f"The name of the taskforce cannot be used: {reason[:1].lower()}{reason[1:]}.") from None


async def _taskforces(
    installation: Installation, *, slug: str | None, name: str | None, municipality: str
) -> list[str]:
    """Return the short names of all taskforces; register the given one if there is none."""
    if known := await taskforces(installation):
        if slug is not None and slug not in known:
            raise unknown_taskforce(slug, known)
        return list(known)
    slug = slug or struer.SLUG
    database = await Database.connect(installation.events(), name="up")
    try:
        await events.register_taskforce(
            database,
            id=taskforce_id(slug),
            slug=slug,
            name=name or (struer.NAME if slug == struer.SLUG else f"Taskforce {slug.capitalize()}"),
            municipality=municipality,
            since=facts.SINCE if slug == struer.SLUG else datetime.now(UTC).astimezone(COPENHAGEN).date(),
        )
        return [slug]
    except SlugTaken:
        raise CommandError(f"Another taskforce is called {slug}: choose another name with --taskforce.") from None
    finally:
        await database.close()


# ---- demo


def _print_links(console: Console, installation: Installation) -> None:
    url = installation.url
    table = _links()
    for name, role, what in _ROLES:
        table.add_row(f"  {name}", Text(f"{url}/sign-in/as/{role}", style="bold"), Text(what, style="dim"))
    table.add_row(
        "  Public board", Text(f"{url}/board/{struer.SLUG}", style="bold"), Text("for everybody", style="dim")
    )
    console.print()
    console.print(table)
    # The link is longer than the others and would leave their last column no room.
    console.print("  Mails       ", Text(installation.mail_link, style="bold"), soft_wrap=True)


def _links() -> Table:
    """Return a table for addresses. The address column is never truncated; the last column is."""
    table = Table.grid(padding=(0, 1), pad_edge=False)
    table.add_column(no_wrap=True, min_width=14)
    table.add_column(no_wrap=True, overflow="ignore")
    table.add_column(no_wrap=True, overflow="crop")
    return table


async def _play(console: Console, installation: Installation, *, speed: float, again: bool) -> None:
    today = datetime.now(UTC).astimezone(COPENHAGEN).date()
    key = installation.signing_key
    tokens = {
        role: token_for(key, role, taskforce=struer.SLUG, hours=_TOKEN_HOURS)
        for role in ("coordinator", "member", "caseworker")
    }
    target = evenings.EveningTarget(installation.url, tokens)
    try:
        played = await evenings.evenings_played(target, today)
        if played and not again:
            again_so = with_command_name("tilsagn demo --again")
            console.print(Text.assemble("\nThere has been an evening today: ", (again_so, "bold"), " plays another."))
        else:
            played += 1
            view = await _play_in_view(console, target, evenings.plan_evening(today, played), speed=speed)
            console.print(Text.assemble("\n", OK, f" {evenings.TITLE}: {view.summary()}"))
        event = evenings.event_id(today, played)
        guest = await evenings.guest_link(target, event)
    except evenings.Refused as why:
        raise CommandError(f"The evening could not go on: {why}", exit_code=FAILED) from None
    count = await _board(installation.url)
    table = _links()
    table.add_row(
        "  Board says",
        Text.assemble(
            ("no number yet, or fewer than 5" if count is None else str(count), "bold"),
            " citizens have got a småjob since May 2018",
        ),
    )
    table.add_row("  Evening", Text(f"{installation.url}/events/{event}", style="bold"))
    table.add_row("  Live page", Text(f"{installation.url}/pledges/evening/{event}", style="bold"))
    console.print(table)
    # The link is too long for a column, so it gets its own line.
    console.print(Text.assemble("  Guest        ", (guest, "bold")), soft_wrap=True)


async def _play_in_view(
    console: Console, target: evenings.EveningTarget, plan: evenings.Evening, *, speed: float
) -> EveningView:
    """Play an evening and show it; return the view with the final counts."""
    view = EveningView(plan)
    watching = asyncio.create_task(_watch_board(target.url, view))
    try:
        with _live_view(console, view):
            await evenings.play(replace(target, on_step=view.record), plan, speed=speed)
            await asyncio.sleep(1 if console.is_terminal else 0)
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    return view


@contextlib.contextmanager
def _live_view(console: Console, view: EveningView) -> Iterator[None]:
    if not console.is_terminal:
        console.print(f"\nPlaying an evening: {evenings.TITLE}")
        yield
        return
    with Live(view, console=console, transient=True, refresh_per_second=8):
        yield


async def _watch_board(url: str, view: EveningView) -> None:
    while True:
        with contextlib.suppress(httpx.HTTPError, CommandError):
            view.board = await _board(url)
        await asyncio.sleep(0.5)


async def _board(url: str) -> int | None:
    async with client(url) as http:
        count: int | None = json_of(await http.get(f"/board/{struer.SLUG}.json"))["count"]
        return count
