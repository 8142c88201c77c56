"""Tests of `services.pledges.practice`."""
