"""Settings of property-based tests: no deadline for an example, because a busy machine must not make them fail."""

from __future__ import annotations

from typing import Final

from hypothesis import HealthCheck, settings

PATIENT: Final = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
"""A decorator for a test with `@given`."""
