"""Tests of `services.events.identity.api_keys`."""
