"""Tests of `services.events.privacy`."""
