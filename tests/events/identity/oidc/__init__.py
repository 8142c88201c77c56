"""Tests of `services.events.identity.oidc`."""
