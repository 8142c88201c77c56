"""Tests that look at pages as a person does: Debian's Chromium, driven by Playwright, checked by axe-core."""
