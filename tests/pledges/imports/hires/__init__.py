"""Tests of `services.pledges.imports.hires`."""
