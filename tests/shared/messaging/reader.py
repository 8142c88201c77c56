"""A worker that only consumes, as a process that tests kill: `python -m tests.shared.messaging.reader NAME`."""

from __future__ import annotations

import sys

from shared.messaging.worker import Worker, run_worker
from shared.settings import ServiceSettings
from tests.shared.messaging.conftest import Effects

if __name__ == "__main__":
    run_worker(Worker(ServiceSettings(), service=sys.argv[1], consumers=[Effects().consumer()], publishes=False))
