"""Tests of `services.events.identity.sign_in`."""
