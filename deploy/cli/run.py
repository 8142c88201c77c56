"""`tilsagn up` and `tilsagn demo`: everything on this machine, until Ctrl-C."""

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
from rich.live import Live
from rich.table import Table
from rich.text import Text

from deploy.cli.answers import expect
from deploy.cli.console import FAILED, Refusal, as_typed, output
from deploy.cli.evening_view import EveningView
from deploy.cli.failures import explain
from deploy.cli.installation import Installation, client, demo_folder, of_configuration
from deploy.cli.scenario import load, targeted
from deploy.cli.setup import setup_links
from deploy.cli.steps import Steps
from deploy.cli.tokens import token_for
from deploy.local.launcher import Launcher, LocalSettings
from deploy.local.state import State
from deploy.scenarios import evening as evenings
from deploy.scenarios import facts, struer
from deploy.scenarios.identities import taskforce_id
from deploy.scenarios.loading import is_loaded
from services.events.register import commands as events
from services.events.register.domain import SlugTaken
from shared.db.database import Database
from shared.fields.copenhagen import COPENHAGEN
from shared.logging import configure_logging

if TYPE_CHECKING:
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


def run_up(*, port: int | None, browser: bool, slug: str, name: str | None, municipality: str) -> None:
    """Run an installation until Ctrl-C; the first start registers its one taskforce.

    Args:
        port: insist on this one.
        browser: open one, where there is a screen.
        slug, name, municipality: of the taskforce that a new installation gets.

    Raises:
        Refusal: the taskforce cannot be registered.
        Whatever `Launcher.start` raises.
    """
    console = output()

    async def after_start(installation: Installation) -> None:
        taskforces = await _taskforces(installation, slug=slug, name=name, municipality=municipality)
        console.print(f"\nTilsagn runs at [bold]{installation.url}[/]\n")
        for found in taskforces:
            console.print(f"  Public board   {installation.url}/board/{found}")
        console.print(f"  Mails          {installation.url}/mail\n")
        for found, link in (await setup_links(installation)).items():
            if link is not None:
                console.print(f"[bold]{found}[/] has no administrator who can sign in. Whoever opens this becomes one:")
                console.print(f"  {link}\n", soft_wrap=True, highlight=False)
        console.print("In another terminal:")
        table = _links()
        table.add_row(f"  {as_typed(f'tilsagn scenario load {struer.SLUG}')}", "[dim]eight years to look at[/]")
        table.add_row(f"  {as_typed('tilsagn token --role caseworker')}", "[dim]a key for a program[/]")
        console.print(table)
        console.print("\n[dim]Ctrl-C stops it. The data stays.[/]")
        _open_browser(installation.url, wanted=browser)

    uvloop.run(_run(LocalSettings(port=port), console, after_start, keep=True))


def run_demo(*, port: int | None, speed: float, evening: bool, again: bool, browser: bool, keep: bool) -> None:
    """Run with the Struer scenario, play tonight's evening, and stay up until Ctrl-C.

    Args:
        port: insist on this one.
        speed: 1 plays the evening in a minute.
        evening: play one at all.
        again: even if there was one today.
        browser: open one, where there is a screen.
        keep: stay up after it.

    Raises:
        Refusal: other data is in the scenario's way, or something of the evening was not taken.
        Whatever `Launcher.start` raises.
    """
    console = output()

    async def after_start(installation: Installation) -> None:
        async with targeted(installation) as target:
            loaded = await is_loaded(target)
        if not loaded:
            await load(installation, Steps(console))
        _print_links(console, installation.url)
        _open_browser(f"{installation.url}/board/{struer.SLUG}", wanted=browser)
        if evening:
            try:
                await _play(console, installation, speed=speed, again=again)
            except (Refusal, httpx.HTTPError) as problem:
                if not keep:
                    raise
                # Everything else is there to be looked at, so that one can find out why.
                console.print(
                    str(problem) if isinstance(problem, Refusal) else explain(problem), style="red", markup=False
                )
        if keep:
            console.print("\n[dim]Everything stays up, and the data is kept. Ctrl-C stops it.[/]")

    folder = demo_folder()
    folder.parent.mkdir(exist_ok=True)
    uvloop.run(_run(LocalSettings(state=folder, port=port, demo_mode=True), console, after_start, keep=keep))


# ---- running


async def _run(
    settings: LocalSettings, console: Console, after_start: Callable[[Installation], Awaitable[None]], *, keep: bool
) -> None:
    """Start everything, do `after_start`, and stop on Ctrl-C; afterwards, too, unless it is to be kept up."""
    _log_to_file(State(settings.state))
    work: asyncio.Task[None] | None = None

    def ready(launcher: Launcher) -> None:
        nonlocal work
        work = asyncio.create_task(_then(after_start(of_configuration(launcher.configuration)), keep=keep))

    try:
        await Launcher(settings, progress=Steps(console)).run(ready)
    finally:
        if work is not None and not work.done():
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
    if work is not None and not work.cancelled() and (problem := work.exception()) is not None:
        raise problem


async def _then(work: Awaitable[None], *, keep: bool) -> None:
    """Do the work; then, or when it fails, have the launcher stop, unless it is to be kept up."""
    try:
        await work
    except BaseException:
        keep = False
        raise
    finally:
        if not keep:
            signal.raise_signal(signal.SIGTERM)


def _log_to_file(state: State) -> None:
    """Everything the services log goes to a file of the state folder: the terminal is for the person at it."""
    configure_logging(log_format="json")
    to_terminal = logging.getLogger().handlers[0]
    to_file = RotatingFileHandler(
        state.logs / "tilsagn.log", maxBytes=_LOG_BYTES, backupCount=2, encoding="utf-8", delay=True
    )
    to_file.setFormatter(to_terminal.formatter)
    for each in to_terminal.filters:
        to_file.addFilter(each)
    logging.getLogger().handlers = [to_file]
    logging.getLogger("aiokafka").setLevel(logging.WARNING)
    # Before the folder exists there is nowhere to log to, and nothing that matters to log.
    logging.raiseExceptions = False


def _open_browser(url: str, *, wanted: bool) -> None:
    screen = sys.platform == "darwin" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if wanted and screen and sys.stdout.isatty():
        asyncio.get_running_loop().run_in_executor(None, webbrowser.open, url)


# ---- up


async def _taskforces(installation: Installation, *, slug: str, name: str | None, municipality: str) -> list[str]:
    """The short names of the taskforces there are; without any, the one that was named is registered."""
    database = await Database.connect(installation.events(), name="up")
    try:
        async with database.system() as conn:
            known = [row["slug"] for row in await conn.fetch("select slug from taskforces order by slug")]
        if known:
            return known
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
        raise Refusal(f"Another taskforce is called {slug}: choose another name with --taskforce.") from None
    finally:
        await database.close()


# ---- demo


def _print_links(console: Console, url: str) -> None:
    table = _links()
    for name, role, what in _ROLES:
        table.add_row(f"  {name}", Text(f"{url}/sign-in/as/{role}", style="bold"), Text(what, style="dim"))
    table.add_row(
        "  Public board", Text(f"{url}/board/{struer.SLUG}", style="bold"), Text("for everybody", style="dim")
    )
    table.add_row("  Mails", Text(f"{url}/mail", style="bold"), Text("none leaves here", style="dim"))
    console.print()
    console.print(table)


def _links() -> Table:
    """A table of addresses, which are never cut short: what does not fit beside them goes."""
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
    stage = evenings.Stage(installation.url, tokens)
    try:
        played = await evenings.was_played(stage, today)
        if played and not again:
            again_so = as_typed("tilsagn demo --again")
            console.print(f"\nThere has been an evening today: [bold]{again_so}[/] plays another.")
        else:
            played += 1
            view = await _watched(console, stage, evenings.evening(today, played), speed=speed)
            console.print(f"\n[green]✓[/] {evenings.TITLE}: {view.summary()}")
        event = evenings.event_id(today, played)
        guest = await evenings.guest_link(stage, event)
    except evenings.Refused as why:
        raise Refusal(f"The evening could not go on: {why}", exit_code=FAILED) from None
    count = await _board(installation.url)
    table = _links()
    table.add_row("  Board says", f"[bold]{count}[/] citizens have got a småjob since May 2018")
    table.add_row("  Evening", Text(f"{installation.url}/events/{event}", style="bold"))
    console.print(table)
    # Too long for a column: on a line of its own, whole.
    console.print(f"  Guest        [bold]{guest}[/]", soft_wrap=True)


async def _watched(
    console: Console, stage: evenings.Stage, programme: evenings.Evening, *, speed: float
) -> EveningView:
    """Play an evening while it is shown; returns what it came to."""
    view = EveningView(programme)
    watching = asyncio.create_task(_watch_board(stage.url, view))
    try:
        with _shown(console, view):
            await evenings.play(replace(stage, told=view.told), programme, speed=speed)
            await asyncio.sleep(1 if console.is_terminal else 0)
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    return view


@contextlib.contextmanager
def _shown(console: Console, view: EveningView) -> Iterator[None]:
    if not console.is_terminal:
        console.print(f"\nPlaying an evening: {evenings.TITLE}")
        yield
        return
    with Live(view, console=console, transient=True, refresh_per_second=8):
        yield


async def _watch_board(url: str, view: EveningView) -> None:
    while True:
        with contextlib.suppress(httpx.HTTPError, Refusal):
            view.board = await _board(url)
        await asyncio.sleep(0.5)


async def _board(url: str) -> int | None:
    async with client(url) as http:
        count: int | None = expect(await http.get(f"/board/{struer.SLUG}.json"))["count"]
        return count
