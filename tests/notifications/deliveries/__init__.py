"""Tests of `services.notifications.deliveries`."""
