"""Tests of `services.events.register`."""
