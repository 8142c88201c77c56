"""The dashboard's worker: reads every message into the read model, releases the boards' numbers, and publishes what has
come of the figures."""

from __future__ import annotations

from services.dashboard.board.releasing import BoardReleases
from services.dashboard.board.schedule import schedule_of
from services.dashboard.pack.job import making_packs, preparing_packs
from services.dashboard.privacy.retention import retention
from services.dashboard.read_model.lag import reporting
from services.dashboard.read_model.projections import MESSAGES, apply
from services.dashboard.settings import DashboardSettings
from services.dashboard.targets.judging import judge_when_changed
from shared.messaging.consumer import Consumer
from shared.messaging.worker import Worker, run_worker

GROUP = "tilsagn.dashboard"


def create_worker(settings: DashboardSettings | None = None) -> Worker:
    """Return the worker, not started. Without settings they are read from the environment."""
    settings = settings or DashboardSettings()
    consumer = Consumer(group=GROUP, messages=MESSAGES, apply=apply)

    async def caught_up() -> bool:
        progress = await consumer.measure()
        # Nothing lies ahead, and the broker has said so of every partition.
        return progress.partitions > 0 and progress.behind_seconds == 0

    return Worker(
        settings,
        service="dashboard",
        consumers=[consumer],
        background_jobs=[
            retention().work,
            BoardReleases(schedule_of(settings), caught_up).work,
            reporting(consumer),
            making_packs(settings),
            preparing_packs(settings),
            judge_when_changed,
        ],
    )


if __name__ == "__main__":
    run_worker(create_worker())
