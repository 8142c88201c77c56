"""Accessibility by axe-core: `await assert_accessible(page)`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.async_api import Page

_AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@cache
def _source() -> str:
    if not _AXE.exists():
        raise AssertionError(
            "axe-core is not installed: run `make setup` (or python -m deploy.assets), which runs npm ci"
        )
    return _AXE.read_text()


def _described(violation: dict[str, Any]) -> str:
    places = "\n".join(
        f"      {' '.join(map(str, node['target']))}\n        {node.get('failureSummary', '')}".replace(
            "\n  ", "\n          "
        )
        for node in violation["nodes"][:5]
    )
    return f"  {violation['id']} ({violation['impact']}): {violation['help']}\n{places}"


async def assert_accessible(page: Page, *, ignore: tuple[str, ...] = ()) -> None:
    """Fail with every violation of WCAG 2.2 AA (and of axe's best practices) on the page in its present state.

    Args:
        ignore: axe rules that do not apply to this page; give the reason at the call.
    """
    # The page's Content-Security-Policy forbids injected scripts. Evaluation through the DevTools protocol is exempt.
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(_source() + "; undefined")
    # axe describes every element of the result types it is asked for, and that takes most of its time: of the rules
    # that passed, nobody reads the elements.
    violations = await page.evaluate(
        "([tags, ignored]) => axe.run(document, {resultTypes: ['violations'], runOnly: {type: 'tag', values: tags},"
        " rules: Object.fromEntries(ignored.map((id) => [id, {enabled: false}]))}).then((result) => result.violations)",
        [_TAGS, list(ignore)],
    )
    assert not violations, f"{page.url} has accessibility violations:\n" + "\n".join(map(_described, violations))
