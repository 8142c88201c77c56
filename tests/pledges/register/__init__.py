"""Tests of `services.pledges.register`."""
