"""Tests of `services.events.identity.first_admin`."""
