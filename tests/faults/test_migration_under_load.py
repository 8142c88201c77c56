"""What counts as a problem of a migration: a wait as long as a phone's timeout, or an error, during the migration."""

from __future__ import annotations

import random

import pytest

from tests.faults.kinds.releases import STANDSTILL_SECONDS, trouble_of_clients
from tests.faults.ledger import Canaries, Ledger

pytestmark = pytest.mark.processes

BEGAN, OVER = 100.0, 110.0


@pytest.fixture
def ledger() -> Ledger:
    """The ledger of clients that were answered as usual."""
    return Ledger(Canaries.of(random.Random(1)), waits=[(BEGAN + 1, 0.1), (BEGAN + 2, STANDSTILL_SECONDS - 0.1)])


def test_a_short_wait_is_no_problem(ledger: Ledger) -> None:
    assert trouble_of_clients(ledger, BEGAN, OVER) == []


def test_a_long_wait_is_a_problem_even_if_its_answer_came_after_the_migration(ledger: Ledger) -> None:
    ledger.waits.append((OVER - 1, STANDSTILL_SECONDS + 2))
    assert trouble_of_clients(ledger, BEGAN, OVER) == ["somebody waited 7.0 s for an answer behind a migration"]


def test_a_long_wait_at_another_time_is_no_problem(ledger: Ledger) -> None:
    ledger.waits += [(BEGAN - 1, STANDSTILL_SECONDS + 2), (OVER + 1, STANDSTILL_SECONDS + 2)]
    assert trouble_of_clients(ledger, BEGAN, OVER) == []


def test_an_error_is_a_problem_even_if_a_retry_succeeded(ledger: Ledger) -> None:
    ledger.failures += [(BEGAN - 1, 503), (BEGAN + 1, 500)]
    assert trouble_of_clients(ledger, BEGAN, OVER) == ["answered 500 because of a migration"]
