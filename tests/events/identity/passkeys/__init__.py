"""Tests of `services.events.identity.passkeys`."""
