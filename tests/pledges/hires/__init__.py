"""Tests of `services.pledges.hires`."""
