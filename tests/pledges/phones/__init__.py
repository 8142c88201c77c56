"""Tests of `services.pledges.phones`."""
