"""Tests of `services.events.calendar.meetings.decisions`."""
