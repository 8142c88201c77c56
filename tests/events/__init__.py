"""Tests of the events service: its rules without a database, everything else on a real PostgreSQL."""
