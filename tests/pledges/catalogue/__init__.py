"""Tests of `services.pledges.catalogue`."""
