"""Tests of `services.events.identity.administration`."""
