"""Tests of `services.dashboard.live`."""
