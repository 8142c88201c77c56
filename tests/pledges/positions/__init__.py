"""Tests of `services.pledges.positions`."""
