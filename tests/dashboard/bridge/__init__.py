"""Tests of services/dashboard/bridge."""
