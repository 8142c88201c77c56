"""Tests of `services.pledges.queue`."""
