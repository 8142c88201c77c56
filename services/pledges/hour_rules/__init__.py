"""Dated rules about hours, and how a participant's hours compare with them. The hours are those of their hires."""
