"""Tests of `services.dashboard.board`."""
