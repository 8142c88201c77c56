"""The service's background process: publishes messages of pledges and hires, and saves what `events` publishes."""

from __future__ import annotations

from services.pledges.call_list.issue import issue_call_lists
from services.pledges.company_page.checkpoint_mails import ask_companies
from services.pledges.consumer import create_consumer
from services.pledges.duplicates.detection import propose_duplicates
from services.pledges.participants.access import with_sight_of_all
from services.pledges.privacy.evenings import forget_evenings
from services.pledges.privacy.retention import retention
from services.pledges.settings import PledgesSettings
from shared.messaging.worker import Worker, run_worker


def create_worker(settings: PledgesSettings | None = None) -> Worker:
    """Return the worker. Without settings they are read from the environment."""
    settings = settings or PledgesSettings()
    return Worker(
        settings,
        service="pledges",
        consumers=[create_consumer()],
        background_jobs=[
            with_sight_of_all(settings, retention().work),
            forget_evenings,
            propose_duplicates,
            issue_call_lists,
            ask_companies,
        ],
    )


if __name__ == "__main__":
    run_worker(create_worker())
