"""The intake's fixtures are those of `tests/pledges`."""

from tests.pledges.conftest import app, caller, know_company, know_event, pledges_settings

__all__ = ["app", "caller", "know_company", "know_event", "pledges_settings"]
