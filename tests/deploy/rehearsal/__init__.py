"""Tests of deploy/rehearsal."""
