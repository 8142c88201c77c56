"""The intake's fixtures are those of `tests/pledges`."""

from tests.pledges.conftest import add_company, add_event, app, caller, pledges_settings

__all__ = ["add_company", "add_event", "app", "caller", "pledges_settings"]
