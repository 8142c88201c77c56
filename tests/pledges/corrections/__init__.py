"""Tests of `services.pledges.corrections`."""
