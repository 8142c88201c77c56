"""Tests of `services.dashboard.measures`."""
