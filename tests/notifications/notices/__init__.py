"""Tests of `services.notifications.notices`."""
