"""Tests of `services.events.identity.magic_links`."""
