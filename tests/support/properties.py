"""How property-based tests run here: however long an example takes. A busy machine is no reason to fail."""

from __future__ import annotations

from typing import Final

from hypothesis import HealthCheck, settings

PATIENT: Final = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
"""A decorator for a test with `@given`."""
