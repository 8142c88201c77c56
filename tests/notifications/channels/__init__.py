"""Tests of `services.notifications.channels`."""
