"""Tests of `services.events.calendar`."""
