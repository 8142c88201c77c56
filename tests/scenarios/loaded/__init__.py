"""Tests on the loaded Struer scenario. All files share it, and each leaves it unchanged."""
