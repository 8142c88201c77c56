"""Tests of personal data across all services."""
