"""`tilsagn rehearse`: plays the evening beforehand, with practice data, and says whether the installation is ready."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Final

from deploy.cli.console import FAILED, CommandError, print_json, stderr_console, stdout_console
from deploy.cli.findings import Finding, bad_names, print_findings
from deploy.cli.installation import attach, client
from deploy.cli.step_progress import StepProgress
from deploy.cli.taskforces import find_taskforce
from deploy.scenarios.identities import person_id
from shared.fields.copenhagen import COPENHAGEN
from shared.http.auth import Principal, sign_token

try:
    from deploy.rehearsal import rehearsal
    from deploy.rehearsal.chromium import ChromiumMissingError
except ModuleNotFoundError as missing:
    if missing.name != "playwright":
        raise
    raise CommandError("A rehearsal needs Playwright, which `make setup` installs.") from None

if TYPE_CHECKING:
    from uuid import UUID

    from deploy.cli.installation import Installation
    from deploy.rehearsal.rehearsal import Result

_SLOW_OPENING_SECONDS: Final = 10.0
_SLOW_DELIVERY_SECONDS: Final = 60.0
_STEPS: Final = {"open": "Phones open the intake", "type": "People type", "deliver": "Phones deliver"}
_HTTPS: Final = "Give the installation an HTTPS address (docs/operations.md), or print the paper slips."


def run_rehearsal(
    *, taskforce: str, event: UUID | None, phones: int, pledges: int, seconds: float, seed: int, as_json: bool
) -> None:
    """Rehearse and print the findings. Raises `CommandError` if the installation is not ready."""
    installation = attach()
    result = asyncio.run(
        _rehearse(installation, taskforce, event=event, phones=phones, pledges=pledges, seconds=seconds, seed=seed)
    )
    findings = list(_findings(installation.url, result))
    bad = bad_names(findings)
    if as_json:
        print_json({"ready": not bad, "findings": [asdict(finding) for finding in findings]})
    else:
        print_findings(findings)
    if bad:
        raise CommandError(f"Not ready: {bad}. What to do stands beside each.", exit_code=FAILED)
    if not as_json:
        stdout_console().print(f"Klar. Ready for “{result.event.title}”.")


async def _rehearse(
    installation: Installation,
    taskforce: str,
    *,
    event: UUID | None,
    phones: int,
    pledges: int,
    seconds: float,
    seed: int,
) -> Result:
    async with client(installation.url, await _coordinator_token(installation, taskforce)) as coordinator:
        try:
            found = await rehearsal.find_event(coordinator, str(event) if event else None, today=_is_today)
        except rehearsal.NoEvent as why:
            raise CommandError(f"{why} Make one, publish it, and rehearse again, or name one with --event.") from None
        with _Progress() as progress:
            try:
                return await rehearsal.rehearse(
                    coordinator,
                    found,
                    origin=installation.url,
                    phones=phones,
                    pledges=pledges,
                    seconds=seconds,
                    seed=seed,
                    progress=progress,
                )
            except ChromiumMissingError as why:
                raise CommandError(str(why)) from None


async def _coordinator_token(installation: Installation, taskforce: str) -> str:
    """Return a coordinator's token. It lasts as long as a rehearsal may take."""
    principal = Principal(
        subject=f"person:{person_id(taskforce, 'coordinator')}",
        roles=frozenset({"coordinator"}),
        taskforce_id=await find_taskforce(installation, taskforce),
    )
    return sign_token(installation.signing_key, principal, lifetime_seconds=3600)


def _is_today(moment: datetime) -> bool:
    return moment.astimezone(COPENHAGEN).date() == datetime.now(COPENHAGEN).date()


class _Progress:
    """Shows the steps of a rehearsal, each while it runs."""

    def __init__(self) -> None:
        self._steps = StepProgress(stderr_console())
        self._stack = ExitStack()
        self._step = ""

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def __call__(self, step: str, done: int, total: int) -> None:
        if step != self._step:
            self._stack.close()
            self._step, self._update = step, self._stack.enter_context(self._steps(_STEPS[step]))
        self._update(done, total)


def _findings(url: str, result: Result) -> Iterator[Finding]:
    event = result.event
    yield Finding(
        "Event", "ok", f"{event.title}, {event.starts_at.astimezone(COPENHAGEN):%d.%m.%Y %H.%M}, {event.status}"
    )
    yield _goal(event.goal)
    yield _companies(event.registered)
    yield _address(url)
    yield _opening(result)
    yield _arrival(result)
    yield _door_check(result)
    if result.complaints:
        yield Finding("Pages", "bad", f"{len(result.complaints)} errors: {result.complaints[0]}", "Please report it.")
    yield _remains(result)


def _goal(goal: int | None) -> Finding:
    if goal is None:
        return Finding("Goal", "note", "none", "Set one at the event, and the live page shows how far it is.")
    return Finding("Goal", "ok", f"{goal} positions")


def _companies(registered: int) -> Finding:
    if not registered:
        advice = "List who is expected, and the door finds them by name."
        return Finding("Companies", "note", "none registered", advice)
    return Finding("Companies", "ok", f"{registered} registered")


def _address(url: str) -> Finding:
    if url.startswith("https://"):
        return Finding("Address", "ok", url)
    if url.startswith(("http://localhost", "http://127.0.0.1")):
        return Finding("Address", "note", f"{url}: only this machine reaches it", _HTTPS)
    return Finding("Address", "bad", f"{url}: browsers keep no page of it without a network", _HTTPS)


def _opening(result: Result) -> Finding:
    slowest = max(result.opened_seconds)
    detail = (
        f"{len(result.opened_seconds)} opened the intake; the slowest could do without a network after {slowest:.1f} s"
    )
    if slowest > _SLOW_OPENING_SECONDS:
        return Finding("Phones", "note", detail, "Let people scan the code early: the first page takes a while here.")
    return Finding("Phones", "ok", detail)


def _arrival(result: Result) -> Finding:
    detail = (
        f"{result.arrived} of {result.typed} are in the house, typed with no network {result.cut_share:.0%} of the time"
    )
    if result.delivery_seconds is None:
        return Finding("Pledges", "bad", detail, f"Still held by {', '.join(result.holding) or 'nobody known'}.")
    detail += f"; the last one came {result.delivery_seconds:.1f} s after the end"
    if result.arrived != result.typed:
        return Finding("Pledges", "bad", detail, "Please report it: the numbers must be the same.")
    if result.delivery_seconds > _SLOW_DELIVERY_SECONDS:
        return Finding("Pledges", "note", detail, "Ask people to keep the page open until the door check is green.")
    return Finding("Pledges", "ok", detail)


def _door_check(result: Result) -> Finding:
    if result.all_safe:
        return Finding("Door check", "ok", "says that everything is in the house")
    return Finding("Door check", "bad", "does not say that everything is in the house", "Look at the live page.")


def _remains(result: Result) -> Finding:
    if result.left_behind:
        advice = "Delete the practice on the event's live page."
        return Finding("Afterwards", "bad", f"{result.left_behind} rows of practice are left", advice)
    return Finding("Afterwards", "ok", "the practice is deleted, and nothing of it was counted")
