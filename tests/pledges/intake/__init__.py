"""Tests of `services.pledges.intake`."""
