"""Tests of `services.dashboard.read_model`."""
