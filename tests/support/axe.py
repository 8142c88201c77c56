"""Accessibility by axe-core: `await assert_accessible(page)`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.async_api import Page

_AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def _source() -> str:
    if not _AXE.exists():
        raise AssertionError(
            "axe-core is not installed: run `make setup` (or python -m deploy.assets), which runs npm ci"
        )
    return _AXE.read_text()


def _told(violation: dict[str, Any]) -> str:
    places = "\n".join(
        f"      {' '.join(map(str, node['target']))}\n        {node.get('failureSummary', '')}".replace(
            "\n  ", "\n          "
        )
        for node in violation["nodes"][:5]
    )
    return f"  {violation['id']} ({violation['impact']}): {violation['help']}\n{places}"


async def assert_accessible(page: Page, *, ignore: tuple[str, ...] = ()) -> None:
    """Fails with every violation of WCAG 2.2 AA (and axe's best practices) on the page as it stands.

    `ignore` names axe rules that do not hold for this page; say why where you do.
    """
    # The policy forbids injected scripts to the page; the protocol's evaluation is not the page's.
    await page.evaluate(_source() + "; undefined")
    result = await page.evaluate(
        "([tags, ignored]) => axe.run(document, {runOnly: {type: 'tag', values: tags},"
        " rules: Object.fromEntries(ignored.map((id) => [id, {enabled: false}]))})",
        [_TAGS, list(ignore)],
    )
    violations = result["violations"]
    assert not violations, f"{page.url} has accessibility violations:\n" + "\n".join(map(_told, violations))
