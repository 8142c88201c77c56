"""Tests of `services.pledges.imports`."""
