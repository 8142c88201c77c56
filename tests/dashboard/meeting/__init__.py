"""Tests of `services.dashboard.meeting`."""
