"""Tests of the pledges service, by the file they test."""
