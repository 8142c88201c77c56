"""Accessibility by axe-core: `await assert_accessible(page)`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from playwright.async_api import Error

if TYPE_CHECKING:
    from playwright.async_api import Page

_AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_ATTEMPTS: Final = 3
_REPLACED: Final = ("Execution context was destroyed", "Cannot find context", "axe is not defined")
"""Chromium's errors when the document was replaced during an evaluation."""


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

    After a click that leads to another page, wait for something that only the other page has. A document that is
    replaced while it is checked is checked no further: the next one is checked instead.

    Args:
        ignore: axe rules that do not apply to this page; give the reason at the call.
    """
    for _ in range(_ATTEMPTS):
        try:
            violations = await _violations(page, ignore)
        except Error as error:
            if not any(words in error.message for words in _REPLACED):
                raise
        else:
            listed = "\n".join(map(_described, violations))
            assert not violations, f"{page.url} has accessibility violations:\n{listed}"
            return
    raise AssertionError(f"{page.url} was replaced each time it was checked: wait for a fact of the new page first")


async def _violations(page: Page, ignore: tuple[str, ...]) -> list[dict[str, Any]]:
    await page.wait_for_load_state()
    # The page's Content-Security-Policy forbids injected scripts. Evaluation through the DevTools protocol is exempt.
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(_source() + "; undefined")
    # axe describes every element of the requested result types, which takes most of its time; we need no elements of
    # rules that passed.
    violations: list[dict[str, Any]] = await page.evaluate(
        "([tags, ignored]) => axe.run(document, {resultTypes: ['violations'], runOnly: {type: 'tag', values: tags},"
        " rules: Object.fromEntries(ignored.map((id) => [id, {enabled: false}]))}).then((result) => result.violations)",
        [_TAGS, list(ignore)],
    )
    return violations
