"""The browser's fixtures are those of `tests/browser`."""

from tests.browser.conftest import browser, page_at

__all__ = ["browser", "page_at"]
