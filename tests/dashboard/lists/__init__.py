"""Tests of services/dashboard/lists."""
