"""Tests of `services.pledges.case_notes`."""
