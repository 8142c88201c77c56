"""The intake on a phone: the bytes of its shell, and the time from the link in the event's code until one can type.

A slow 3G network is 400 kbit/s with 400 ms for each request, as Chromium's own simulation makes it. Only the
application and PostgreSQL run.
"""

from __future__ import annotations

import asyncio
import gzip
import time
from typing import TYPE_CHECKING

from deploy.rehearsal.chromium import chromium
from services.pledges.intake.shell_pages import intake_shell
from services.pledges.pledges.domain import Limits
from shared.ui.assets import manifest
from tests.bench.measures import Measure, Target, spread
from tests.bench.topology import EVENT, TASKFORCE, installation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.async_api import Browser, Page

    from tests.bench.plan import Plan

SECTION = "phone"
LARGEST_SHELL_KB = 75.0
COLD_SECONDS, WARM_SECONDS = 3.0, 1.0

_SLOW_3G = {
    "offline": False,
    "latency": 400,
    "downloadThroughput": 400_000 / 8,
    "uploadThroughput": 400_000 / 8,
}
_PHONE = {"width": 390, "height": 844}
_PAINTED = """
() => new Promise((resolve) => {
  const isPaint = ({ name }) => name === "first-contentful-paint";
  const watcher = new PerformanceObserver((list) => list.getEntries().some(isPaint) && resolve());
  watcher.observe({ type: "paint", buffered: true });
})
"""
_NOT_PACKED = (".woff2",)


def shell_bytes() -> dict[str, int]:
    """Return the bytes that a phone loads for the intake, gzipped, by file. Fonts are compressed as they are."""
    shell = intake_shell(Limits(), demo_mode=False)
    build = manifest()
    contents = {name: (build.folder / name).read_bytes() for name in shell.files()}
    contents |= {f"page.{language}": html.encode() for language, html in shell.html.items()}
    contents["service-worker.js"] = shell.worker().encode()
    return {
        name: len(content if name.endswith(_NOT_PACKED) else gzip.compress(content, 9))
        for name, content in contents.items()
    }


def measure(plan: Plan, progress: Callable[[str], None]) -> Iterator[Measure]:
    """Measure and yield the lines of the table."""
    sizes = shell_bytes()
    largest = sorted(sizes, key=lambda name: -sizes[name])[:4]
    yield Measure(
        SECTION,
        "the shell with fonts, gzipped",
        "KB",
        spread([sum(sizes.values()) / 1024]),
        target=Target(LARGEST_SHELL_KB),
        note=", ".join(f"{name.rpartition('/')[2]} {sizes[name] / 1024:.1f}" for name in largest),
        detail={"bytes": sizes},
    )
    with installation("pledges-app") as whole:
        guest = whole.token(
            "event_pass", taskforce_id=TASKFORCE, subject=f"pass:{EVENT}", event_id=EVENT, pass_generation=1
        )
        link = f"http://localhost:{whole.port('pledges')}/pledges/pass/{guest}"
        visits = asyncio.run(_visits(link, plan.rounds, progress))
    for name, seconds, bound in (
        ("first visit on slow 3G, until one can type", [cold for cold, _warm in visits], COLD_SECONDS),
        ("later visit without a network, until one can type", [warm for _cold, warm in visits], WARM_SECONDS),
    ):
        yield Measure(SECTION, name, "s", spread(seconds), target=Target(bound))


async def _visits(link: str, rounds: int, progress: Callable[[str], None]) -> list[tuple[float, float]]:
    async with chromium() as browser:
        await _visit(browser, link)
        visits = []
        for number in range(rounds):
            progress(f"phone, round {number + 1}")
            visits.append(await _visit(browser, link))
        return visits


async def _visit(browser: Browser, link: str) -> tuple[float, float]:
    """Return the seconds of a first visit on slow 3G, and of a later one without a network."""
    context = await browser.new_context(viewport=_PHONE)  # type: ignore[arg-type]
    page = await context.new_page()
    devtools = await context.new_cdp_session(page)
    await devtools.send("Network.enable")
    await devtools.send("Network.emulateNetworkConditions", _SLOW_3G)
    cold = await _seconds_until_typed(page, link)
    await page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    await devtools.detach()
    address = page.url
    await page.close()
    await context.set_offline(True)
    warm = await _seconds_until_typed(await context.new_page(), address)
    await context.close()
    return cold, warm


async def _seconds_until_typed(page: Page, address: str) -> float:
    began = time.monotonic()
    await page.goto(address, wait_until="commit")
    # A field can be filled in before it is seen, which no person does.
    await page.evaluate(_PAINTED)
    await page.get_by_label("Virksomhed", exact=True).fill("Ærø")
    return time.monotonic() - began
