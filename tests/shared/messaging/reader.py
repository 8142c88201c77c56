"""A worker that only reads, as a process of its own, to be killed: `python -m tests.shared.messaging.reader NAME`.

Its settings come from the environment; PostgreSQL knows it as NAME-worker.
"""

from __future__ import annotations

import sys

from shared.messaging.worker import Worker, run_worker
from shared.settings import ServiceSettings
from tests.shared.messaging.conftest import Effects

if __name__ == "__main__":
    run_worker(Worker(ServiceSettings(), service=sys.argv[1], consumers=[Effects().consumer()], publishes=False))
