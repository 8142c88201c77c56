"""Tests of `services.events.identity`."""
