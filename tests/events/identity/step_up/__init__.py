"""Tests of `services.events.identity.step_up`."""
