"""Tests of `services.pledges.pledges`."""
