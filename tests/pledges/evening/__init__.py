"""Tests of `services.pledges.evening`."""
