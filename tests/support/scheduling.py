"""Groups the tests that run on one worker: those of a file, or of a folder whose files share something expensive."""

from __future__ import annotations

from typing import Any, Final

from xdist.scheduler import LoadFileScheduling

SHARED: Final = ("tests/e2e/deployment/", "tests/e2e/demo/", "tests/cli/stopped/", "tests/scenarios/loaded/")
"""Folders whose files share one deployment, demo or scenario; on two workers it would be started twice."""


def scope_of(nodeid: str) -> str:
    """Return the group of a test; a group runs on one worker."""
    return next((folder for folder in SHARED if nodeid.startswith(folder)), nodeid.partition("::")[0])


class ByFileAndFolder(LoadFileScheduling):
    """Schedules whole files, and all files of a shared folder together."""

    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)


def pytest_xdist_make_scheduler(config: Any, log: Any) -> ByFileAndFolder:
    """Use `ByFileAndFolder`."""
    return ByFileAndFolder(config, log)
