"""Which tests run on one worker: those of a file, or of a folder whose files share something dear."""

from __future__ import annotations

from typing import Any, Final

from xdist.scheduler import LoadFileScheduling

SHARED: Final = ("tests/e2e/deployment/", "tests/e2e/demo/", "tests/cli/stopped/", "tests/scenarios/loaded/")
"""Folders with one deployment, demo or scenario for all their files: on two workers there would be two."""


def scope_of(nodeid: str) -> str:
    """What a test must share a worker with."""
    return next((folder for folder in SHARED if nodeid.startswith(folder)), nodeid.partition("::")[0])


class ByFileAndFolder(LoadFileScheduling):
    """Gives out whole files, and the files of a shared folder together."""

    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)


def pytest_xdist_make_scheduler(config: Any, log: Any) -> ByFileAndFolder:
    """Use it."""
    return ByFileAndFolder(config, log)
