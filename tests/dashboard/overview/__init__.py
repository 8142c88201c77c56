"""Tests of `services.dashboard.overview`."""
