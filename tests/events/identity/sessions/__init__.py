"""Tests of `services.events.identity.sessions`."""
